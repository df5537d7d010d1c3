import type { Away, CarePlan, CareRule } from '../shared/api/types.ts';

/** careClasses are the classes that a leader tunes for one resident. */
export const careClasses = ['bed_exit', 'wandering', 'inactivity', 'vital'] as const;

/** RuleForm is a care rule as its form holds it. */
export interface RuleForm {
  class: CareRule['class'];
  on: boolean;
  /** Local times such as 22:00; both empty for always. */
  from: string;
  to: string;
  /** Minutes for which it must last. */
  minutes: number;
}

/** AwayForm is an absence as its form holds it: local times such as 2026-11-25T08:00. */
export interface AwayForm {
  from: string;
  /** Empty while nobody knows. */
  to: string;
  reason: Away['reason'];
}

/** ruleForm opens a rule for editing. A delay that is no whole minute counts as the next one. */
export function ruleForm({ class: of, on, hours, delay_s: delay }: CareRule): RuleForm {
  const [from = '', to = ''] = (hours ?? '').split('-');
  return { class: of, on, from, to, minutes: Math.ceil((delay ?? 0) / 60) };
}

/** careRule closes the form of a rule; with one of its two times it counts as always. */
export function careRule({ class: of, on, from, to, minutes }: RuleForm): CareRule {
  const rule: CareRule = { class: of, on };
  if (from !== '' && to !== '') rule.hours = `${from}-${to}`;
  if (minutes > 0) rule.delay_s = minutes * 60;
  return rule;
}

/** awayForm opens an absence for editing in the time zone of the site. */
export function awayForm({ from, to, reason }: Away, zone: string): AwayForm {
  return { from: localTime(from, zone), to: to === undefined ? '' : localTime(to, zone), reason };
}

/** away closes the form of an absence. */
export function away({ from, to, reason }: AwayForm, zone: string): Away {
  const closed: Away = { from: instant(from, zone), reason };
  if (to !== '') closed.to = instant(to, zone);
  return closed;
}

/** isAway reports whether a resident is away at a time, in milliseconds since 1970. */
export function isAway(plan: CarePlan, now: number): boolean {
  return plan.away.some(
    ({ from, to }) => Date.parse(from) <= now && (to === undefined || now < Date.parse(to)),
  );
}

/** localTime writes an instant as the clock of a zone shows it, such as 2026-11-25T08:00. */
export function localTime(at: string | number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(new Date(at));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

/**
 * instant is when the clock of a zone shows a local time. Of a time that comes
 * twice, when clocks are set back, it is the first; one that never comes counts
 * as an hour later, as the clock then shows.
 */
export function instant(local: string, zone: string): string {
  const wanted = Date.parse(`${local}Z`);
  const offsetAt = (at: number) => Date.parse(`${localTime(at, zone)}Z`) - Math.floor(at / 60_000) * 60_000;
  // The offset of the day before is the right one unless the clock was set since.
  const day = 86_400_000;
  const candidates = [wanted - offsetAt(wanted - day), wanted - offsetAt(wanted + day)];
  const found = candidates.find((at) => localTime(at, zone) === local) ?? candidates[0] ?? wanted;
  return new Date(found).toISOString();
}
