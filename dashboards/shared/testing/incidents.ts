import type { Incident, Site } from '../api/types.ts';

/** Fixtures of the unit tests; no page imports them. */

/** start is when the nights of the tests begin: half past two in Shanghai. */
export const start = Date.parse('2026-03-04T18:30:00Z');

/** at is a moment that many seconds after the start. */
export function at(seconds: number): string {
  return new Date(start + seconds * 1000).toISOString();
}

export const home: Site = {
  id: 'heyuan',
  kind: 'nursing_home',
  name: { zh: '和园', en: 'Heyuan' },
  region: { zh: '柳河街道', en: 'Liuhe' },
  address: { zh: '', en: '' },
  time_zone: 'Asia/Shanghai',
};

/** incident is an unaccepted fall at the start, with what a test changes of it. */
export function incident(id: string, change: Partial<Incident> = {}): Incident {
  const alarmed = change.alarmed_at ?? at(0);
  return {
    id,
    site: home,
    class: 'fall',
    severity: 'urgent',
    state: 'raised',
    active: true,
    place: { floor: '3', zone: { zh: '302 房', en: 'Room 302' } },
    happened_at: alarmed,
    raised_at: alarmed,
    alarmed_at: alarmed,
    alarms: 1,
    revision: 1,
    can: ['accept', 'arrive', 'resolve', 'note'],
    ...change,
  };
}

/** accepted, arrived and resolved are the incident after a person's step at that many seconds. */
export function accepted(of: Incident, seconds: number, name = '王芳'): Incident {
  const act = { at: at(seconds), means: 'screen' as const, name };
  return { ...of, state: 'accepted', accepted: act, revision: of.revision + 1 };
}

export function arrived(of: Incident, seconds: number, name = '王芳'): Incident {
  const act = { at: at(seconds), means: 'screen' as const, name };
  return { ...of, state: 'arrived', arrived: act, revision: of.revision + 1 };
}

export function resolved(of: Incident, seconds: number, name = '王芳'): Incident {
  const act = { at: at(seconds), means: 'screen' as const, name };
  return { ...of, state: 'resolved', resolved: act, cause: 'real', revision: of.revision + 1 };
}
