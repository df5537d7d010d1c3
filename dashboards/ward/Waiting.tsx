import { useTranslation } from 'react-i18next';
import type { Problem } from '../shared/api/client.ts';
import type { Incident } from '../shared/api/types.ts';
import { shortTime } from '../shared/format.ts';
import { useLanguage, useViewer } from '../shared/ui/hooks.ts';
import { useProblem } from '../shared/ui/useProblem.ts';
import { useDesk } from './context.ts';
import type { DeedState } from './deeds.ts';
import type { Act } from './outbox.ts';

/** useMoment says a moment of this device's clock in the time of a site. */
function useMoment(): (at: number, zone: string) => string {
  const language = useLanguage();
  return (at, zone) => shortTime(at, Date.now(), zone, language);
}

/**
 * Queued says on a card that a press has reached nobody, so that she never
 * believes that somebody knows, and asks whether an old one still holds.
 */
export function Queued({
  incident,
  state,
}: {
  incident: Incident;
  state: Extract<DeedState, { phase: 'queued' }>;
}) {
  const { t } = useTranslation();
  const { deeds } = useDesk();
  const moment = useMoment();
  const { act, old } = state;
  const words = { act: t(`act.${act.verb}`), time: moment(act.at, incident.site.time_zone) };
  const button = (name: string, text: string, press: () => void) => (
    <button type="button" className="button" data-testid={name} onClick={press}>
      {text}
    </button>
  );
  return (
    <div className="queued" role="alert" data-testid="queued" data-old={old}>
      <strong>{t(old ? 'offline.old' : 'offline.queued', words)}</strong>
      <span>{t(old ? 'offline.oldHint' : 'offline.queuedHint')}</span>
      <span className="queued-actions">
        {old
          ? button('still', t('offline.still'), () => void deeds.promise(incident, act.verb))
          : button('send-now', t('offline.sendNow'), () => void deeds.flush())}
        {button(
          'withdraw',
          t(old ? 'offline.noMore' : act.verb === 'accept' ? 'offline.withdraw' : 'offline.withdrawArrive'),
          () => deeds.withdraw(incident.id),
        )}
      </span>
    </div>
  );
}

const calm = ['already_accepted', 'already_arrived', 'already_resolved'] as const;
const anew = ['realarmed', 'lapsed'] as const;

function among<T extends string>(list: readonly T[], code: string): code is T {
  return (list as readonly string[]).includes(code);
}

/** useAnswer says why a press to accept or to arrive was refused, and whether somebody else has seen to it. */
export function useAnswer(): (
  problem: Problem,
  verb: string,
  zone: string,
) => { text: string; calm: boolean } {
  const { t } = useTranslation();
  const language = useLanguage();
  const { clock } = useViewer().session;
  const usual = useProblem();
  return (problem, verb, zone) => {
    const { code } = problem;
    const words = {
      who: problem.who ?? t('ward.someone'),
      time: problem.at === undefined ? '' : shortTime(problem.at, clock.now(), zone, language),
    };
    if (verb === 'accept' || verb === 'arrive') {
      if (among(calm, code)) return { text: t(`offline.${code}`, words), calm: true };
      if (among(anew, code)) return { text: t(`offline.${code}`, words), calm: false };
    }
    return { text: usual(problem, zone), calm: false };
  };
}

/** QueuedBar counts in the large what nobody knows yet: its cards may be further down. */
export function QueuedBar({ acts }: { acts: readonly Act[] }) {
  const { t } = useTranslation();
  if (acts.length === 0) return null;
  return (
    <p className="queued-bar" role="status" data-testid="queued-bar">
      {t('offline.queuedCount', { count: acts.length })}
    </p>
  );
}
