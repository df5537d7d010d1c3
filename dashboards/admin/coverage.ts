/** Heard is what the coverage list needs of a point. */
interface Heard {
  last_seen?: string;
}

/** Status is how far a point is proved to work; lower order needs a person sooner. */
export interface Status {
  name: 'unproven' | 'quiet' | 'ok';
  order: number;
}

/**
 * A point that nobody has heard for a day is doubtful, whatever its class; the
 * exact deadlines of each class are the gateway's, which raises `silent`.
 */
const doubtfulAfter = 24 * 60 * 60 * 1000;

/** statusOf says how a point stands at a time, in milliseconds since 1970. */
export function statusOf(point: Heard, now: number): Status {
  if (point.last_seen === undefined) return { name: 'unproven', order: 0 };
  const age = now - Date.parse(point.last_seen);
  return age > doubtfulAfter ? { name: 'quiet', order: 1 } : { name: 'ok', order: 2 };
}
