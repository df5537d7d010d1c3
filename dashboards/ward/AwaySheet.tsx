import { useTranslation } from 'react-i18next';
import type { Incident } from '../shared/api/types.ts';
import { Modal } from '../shared/ui/Modal.tsx';
import { useHeading } from './Outcome.tsx';

/**
 * AwaySheet refuses what needs the true state: nobody ends an incident, or
 * tells its cause, by a picture of which she cannot know whether it still holds.
 */
export function AwaySheet({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const { t } = useTranslation();
  const heading = useHeading(incident);
  return (
    <Modal name="away-sheet" title={heading} onClose={onClose}>
      <p className="modal-warn" role="alert">
        {t('offline.needsPresent')}
      </p>
    </Modal>
  );
}
