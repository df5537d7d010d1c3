import { useState, useSyncExternalStore } from 'react';
import { isSignedOut } from '../shared/api/client.ts';
import type { Calls, CallOutcome, Whom as Person } from '../shared/api/community.ts';
import type { Incident } from '../shared/api/types.ts';
import { telephone } from '../shared/format.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { Modal } from '../shared/ui/Modal.tsx';
import { useFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { useQueue } from './useCalls.ts';

const outcomes = ['reached', 'no_answer', 'busy', 'wrong_number'] as const satisfies readonly CallOutcome[];

/** Asks is the sheet that waits under the telephone: one tap says what came of the call. */
function Asks({
  person,
  onAnswer,
  onClose,
}: {
  person: Person;
  onAnswer: (outcome: CallOutcome) => void;
  onClose: () => void;
}) {
  const { t } = useWords();
  return (
    <Modal name="call-sheet" title={t('community.asked', { name: person.name })} onClose={onClose}>
      <p className="modal-hint">{t('community.askedHint')}</p>
      <div className="outcomes">
        {outcomes.map((outcome) => (
          <button
            key={outcome}
            type="button"
            className="button outcome"
            data-testid={`outcome-${outcome}`}
            data-outcome={outcome}
            onClick={() => onAnswer(outcome)}
          >
            {t(`community.outcome.${outcome}`)}
          </button>
        ))}
      </div>
      {person.numbers.map((number) => (
        <a key={number} className="button" href={telephone(number)}>
          {t('community.again', { number })}
        </a>
      ))}
    </Modal>
  );
}

/** Whom is a telephone button for each who can be called, in the order in which they are. */
export function Whom({ incident, calls, onDial }: { incident: Incident; calls: Calls; onDial: () => void }) {
  const { t, time } = useWords();
  const { clock } = useViewer().session;
  const queue = useQueue();
  const [asked, setAsked] = useState<Person>();
  const lastOf = (to: string) => calls.tries.findLast((one) => one.to === to);
  const next = calls.whom.find(({ to, numbers }) => numbers.length > 0 && lastOf(to) === undefined);
  return (
    <section aria-labelledby="whom" className="whom">
      <h3 id="whom">{t('community.whom')}</h3>
      {calls.whom.length === 0 && <p className="modal-hint">{t('community.nobody')}</p>}
      <ol>
        {calls.whom.map((person) => {
          const last = lastOf(person.to);
          return (
            <li key={person.to} data-testid="whom" data-role={person.role} data-next={person === next}>
              <p>
                <b>{person.name}</b> <span>{t(`community.role.${person.role}`)}</span>{' '}
                {person.key && <b className="key">{t('community.key')}</b>}
              </p>
              {last !== undefined && (
                <p className="last-try" data-outcome={last.outcome}>
                  {time(last.by.at, incident, clock.now())} {t(`community.outcome.${last.outcome}`)}
                </p>
              )}
              {person.numbers.length === 0 && <p className="modal-hint">{t('community.noNumber')}</p>}
              {person.numbers.map((number) => (
                <a
                  key={number}
                  className="button tel"
                  data-testid="tel"
                  href={telephone(number)}
                  onClick={() => {
                    onDial();
                    setAsked(person);
                  }}
                >
                  <svg viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M6 3h4l1.5 5L9 10a12 12 0 0 0 5 5l2-2.5 5 1.5v4a2 2 0 0 1-2 2A16 16 0 0 1 4 5a2 2 0 0 1 2-2Z" />
                  </svg>
                  <span>
                    {t('community.call', { name: person.name })}
                    <small>{number}</small>
                  </span>
                </a>
              ))}
            </li>
          );
        })}
      </ol>
      {asked !== undefined && (
        <Asks
          person={asked}
          onClose={() => setAsked(undefined)}
          onAnswer={(outcome) => {
            setAsked(undefined);
            void queue.log(incident.id, asked.to, outcome);
          }}
        />
      )}
    </section>
  );
}

/** Tries tells what was tried, and what is not logged yet. */
export function Tries({ incident, calls }: { incident: Incident; calls: Calls | undefined }) {
  const { t, time } = useWords();
  const { clock } = useViewer().session;
  const failed = useFailed();
  const queue = useQueue();
  const pending = useSyncExternalStore(queue.subscribe, queue.pending).filter(
    (one) => one.incident === incident.id,
  );
  const error = useSyncExternalStore(queue.subscribe, queue.error);
  const tries = calls?.tries ?? [];
  const nameOf = (to: string) => calls?.whom.find((one) => one.to === to)?.name ?? to;
  if (tries.length + pending.length === 0 && error === undefined) return null;
  return (
    <section aria-labelledby="tries" className="tries" data-testid="tries">
      <h3 id="tries">{t('community.tries')}</h3>
      {error !== undefined && !isSignedOut(error) && (
        <p className="trouble" role="alert" data-testid="not-logged">
          {pending.length > 0 ? t('community.notLogged') : failed(error, incident.site.time_zone)}
        </p>
      )}
      <ol className="history">
        {tries.map((one, index) => (
          <li key={index} data-testid="try">
            <time dateTime={one.by.at}>{time(one.by.at, incident, clock.now())}</time>
            <span>
              {one.name || one.to} <b>{t(`community.outcome.${one.outcome}`)}</b>
              <small>{one.by.name}</small>
            </span>
          </li>
        ))}
        {pending.map((one, index) => (
          <li key={`p${index}`} data-testid="try-pending">
            <span>{t('community.waits')}</span>
            <span>
              {nameOf(one.to)} <b>{t(`community.outcome.${one.outcome}`)}</b>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
