import type { Incident, Severity } from './api/types.ts';

const ranks: Record<Severity, number> = { urgent: 4, high: 3, medium: 2, low: 1 };

/** rank orders severities, urgent highest. One that is not known counts as urgent. */
export function rank(severity: Severity): number {
  return ranks[severity] ?? ranks.urgent;
}

/** Arranged is a picture as a board shows it. */
export interface Arranged {
  /** Nobody has accepted these: most severe first, then the longest waiting. */
  waiting: Incident[];
  /** Somebody attends to these: on the way before arrived, then as above. */
  attended: Incident[];
  /** Resolved within the last hour, latest first. */
  recent: Incident[];
}

const recentFor = 60 * 60 * 1000;

/** arrange sorts a picture for a board at the time now, in milliseconds since 1970. */
export function arrange(incidents: Iterable<Incident>, now: number): Arranged {
  const arranged: Arranged = { waiting: [], attended: [], recent: [] };
  for (const incident of incidents) {
    if (incident.state === 'raised') arranged.waiting.push(incident);
    else if (incident.state !== 'resolved') arranged.attended.push(incident);
    else if (now - resolvedAt(incident) <= recentFor) arranged.recent.push(incident);
  }
  arranged.waiting.sort(byUrgency);
  arranged.attended.sort((a, b) => stage(a) - stage(b) || byUrgency(a, b));
  arranged.recent.sort((a, b) => resolvedAt(b) - resolvedAt(a) || byID(a, b));
  return arranged;
}

/** loudest is the greatest severity that nobody has accepted, which the board sounds. */
export function loudest(waiting: readonly Incident[]): Severity | undefined {
  return waiting[0]?.severity;
}

function byUrgency(a: Incident, b: Incident): number {
  return (
    rank(b.severity) - rank(a.severity) || Date.parse(a.alarmed_at) - Date.parse(b.alarmed_at) || byID(a, b)
  );
}

function byID(a: Incident, b: Incident): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function stage(incident: Incident): number {
  return incident.state === 'accepted' ? 0 : 1;
}

/** resolvedAt is when an incident was resolved, in milliseconds since 1970. */
export function resolvedAt(incident: Incident): number {
  return Date.parse(incident.resolved?.at ?? incident.alarmed_at);
}

/**
 * fresh lists the unaccepted alarms of `after` that a person who has seen
 * `before` has not heard yet: new ones, alarms that sounded again, and those
 * that fell back because nobody arrived.
 */
export function fresh(
  before: ReadonlyMap<string, Incident>,
  after: ReadonlyMap<string, Incident>,
): Incident[] {
  const found: Incident[] = [];
  for (const incident of after.values()) {
    if (incident.state !== 'raised') continue;
    const old = before.get(incident.id);
    if (old === undefined || old.state !== 'raised' || incident.alarms > old.alarms) found.push(incident);
  }
  return found.sort(byUrgency);
}
