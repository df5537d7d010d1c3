import { useTranslation } from 'react-i18next';
import type { Incident, Verb } from '../shared/api/types.ts';
import { useDeed, useDesk } from './context.ts';
import type { DeedState } from './deeds.ts';
import { Queued, useAnswer } from './Waiting.tsx';

/** primaryOf is the next step in the life of an incident, counting one that waits to be known. */
function primaryOf(incident: Incident, state: DeedState | undefined): Verb | undefined {
  const queued = state?.phase === 'queued' ? state.act.verb : undefined;
  if (queued === 'arrive') return undefined;
  const raised = incident.state === 'raised' && queued !== 'accept';
  const next: Verb = raised
    ? 'accept'
    : incident.state === 'raised' || incident.state === 'accepted'
      ? 'arrive'
      : 'resolve';
  return incident.can.find((verb): verb is Verb => verb === next);
}

/** Told says what became of the latest press. */
function Told({ incident, state }: { incident: Incident; state: DeedState | undefined }) {
  const { t } = useTranslation();
  const { deeds } = useDesk();
  const answer = useAnswer();
  const { id } = incident;
  const dismiss = (
    <button type="button" className="button" data-testid="dismiss" onClick={() => deeds.dismiss(id)}>
      {t('act.dismiss')}
    </button>
  );
  const retry = (press: () => void) => (
    <button type="button" className="button" data-testid="retry" onClick={press}>
      {t('act.retry')}
    </button>
  );
  switch (state?.phase) {
    case 'queued':
      return <Queued incident={incident} state={state} />;
    case 'unsent':
      return (
        <div className="trouble" role="alert" data-testid="unsent">
          <span>{state.unsure ? t('act.unsure') : t('act.notSent')}</span>
          {retry(() => void deeds.send(id, state.deed))}
        </div>
      );
    case 'refused': {
      const { deed, problem } = state;
      const { text, calm } = answer(problem, deed.verb, incident.site.time_zone);
      const again = problem.status >= 500 && deed.verb !== 'accept' && deed.verb !== 'arrive';
      return (
        <div className={calm ? 'told' : 'trouble'} role={calm ? 'status' : 'alert'} data-testid="refused">
          <span>{text}</span>
          {again ? retry(() => void deeds.send(id, deed)) : dismiss}
        </div>
      );
    }
  }
  return null;
}

/** Actions are the buttons of a card: the next step large, the others beside it. */
export function Actions({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const { deeds, open } = useDesk();
  const state = useDeed(incident.id);
  const sending = state?.phase === 'sending' ? state.deed.verb : undefined;
  const queued = state?.phase === 'queued' ? state.act.verb : undefined;
  const primary = primaryOf(incident, state);
  const others = (['accept', 'arrive', 'resolve', 'explain', 'note'] as const)
    .filter((verb) => verb !== primary && incident.can.includes(verb))
    // What waits to be sent is not pressed again beside it.
    .filter((verb) => verb !== queued && !(queued !== undefined && verb === 'accept'));

  const press = (verb: Verb) => {
    if (verb === 'accept' || verb === 'arrive') void deeds.promise(incident, verb);
    else open({ kind: verb, id: incident.id });
  };
  const button = (verb: Verb, style: string) => (
    <button
      key={verb}
      type="button"
      className={`button ${style}`}
      data-testid={verb}
      disabled={sending !== undefined}
      onClick={() => press(verb)}
    >
      {sending === verb ? t('act.sending') : t(`act.${verb}`)}
    </button>
  );

  return (
    <div className="actions">
      <Told incident={incident} state={state} />
      {primary !== undefined && button(primary, 'primary')}
      {others.length > 0 && <div className="actions-other">{others.map((verb) => button(verb, ''))}</div>}
    </div>
  );
}
