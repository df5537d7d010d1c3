import type { Incident } from '../shared/api/types.ts';
import { resolvedAt } from '../shared/order.ts';

/** Now is what a family must know first. */
export type Now = 'calm' | 'called' | 'cancelled' | 'accepted' | 'arrived' | 'over';

/** Past is whether what happened before the page was opened is known. */
export type Past = 'reading' | 'known' | 'failed';

/** How long something that ended stays the first thing to say, in milliseconds. */
const overFor = 30 * 60 * 1000;

const stages = { raised: 'called', accepted: 'accepted', arrived: 'arrived' } as const;

/**
 * nowOf finds what a family must know of its elder at a time (milliseconds
 * since 1970), and the incident that it is about. Of several open incidents
 * the one where help is least far counts; one that the elder took back, less.
 */
export function nowOf(incidents: readonly Incident[], now: number): { now: Now; incident?: Incident } {
  for (const state of ['raised', 'accepted', 'arrived'] as const) {
    const some = incidents.filter((i) => i.state === state);
    const incident = some.find((i) => i.cancelled_at === undefined) ?? some[0];
    if (incident === undefined) continue;
    const cancelled = state === 'raised' && incident.cancelled_at !== undefined;
    return { now: cancelled ? 'cancelled' : stages[state], incident };
  }
  const [last] = incidents
    .filter((i) => i.state === 'resolved' && now - resolvedAt(i) < overFor)
    .sort((a, b) => resolvedAt(b) - resolvedAt(a));
  return last === undefined ? { now: 'calm' } : { now: 'over', incident: last };
}

/** Step is one line of the timeline. */
export interface Step {
  kind: 'raised' | 'cancelled' | 'accepted' | 'arrived' | 'resolved';
  at: string;
  incident: Incident;
}

/** stepsOf lists what happened, the latest first. */
export function stepsOf(incidents: readonly Incident[]): Step[] {
  const steps: Step[] = [];
  for (const incident of incidents) {
    steps.push({ kind: 'raised', at: incident.raised_at, incident });
    if (incident.cancelled_at !== undefined) {
      steps.push({ kind: 'cancelled', at: incident.cancelled_at, incident });
    }
    for (const kind of ['accepted', 'arrived', 'resolved'] as const) {
      const act = incident[kind];
      if (act !== undefined) steps.push({ kind, at: act.at, incident });
    }
  }
  return steps.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
