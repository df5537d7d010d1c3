import type { Incident } from '../shared/api/types.ts';
import { resolvedAt } from '../shared/order.ts';

/**
 * pendingOf lists what was resolved without its cause, the oldest first, of two
 * sets in which the newer revision counts.
 */
export function pendingOf(...sets: Iterable<Incident>[]): Incident[] {
  const all = new Map<string, Incident>();
  for (const set of sets) {
    for (const incident of set) {
      const held = all.get(incident.id);
      if (held === undefined || held.revision < incident.revision) all.set(incident.id, incident);
    }
  }
  return [...all.values()]
    .filter((incident) => incident.state === 'resolved' && incident.can.includes('explain'))
    .sort((a, b) => resolvedAt(a) - resolvedAt(b));
}
