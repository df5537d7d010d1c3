import { useTranslation } from 'react-i18next';
import type { Problem } from '../shared/api/client.ts';
import type { Incident, Verb } from '../shared/api/types.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { useDeed, useDesk } from './context.ts';

const codes = [
  'already_accepted',
  'already_arrived',
  'already_resolved',
  'cause_needed',
  'reason_needed',
  'reason_unknown',
  'still_active',
  'note_needed',
  'note_too_long',
  'not_found',
  'not_allowed',
  'unavailable',
] as const;

/** useProblem says in plain words why the gateway refused. */
export function useProblem(): (problem: Problem, incident: Incident) => string {
  const { t, time } = useWords();
  const { clock } = useViewer().session;
  return (problem, incident) => {
    const code = codes.find((known) => known === problem.code);
    if (code === undefined) return t('act.failed', { why: problem.detail });
    return t(`act.${code}`, {
      who: problem.who ?? t('ward.someone'),
      time: problem.at === undefined ? '' : time(problem.at, incident, clock.now()),
    });
  };
}

/** primaryOf is the next step in the life of an incident. */
function primaryOf(incident: Incident): Verb | undefined {
  const next: Verb =
    incident.state === 'raised' ? 'accept' : incident.state === 'accepted' ? 'arrive' : 'resolve';
  return incident.can.find((verb) => verb === next);
}

/** Actions are the buttons of a card: the next step large, the others beside it. */
export function Actions({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const { deeds, open } = useDesk();
  const state = useDeed(incident.id);
  const problem = useProblem();
  const sending = state?.phase === 'sending' ? state.deed.verb : undefined;
  const primary = primaryOf(incident);
  const others = (['accept', 'arrive', 'resolve', 'note'] as const).filter(
    (verb) => verb !== primary && incident.can.includes(verb),
  );

  const press = (verb: Verb) => {
    if (verb === 'resolve' || verb === 'note') open({ kind: verb, id: incident.id });
    else void deeds.send(incident.id, { verb });
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
      {state?.phase === 'unsent' && (
        <div className="trouble" role="alert" data-testid="unsent">
          <span>{state.unsure ? t('act.unsure') : t('act.notSent')}</span>
          <button
            type="button"
            className="button"
            data-testid="retry"
            onClick={() => void deeds.send(incident.id, state.deed)}
          >
            {t('act.retry')}
          </button>
        </div>
      )}
      {state?.phase === 'refused' && (
        <div className="trouble" role="alert" data-testid="refused">
          <span>{problem(state.problem, incident)}</span>
          <button
            type="button"
            className="button"
            onClick={() =>
              state.problem.status >= 500
                ? void deeds.send(incident.id, state.deed)
                : deeds.dismiss(incident.id)
            }
          >
            {state.problem.status >= 500 ? t('act.retry') : t('act.dismiss')}
          </button>
        </div>
      )}
      {primary !== undefined && button(primary, 'primary')}
      {others.length > 0 && <div className="actions-other">{others.map((verb) => button(verb, ''))}</div>}
    </div>
  );
}
