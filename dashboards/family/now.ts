import type { Incident } from '../shared/api/types.ts';
import { resolvedAt } from '../shared/order.ts';

/** Now is what a family must know first. */
export type Now = 'calm' | 'called' | 'accepted' | 'arrived' | 'over';

/** How long something that ended stays the first thing to say, in milliseconds. */
const overFor = 30 * 60 * 1000;

const stages = { raised: 'called', accepted: 'accepted', arrived: 'arrived' } as const;

/**
 * nowOf finds what a family must know of its elder at a time (milliseconds
 * since 1970), and the incident that it is about. Of several open incidents
 * the one where help is least far counts.
 */
export function nowOf(incidents: readonly Incident[], now: number): { now: Now; incident?: Incident } {
  for (const state of ['raised', 'accepted', 'arrived'] as const) {
    const incident = incidents.find((i) => i.state === state);
    if (incident !== undefined) return { now: stages[state], incident };
  }
  const [last] = incidents
    .filter((i) => i.state === 'resolved' && now - resolvedAt(i) < overFor)
    .sort((a, b) => resolvedAt(b) - resolvedAt(a));
  return last === undefined ? { now: 'calm' } : { now: 'over', incident: last };
}

/** Step is one line of the timeline. */
export interface Step {
  kind: 'raised' | 'accepted' | 'arrived' | 'resolved';
  at: string;
  incident: Incident;
}

/** stepsOf lists what happened, the latest first. */
export function stepsOf(incidents: readonly Incident[]): Step[] {
  const steps: Step[] = [];
  for (const incident of incidents) {
    steps.push({ kind: 'raised', at: incident.raised_at, incident });
    for (const kind of ['accepted', 'arrived', 'resolved'] as const) {
      const act = incident[kind];
      if (act !== undefined) steps.push({ kind, at: act.at, incident });
    }
  }
  return steps.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
