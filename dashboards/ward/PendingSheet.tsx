import { useTranslation } from 'react-i18next';
import type { Incident } from '../shared/api/types.ts';
import { Modal } from '../shared/ui/Modal.tsx';
import { Row } from './Recent.tsx';

/** PendingSheet lists what was resolved in a hurry, for its causes to be told before the hand-over. */
export function PendingSheet({
  incidents,
  showSite,
  onClose,
}: {
  incidents: readonly Incident[];
  showSite: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Modal name="pending-sheet" title={t('ward.pendingTitle')} onClose={onClose}>
      {incidents.length === 0 && <p className="modal-hint">{t('ward.pendingNone')}</p>}
      <ul>
        {incidents.map((incident) => (
          <Row key={incident.id} incident={incident} showSite={showSite} />
        ))}
      </ul>
    </Modal>
  );
}
