import { useTranslation } from 'react-i18next';
import type { Incident, Verb } from '../shared/api/types.ts';
import { useProblem } from '../shared/ui/useProblem.ts';
import { useDeed, useDesk } from './context.ts';

/** primaryOf is the next step in the life of an incident. */
function primaryOf(incident: Incident): Verb | undefined {
  const next: Verb =
    incident.state === 'raised' ? 'accept' : incident.state === 'accepted' ? 'arrive' : 'resolve';
  return incident.can.find((verb): verb is Verb => verb === next);
}

/** Actions are the buttons of a card: the next step large, the others beside it. */
export function Actions({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const { deeds, open } = useDesk();
  const state = useDeed(incident.id);
  const problem = useProblem();
  const sending = state?.phase === 'sending' ? state.deed.verb : undefined;
  const primary = primaryOf(incident);
  const others = (['accept', 'arrive', 'resolve', 'explain', 'note'] as const).filter(
    (verb) => verb !== primary && incident.can.includes(verb),
  );

  const press = (verb: Verb) => {
    if (verb === 'accept' || verb === 'arrive') void deeds.send(incident.id, { verb });
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
          <span>{problem(state.problem, incident.site.time_zone)}</span>
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
