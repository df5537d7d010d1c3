import type { Detail, Entry } from '../shared/api/types.ts';
import type { Act } from './outbox.ts';

/** Account is what the gateway has written down about an incident. */
export type Account = Pick<Detail, 'incident' | 'entries'>;

/**
 * The gateway's clock is known here as it was one way of the network ago, so a
 * row is never older than its press. This is for clocks that drift; nobody
 * accepts, hears it alarm again and accepts again within it.
 */
const slack = 2_000;

/** recorded finds the row that an act has left in the log of its incident, if it has left one. */
export function recorded(act: Act, entries: readonly Entry[]): Entry | undefined {
  const kind = act.verb === 'accept' ? 'incident.accepted' : 'incident.arrived';
  return entries.find(
    (entry) =>
      entry.kind === kind && entry.act.by === act.user && Date.parse(entry.act.at) >= act.since - slack,
  );
}
