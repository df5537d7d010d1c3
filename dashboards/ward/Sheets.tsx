import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Deed } from '../shared/api/client.ts';
import { causeReasons, type Incident } from '../shared/api/types.ts';
import { Modal } from '../shared/ui/Modal.tsx';
import { useProblem } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { useDeed, useDesk } from './context.ts';
import { History } from './History.tsx';

/** Outcome tells within a dialog what became of what it sent. */
function Outcome({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const state = useDeed(incident.id);
  const problem = useProblem();
  const text =
    state?.phase === 'sending'
      ? t('act.sending')
      : state?.phase === 'unsent'
        ? t(state.unsure ? 'act.unsure' : 'act.notSent')
        : state?.phase === 'refused'
          ? problem(state.problem, incident.site.time_zone)
          : '';
  if (text === '') return null;
  return (
    <p className="trouble" role={state?.phase === 'sending' ? 'status' : 'alert'}>
      {text}
    </p>
  );
}

function useHeading(incident: Incident): string {
  const { t, place } = useWords();
  return `${t(`class.${incident.class}`)} · ${place(incident).join(' ')}`;
}

/** ResolveSheet asks what it was: one tap on a cause ends the incident. */
export function ResolveSheet({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const { t } = useTranslation();
  const { deeds } = useDesk();
  const state = useDeed(incident.id);
  const heading = useHeading(incident);
  const [note, setNote] = useState('');
  // What she knows is what she saw when she opened it. It must not end what
  // has alarmed again meanwhile.
  const [alarms] = useState(incident.alarms);
  const busy = state?.phase === 'sending';

  const send = (cause: 'real' | 'false' | 'test' | 'drill', reason?: string) => {
    const deed: Deed = { verb: 'resolve', cause, alarms };
    if (reason !== undefined) deed.reason = reason;
    if (note.trim() !== '') deed.note = note.trim();
    void deeds.send(incident.id, deed).then((done) => {
      if (done) onClose();
    });
  };
  const chip = (key: string, text: string, disabled: boolean, press: () => void) => (
    <button
      key={key}
      type="button"
      className="button chip"
      data-testid={`cause-${key}`}
      disabled={busy || disabled}
      onClick={press}
    >
      {text}
    </button>
  );

  return (
    <Modal name="resolve-sheet" title={t('resolve.title')} onClose={onClose}>
      <p className="modal-what">{heading}</p>
      <p className="modal-hint">{t('resolve.hint')}</p>
      {incident.active && <p className="modal-warn">{t('resolve.activeHint')}</p>}
      {incident.alarms > alarms && (
        <p className="modal-warn" role="alert" data-testid="realarmed">
          {t('problem.realarmed')}
        </p>
      )}
      <Outcome incident={incident} />
      <fieldset className="chips">
        <legend>{t('resolve.real')}</legend>
        {causeReasons.real.map((code) =>
          chip(`real-${code}`, t(`reason.${code}`), incident.active, () => send('real', code)),
        )}
      </fieldset>
      <fieldset className="chips">
        <legend>{t('resolve.false')}</legend>
        {causeReasons.false.map((code) =>
          chip(`false-${code}`, t(`reason.${code}`), false, () => send('false', code)),
        )}
      </fieldset>
      <fieldset className="chips">
        <legend>{t('resolve.others')}</legend>
        {chip('test', t('resolve.test'), false, () => send('test'))}
        {chip('drill', t('resolve.drill'), incident.active, () => send('drill'))}
      </fieldset>
      <label className="field">
        <span>{t('resolve.noteLabel')}</span>
        <textarea
          rows={2}
          maxLength={2000}
          value={note}
          placeholder={t('resolve.notePlaceholder')}
          onChange={(event) => setNote(event.target.value)}
        />
      </label>
    </Modal>
  );
}

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
      <History incident={incident} again={written} />
    </Modal>
  );
}
