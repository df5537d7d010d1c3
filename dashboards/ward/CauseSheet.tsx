import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Deed } from '../shared/api/client.ts';
import { aboutPeople, causeReasons, type Cause, type Incident } from '../shared/api/types.ts';
import { Modal } from '../shared/ui/Modal.tsx';
import { useDeed, useDesk } from './context.ts';
import { Outcome, useHeading } from './Outcome.tsx';

interface Answer {
  cause: Cause;
  reason?: string;
  note?: string;
}

/** Causes are the chips of what it can have been; one tap answers. */
function Causes({
  incident,
  later,
  onAnswer,
}: {
  incident: Incident;
  /** Offer to tell the cause at the hand-over. */
  later: boolean;
  onAnswer: (answer: Answer) => void;
}) {
  const { t } = useTranslation();
  const busy = useDeed(incident.id)?.phase === 'sending';
  const [note, setNote] = useState('');
  const send = (cause: Cause, reason?: string) => {
    const answer: Answer = { cause };
    if (reason !== undefined) answer.reason = reason;
    if (note.trim() !== '') answer.note = note.trim();
    onAnswer(answer);
  };
  const chip = (key: string, text: string, disabled: boolean, press: () => void, style = '') => (
    <button
      key={key}
      type="button"
      className={`button chip ${style}`}
      data-testid={`cause-${key}`}
      disabled={busy || disabled}
      onClick={press}
    >
      {text}
    </button>
  );
  return (
    <>
      {later && chip('pending', t('resolve.later'), incident.active, () => send('pending'), 'later')}
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
    </>
  );
}

/** ResolveSheet asks what it was: one tap on a cause ends the incident. */
export function ResolveSheet({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const { t } = useTranslation();
  const { deeds } = useDesk();
  const heading = useHeading(incident);
  // What she knows is what she saw when she opened it. It must not end what
  // has alarmed again meanwhile.
  const [alarms] = useState(incident.alarms);
  const answer = (given: Answer) => {
    void deeds.send(incident.id, { verb: 'resolve', alarms, ...given }).then((done) => {
      if (done) onClose();
    });
  };
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
      <Causes incident={incident} later={aboutPeople.includes(incident.class)} onAnswer={answer} />
    </Modal>
  );
}

/** ExplainSheet asks for the cause that was left for the hand-over. */
export function ExplainSheet({
  incident,
  onClose,
  onDone,
}: {
  incident: Incident;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const { deeds } = useDesk();
  const heading = useHeading(incident);
  const answer = ({ cause, ...rest }: Answer) => {
    if (cause === 'pending') return;
    const deed: Deed = { verb: 'explain', cause, ...rest };
    void deeds.send(incident.id, deed).then((done) => {
      if (done) onDone();
    });
  };
  return (
    <Modal name="explain-sheet" title={t('explain.title')} onClose={onClose}>
      <p className="modal-what">
        {heading} {incident.resident?.name}
      </p>
      <p className="modal-hint">{t('explain.hint')}</p>
      <Outcome incident={incident} />
      <Causes incident={incident} later={false} onAnswer={answer} />
    </Modal>
  );
}
