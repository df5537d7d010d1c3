import type {
  Entry,
  Frame,
  Incident,
  IncidentClass,
  Me,
  Mistake,
  Notice,
  Severity,
  Site,
} from '../../shared/api/types.ts';
import { villagers } from './villagers.ts';
import { home, placeOf, residents, severities } from './data.ts';

/** What a test says of an alarm that it raises. */
export interface Alarm {
  class: IncidentClass;
  room?: string;
  bed?: string;
  site?: Site;
  resident?: string;
  severity?: Severity;
  /** Seconds that it has waited already. */
  waited?: number;
  active?: boolean;
  late?: boolean;
  clock?: 'offset' | 'received';
  /** Id of the incident that explains it. */
  under?: string;
  /** Whether photos may be taken there; a room is a bedroom where this says nothing. */
  photos?: Incident['photos'];
}

/** Refusal is an action that an incident does not allow. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly who?: string;
  readonly at?: string;
  readonly errors?: Mistake[];
  readonly by?: string;
  constructor(status: number, code: string, who?: string, at?: string, errors?: Mistake[], by?: string) {
    super(code);
    this.status = status;
    this.code = code;
    this.who = who;
    this.at = at;
    this.errors = errors;
    this.by = by;
  }
}

const can = { raised: 0, accepted: 1, arrived: 2, resolved: 3 } as const;

/** World is the incidents of the mock gateway with their feed, in memory. */
export class World {
  /** Milliseconds by which the gateway's clock differs from this machine's. */
  skew = 0;
  readonly incidents = new Map<string, Incident>();
  /** What the log has of each incident. */
  readonly rows = new Map<string, Entry[]>();
  /** Who was told of each incident. */
  readonly notices = new Map<string, Notice[]>();
  readonly feed: { number: number; frame: Frame }[] = [];
  onFeed: (frame: Frame) => void = () => {};
  #ids = 0;

  now(): number {
    return Date.now() + this.skew;
  }

  iso(ago = 0): string {
    return new Date(this.now() - ago * 1000).toISOString();
  }

  get number(): number {
    return this.feed.length;
  }

  raise(alarm: Alarm): Incident {
    const at = this.iso(alarm.waited);
    const incident: Incident = {
      id: `i${String(++this.#ids).padStart(4, '0')}`,
      site: alarm.site ?? home,
      class: alarm.class,
      severity: alarm.severity ?? severities[alarm.class],
      state: 'raised',
      active: alarm.active ?? true,
      place: placeOf(alarm.room ?? '302', alarm.bed, alarm.class),
      happened_at: alarm.late === true ? this.iso(3000) : at,
      raised_at: at,
      alarmed_at: at,
      alarms: 1,
      revision: 1,
      photos: alarm.photos ?? 'private_room',
      can: ['accept', 'arrive', 'resolve', 'note'],
    };
    const resident = [...residents, ...villagers.map((one) => one.resident)].find(
      (one) => one.id === alarm.resident,
    );
    if (resident !== undefined) incident.resident = resident;
    if (alarm.late === true) incident.late = true;
    if (alarm.clock !== undefined) incident.clock = alarm.clock;
    if (alarm.under !== undefined) incident.under = alarm.under;
    return this.#commit('incident.raised', incident);
  }

  clear(id: string): Incident {
    return this.#commit('incident.cleared', { ...this.get(id), active: false, cleared_at: this.iso() });
  }

  /** realarm sounds an open incident again; nobody counts as going any more. */
  realarm(id: string): Incident {
    const { accepted, arrived, ...rest } = this.get(id);
    void accepted;
    void arrived;
    return this.#commit('incident.realarmed', {
      ...rest,
      state: 'raised',
      active: true,
      alarms: rest.alarms + 1,
      alarmed_at: this.iso(),
    });
  }

  /** confirm is a second detector of the zone that says the same. */
  confirm(id: string, zh: string, en: string): Incident {
    const { accepted, arrived, ...rest } = this.get(id);
    void accepted;
    void arrived;
    return this.#commit('incident.confirmed', {
      ...rest,
      state: 'raised',
      alarms: rest.alarms + 1,
      alarmed_at: this.iso(),
      confirmed: { at: this.iso(), point: { zh, en } },
    });
  }

  /** cancel is the resident who takes the call back at the button. */
  cancel(id: string): Incident {
    return this.#commit('incident.cancelled', { ...this.get(id), cancelled_at: this.iso() });
  }

  /** giveBack raises an incident again at whose point nobody arrived. */
  giveBack(id: string): Incident {
    const { accepted, ...rest } = this.get(id);
    void accepted;
    return this.#commit('incident.returned', { ...rest, state: 'raised' });
  }

  /** untold is an incident of which nobody could be told. */
  untold(id: string): Incident {
    return this.#commit('incident.untold', { ...this.get(id), untold_at: this.iso() });
  }

  get(id: string): Incident {
    const incident = this.incidents.get(id);
    if (incident === undefined) throw new Refusal(404, 'not_found');
    return incident;
  }

  act(
    id: string,
    verb: string,
    who: string,
    body: { cause?: string; reason?: string; note?: string; alarms?: string },
    by = `u-${who}`,
  ): Incident {
    const old = this.get(id);
    const act = { name: who, by, at: this.iso(), means: 'screen' as const };
    const done = (code: string, first: Incident['accepted']) =>
      new Refusal(409, code, first?.name, first?.at, undefined, first?.by);
    if (verb === 'note') {
      this.#row(id, { kind: 'incident.noted', act, note: body.note });
      return this.#commit('incident.noted', { ...old });
    }
    if (verb === 'explain') {
      if (old.cause !== 'pending')
        throw new Refusal(409, 'not_pending', old.resolved?.name, old.resolved?.at);
      const cause = body.cause as Incident['cause'];
      return this.#commit('incident.explained', { ...old, cause, reason: body.reason });
    }
    const realarmed = Number(body.alarms ?? old.alarms) !== old.alarms;
    if (old.resolved !== undefined) throw done('already_resolved', old.resolved);
    if (verb === 'accept') {
      if (old.accepted !== undefined) throw done('already_accepted', old.accepted);
      if (realarmed) throw new Refusal(409, 'realarmed');
      return this.#commit('incident.accepted', { ...old, state: 'accepted', accepted: act });
    }
    if (verb === 'arrive') {
      if (old.arrived !== undefined) throw done('already_arrived', old.arrived);
      if (realarmed) throw new Refusal(409, 'realarmed');
      return this.#commit('incident.arrived', {
        ...old,
        state: 'arrived',
        accepted: old.accepted ?? act,
        arrived: act,
      });
    }
    if (realarmed) throw new Refusal(409, 'realarmed');
    if (old.active && body.cause !== 'false' && body.cause !== 'test') throw new Refusal(409, 'still_active');
    return this.#commit('incident.resolved', {
      ...old,
      state: 'resolved',
      resolved: act,
      cause: body.cause as Incident['cause'],
      reason: body.reason,
      note: body.note,
    });
  }

  /** called notes that somebody was called; nothing of the incident changes by it. */
  called(id: string, act: Entry['act'], to: string, reason: string): void {
    this.#row(id, { kind: 'incident.called', act, to, reason });
    this.#commit('incident.called', { ...this.get(id) });
  }

  /** photograph notes that somebody added a photo. */
  photograph(id: string, act: Entry['act'], photo: string): void {
    this.#row(id, { kind: 'incident.photographed', act, photo });
    this.#commit('incident.photographed', { ...this.get(id) });
  }

  #row(id: string, row: Omit<Entry, 'number'>): void {
    const rows = this.rows.get(id) ?? [];
    this.rows.set(id, [...rows, { number: rows.length + 1, ...row }]);
  }

  #commit(kind: string, incident: Incident): Incident {
    if (!['incident.noted', 'incident.photographed', 'incident.called'].includes(kind)) {
      const step = kind.replace('incident.', '') as 'accepted' | 'arrived' | 'resolved';
      const { cause, reason, note } = step === 'resolved' ? incident : {};
      this.#row(incident.id, {
        kind,
        act: incident[step] ?? { at: this.iso(), means: 'sensor' },
        ...(cause === undefined ? {} : { cause }),
        ...(reason === undefined ? {} : { reason }),
        ...(note === undefined ? {} : { note }),
      });
    }
    const all = ['accept', 'arrive', 'resolve', 'note'] as const;
    const next: Incident = {
      ...incident,
      revision: this.incidents.has(incident.id) ? incident.revision + 1 : 1,
      can: incident.cause === 'pending' ? ['explain', 'note'] : all.slice(can[incident.state]),
    };
    this.incidents.set(next.id, next);
    const frame: Frame = {
      type: 'incident',
      number: this.number + 1,
      time: this.iso(),
      kind,
      incident: next,
    };
    this.feed.push({ number: this.number + 1, frame });
    this.onFeed(frame);
    return next;
  }
}

/** visible reports whether a person may see an incident. */
export function visible(me: Me, incident: Incident): boolean {
  if (me.user.role === 'family') {
    return incident.class !== 'call' && me.watched.some((one) => one.id === incident.resident?.id);
  }
  return me.sites.some((site) => site.id === incident.site.id);
}

/** render shows an incident as the role of a person may see it. */
export function render(me: Me, incident: Incident): Incident {
  const { role } = me.user;
  if (role === 'carer' || role === 'leader' || role === 'manager') return incident;
  const bare: Incident = { ...incident, can: [] };
  delete bare.note;
  delete bare.reason;
  for (const key of ['accepted', 'arrived', 'resolved'] as const) {
    const act = bare[key];
    if (act !== undefined) bare[key] = { at: act.at, means: act.means };
  }
  if (role === 'family') {
    for (const key of ['confirmed', 'under', 'untold_at'] as const) delete bare[key];
    return { ...bare, place: {} };
  }
  delete bare.resident;
  const shared = ['fire', 'gas', 'carbon_monoxide', 'silent', 'fault', 'tamper', 'battery'].includes(
    bare.class,
  );
  if (!shared) {
    delete bare.cause;
    bare.place = {};
  }
  return bare;
}
