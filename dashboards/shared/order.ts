import type { Incident, Severity } from './api/types.ts';

const ranks: Record<Severity, number> = { urgent: 4, high: 3, medium: 2, low: 1 };

/** rank orders severities, urgent highest. One that is not known counts as urgent. */
export function rank(severity: Severity): number {
  return ranks[severity] ?? ranks.urgent;
}

/**
 * weight is the severity with which an incident stands and sounds on a board. A
 * call that its resident took back still needs a look, and no siren.
 */
export function weight(incident: Incident): Severity {
  if (incident.cancelled_at === undefined || rank(incident.severity) <= ranks.medium)
    return incident.severity;
  return 'medium';
}

/** Arranged is a picture as a board shows it. */
export interface Arranged {
  /**
   * Nobody has accepted these: most severe first, then what is confirmed, then
   * what alarmed again, then the longest waiting.
   */
  waiting: Incident[];
  /** Somebody attends to these: on the way before arrived, then as above. */
  attended: Incident[];
  /** Resolved within the last hour, latest first. */
  recent: Incident[];
  /** What an open incident explains, by its id: shown under it and in no list above. */
  explained: ReadonlyMap<string, Incident[]>;
}

const recentFor = 60 * 60 * 1000;

/** arrange sorts a picture for a board at the time now, in milliseconds since 1970. */
export function arrange(incidents: Iterable<Incident>, now: number): Arranged {
  const all = new Map([...incidents].map((incident) => [incident.id, incident]));
  const explained = new Map<string, Incident[]>();
  const arranged: Arranged = { waiting: [], attended: [], recent: [], explained };
  for (const incident of all.values()) {
    const parent = parentOf(incident, all);
    if (parent !== undefined) {
      const children = explained.get(parent.id);
      if (children === undefined) explained.set(parent.id, [incident]);
      else children.push(incident);
    } else if (incident.state === 'raised') arranged.waiting.push(incident);
    else if (incident.state !== 'resolved') arranged.attended.push(incident);
    else if (now - resolvedAt(incident) <= recentFor) arranged.recent.push(incident);
  }
  arranged.waiting.sort(byUrgency);
  arranged.attended.sort((a, b) => stage(a) - stage(b) || byUrgency(a, b));
  arranged.recent.sort((a, b) => resolvedAt(b) - resolvedAt(a) || byID(a, b));
  for (const children of explained.values()) children.sort(byUrgency);
  return arranged;
}

/**
 * parentOf is the open incident under which another open one is shown. One
 * whose parent the viewer does not see stands for itself, and so does one whose
 * parent is itself explained: nothing may hide two levels down.
 */
function parentOf(incident: Incident, picture: ReadonlyMap<string, Incident>): Incident | undefined {
  const openOne = (id: string | undefined) => {
    const one = id === undefined ? undefined : picture.get(id);
    return one !== undefined && isOpen(one) ? one : undefined;
  };
  const parent = isOpen(incident) ? openOne(incident.under) : undefined;
  return openOne(parent?.under) === undefined ? parent : undefined;
}

function isOpen(incident: Incident): boolean {
  return incident.state !== 'resolved';
}

/** loudest is the greatest weight that nobody has accepted, which the board sounds. */
export function loudest(waiting: readonly Incident[]): Severity | undefined {
  return waiting[0] === undefined ? undefined : weight(waiting[0]);
}

function byUrgency(a: Incident, b: Incident): number {
  return (
    rank(weight(b)) - rank(weight(a)) ||
    rank(b.severity) - rank(a.severity) ||
    Number(b.confirmed !== undefined) - Number(a.confirmed !== undefined) ||
    Number(b.alarms > 1) - Number(a.alarms > 1) ||
    Date.parse(a.alarmed_at) - Date.parse(b.alarmed_at) ||
    byID(a, b)
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

/** waits reports whether nobody has accepted an incident that no other one in the picture explains. */
function waits(incident: Incident, picture: ReadonlyMap<string, Incident>): boolean {
  return incident.state === 'raised' && parentOf(incident, picture) === undefined;
}

/**
 * fresh lists the unaccepted alarms of `after` that a person who has seen
 * `before` has not heard yet: new ones, alarms that sounded again, those that
 * fell back because nobody arrived, and those that nothing explains any more.
 */
export function fresh(
  before: ReadonlyMap<string, Incident>,
  after: ReadonlyMap<string, Incident>,
): Incident[] {
  const found: Incident[] = [];
  for (const incident of after.values()) {
    if (!waits(incident, after)) continue;
    const old = before.get(incident.id);
    if (old === undefined || !waits(old, before) || incident.alarms > old.alarms) found.push(incident);
  }
  return found.sort(byUrgency);
}

/**
 * fellBack returns who had accepted an incident that is raised again because
 * nobody arrived in time, and not because its point alarmed again.
 */
export function fellBack(old: Incident | undefined, incident: Incident): Incident['accepted'] {
  const back = old?.state === 'accepted' && incident.state === 'raised' && incident.alarms === old.alarms;
  return back ? old.accepted : undefined;
}
