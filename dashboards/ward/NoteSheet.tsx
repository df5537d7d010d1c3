import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Incident } from '../shared/api/types.ts';
import { Modal } from '../shared/ui/Modal.tsx';
import { useDeed, useDesk } from './context.ts';
import { History } from './History.tsx';
import { Outcome, useHeading } from './Outcome.tsx';
import { AddPhoto } from './photo/AddPhoto.tsx';

/** NoteSheet shows the history of an incident and writes a note into it. */
export function NoteSheet({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const { t } = useTranslation();
  const { deeds } = useDesk();
  const state = useDeed(incident.id);
  const heading = useHeading(incident);
  const [note, setNote] = useState('');
  const [written, setWritten] = useState(0);
  const text = note.trim();
  return (
    <Modal name="note-sheet" title={t('note.title')} onClose={onClose}>
      <p className="modal-what">{heading}</p>
      <Outcome incident={incident} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void deeds.send(incident.id, { verb: 'note', note: text }).then((done) => {
            if (!done) return;
            // The sheet stays: that the note stands there is how one knows that it is kept.
            setNote('');
            setWritten((count) => count + 1);
          });
        }}
      >
        <label className="field">
          <span>{t('note.label')}</span>
          <textarea
            rows={2}
            maxLength={2000}
            required
            autoFocus
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </label>
        <button
          className="button primary"
          data-testid="note-send"
          disabled={text === '' || state?.phase === 'sending'}
        >
          {t('note.send')}
        </button>
      </form>
      <AddPhoto incident={incident} onAdded={() => setWritten((count) => count + 1)} />
      <History incident={incident} again={written} />
    </Modal>
  );
}
