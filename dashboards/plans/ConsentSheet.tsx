import { useState } from 'react';
import type { ResidentEntry } from '../shared/api/types.ts';
import { Modal } from '../shared/ui/Modal.tsx';
import { useFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { saveConsent } from './api.ts';

/** ConsentSheet records who consented that the family is told, or withdrew it, and how. */
export function ConsentSheet({
  resident,
  onClose,
  onDone,
}: {
  resident: ResidentEntry;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useWords();
  const failed = useFailed();
  const [note, setNote] = useState('');
  const [state, setState] = useState<'saving' | Error>();
  const given = !resident.consent;
  return (
    <Modal name="consent-sheet" title={`${t('plans.consent')} · ${resident.name}`} onClose={onClose}>
      <p className="modal-what">{t(resident.consent ? 'plans.consentGiven' : 'plans.consentNone')}</p>
      <p className="modal-hint">{t(given ? 'plans.giveHint' : 'plans.withdrawHint')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setState('saving');
          saveConsent(resident.id, given, note.trim()).then(onDone, (error: unknown) =>
            setState(error instanceof Error ? error : new Error(String(error))),
          );
        }}
      >
        <label className="field">
          <span>{t('plans.consentNote')}</span>
          <textarea
            rows={2}
            required
            maxLength={2000}
            value={note}
            data-testid="consent-note"
            onChange={(event) => setNote(event.target.value)}
          />
        </label>
        {state instanceof Error && (
          <p className="trouble" role="alert">
            {failed(state)}
          </p>
        )}
        <button
          className="button primary"
          data-testid="consent-save"
          disabled={note.trim() === '' || state === 'saving'}
        >
          {t(given ? 'plans.give' : 'plans.withdraw')}
        </button>
      </form>
    </Modal>
  );
}
