import type {
  CarePlan,
  ContactsView,
  DocumentView,
  DutyView,
  IncidentClass,
  Me,
  ResidentEntry,
  Shelf,
} from '../../shared/api/types.ts';
import { accounts, home, placeOf, residents } from './data.ts';
import { Refusal, type World } from './world.ts';

interface Document extends DocumentView {
  text: string;
}

const text = (zh: string, en: string) => ({ zh, en });

/**
 * Alerting is what people configure and look at besides incidents, in memory:
 * shelves, duty, plans, residents and contacts.
 */
export class Alerting {
  readonly #world: World;
  shelves: Shelf[] = [];
  readonly documents = new Map<string, Document>();
  readonly #plans = new Map<string, CarePlan>();
  readonly #consents = new Map<string, boolean>([['r1', true]]);
  readonly #contacts = new Map<string, ContactsView>();
  /** Hours until the roster has a gap; none when it is undefined. */
  gapIn: number | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** answer returns the body of an answer, or undefined when the route is not one of these. */
  answer(me: Me, method: string, url: URL, body: Record<string, unknown>): object | undefined {
    const { role } = me.user;
    const leads = role === 'leader' || role === 'manager';
    const changes = method !== 'GET' && !url.pathname.startsWith('/api/me/');
    const route = (pattern: RegExp) => pattern.exec(`${method} ${url.pathname}`);
    const only = (result: () => object) => {
      if (changes && !leads) throw new Refusal(403, 'not_allowed');
      return result();
    };
    if (route(/^GET \/api\/shelves$/)) return { time: this.#world.iso(), shelves: this.#shelvesFor(me) };
    if (route(/^POST \/api\/shelves$/)) return only(() => this.#shelve(me, body));
    if (route(/^DELETE \/api\/shelves$/)) return only(() => this.#unshelve(me, url.searchParams));
    if (route(/^GET \/api\/sites\/[^/]+\/duty$/)) return this.#duty();
    let found = route(/^(GET|PUT) \/api\/sites\/([^/]+\/(?:roster|ladders|rules))$/);
    if (found !== null) {
      const name = found[2]!;
      return method === 'GET' ? this.#document(name) : only(() => this.#save(me, name, body));
    }
    if (route(/^GET \/api\/residents$/)) return { residents: residents.map(({ id }) => this.#resident(id)) };
    found = route(/^PUT \/api\/residents\/([^/]+)\/consent$/);
    if (found !== null) {
      const id = found[1]!;
      return only(() => {
        this.#consents.set(id, body.given === true);
        return this.#resident(id);
      });
    }
    found = route(/^(GET|PUT) \/api\/residents\/([^/]+)\/care$/);
    if (found !== null) {
      const id = found[2]!;
      return method === 'GET' ? this.#plan(id) : only(() => this.#savePlan(me, id, body));
    }
    if (route(/^(GET|PUT) \/api\/me\/contacts$/)) {
      if (method === 'PUT') this.#contacts.set(me.user.id, { ...this.#contactsOf(me), ...body });
      return this.#contactsOf(me);
    }
    if (route(/^POST \/api\/me\/contacts\/try$/))
      return { results: this.#contactsOf(me).contacts.map(tried) };
    return undefined;
  }

  /** shelf puts one up without asking anybody. */
  shelf(room: string, of: IncidentClass, hours: number, change: Partial<Shelf> = {}): void {
    this.shelves.push({
      site: home,
      point: `${room}-${of}`,
      place: placeOf(room, undefined, of),
      class: of,
      repair: false,
      by: { name: '社区小组', at: this.#world.iso(), means: 'screen' },
      until: this.#world.iso(-hours * 3600),
      reason: '雷达被窗帘挡住',
      can_end: true,
      ...change,
    });
  }

  #shelvesFor(me: Me): Shelf[] {
    const { role } = me.user;
    const sees = this.shelves.filter(({ site }) => me.sites.some(({ id }) => id === site.id));
    if (role !== 'inspector' && role !== 'operator')
      return sees.map((one) => ({ ...one, can_end: role !== 'carer' }));
    return sees
      .filter(({ repair }) => repair)
      .map(({ watch, by, ...rest }) => {
        void watch;
        return { ...rest, by: { at: by.at, means: by.means }, can_end: false };
      });
  }

  #shelve(me: Me, body: Record<string, unknown>): Shelf {
    const of = body.class as IncidentClass;
    const repair = ['fire', 'gas', 'carbon_monoxide'].includes(of);
    const point = String(body.point);
    if (repair && !body.watch) throw new Refusal(409, 'watch_needed');
    this.shelf(point.slice(0, 3), of, Number(body.minutes) / 60, {
      point,
      repair,
      reason: String(body.reason),
      by: { name: me.user.name, at: this.#world.iso(), means: 'screen' },
      ...(repair ? { watch: String(body.watch), guard: text('指定人员', 'a named person') } : {}),
    });
    return this.shelves.at(-1)!;
  }

  #unshelve(me: Me, query: URLSearchParams): object {
    const left = this.shelves.filter(
      (one) => one.point !== query.get('point') || one.class !== query.get('class'),
    );
    if (left.length === this.shelves.length) throw new Refusal(409, 'not_shelved');
    this.shelves = left;
    return { time: this.#world.iso(), shelves: this.#shelvesFor(me) };
  }

  #duty(): DutyView {
    const carer = text('护理员', 'Carer');
    const night = text('大夜班', 'Night');
    const on = (person: string, floors: string[], name = carer, duty = 'carer') => ({
      duty,
      name,
      floors,
      user: person,
      person,
      shift: night,
      from: this.#world.iso(3 * 3600),
      to: this.#world.iso(-5 * 3600),
    });
    const gap = this.gapIn;
    return {
      at: this.#world.iso(),
      roster: true,
      on: [
        on('王芳', ['2', '3']),
        on('刘磊', ['4', '5']),
        on('社区小组', [], text('班组长', 'Shift leader'), 'leader'),
      ],
      gaps:
        gap === undefined
          ? []
          : [
              {
                duty: 'carer',
                name: carer,
                floors: ['4'],
                from: this.#world.iso(-gap * 3600),
                to: this.#world.iso(-(gap + 8) * 3600),
              },
            ],
    };
  }

  #document(name: string): Document {
    return (
      this.documents.get(name) ?? {
        text: '',
        revision: 0,
        ...(name.endsWith('/roster') ? {} : { built_in: 'rules:\n  - id: cold-bedroom\n' }),
      }
    );
  }

  #save(me: Me, name: string, body: Record<string, unknown>): Document {
    const old = this.#document(name);
    if (body.revision !== old.revision) throw new Refusal(409, 'stale');
    const lines = String(body.text).split('\n');
    const mistakes = lines.flatMap((source, index) =>
      source.includes('\t')
        ? [{ message: 'a tab stands where only spaces may', line: index + 1, column: 1, source }]
        : [],
    );
    if (mistakes.length > 0) throw new Refusal(422, 'mistakes', undefined, undefined, mistakes);
    const saved: Document = {
      ...old,
      text: String(body.text),
      revision: old.revision + 1,
      saved_at: this.#world.iso(),
      saved_by: me.user.name,
    };
    this.documents.set(name, saved);
    return saved;
  }

  #resident(id: string): ResidentEntry {
    const found = residents.find((one) => one.id === id);
    if (found === undefined) throw new Refusal(404, 'not_found');
    const family = accounts.filter(({ me }) => me.watched.some((one) => one.id === id));
    return {
      ...found,
      site: home.id,
      consent: this.#consents.get(id) ?? false,
      family: family.map(({ me }) => me.user.name),
    };
  }

  #plan(id: string): CarePlan {
    return (
      this.#plans.get(id) ?? {
        rules: id === 'r3' ? [{ class: 'bed_exit', on: true, hours: '22:00-06:00', delay_s: 900 }] : [],
        away: [],
        revision: 0,
      }
    );
  }

  #savePlan(me: Me, id: string, body: Record<string, unknown>): CarePlan {
    const old = this.#plan(id);
    if (body.revision !== old.revision) throw new Refusal(409, 'stale');
    const saved: CarePlan = {
      rules: body.rules as CarePlan['rules'],
      away: body.away as CarePlan['away'],
      revision: old.revision + 1,
      saved_at: this.#world.iso(),
      saved_by: me.user.name,
    };
    this.#plans.set(id, saved);
    return saved;
  }

  #contactsOf(me: Me): ContactsView {
    return (
      this.#contacts.get(me.user.id) ?? {
        contacts: [
          { channel: 'sms', address: '+8613812345678' },
          { channel: 'wecom', address: 'wangfang' },
        ],
        language: 'zh',
        channels: ['sms', 'voice', 'wecom', 'mail'],
      }
    );
  }
}

function tried({ channel }: { channel: string }) {
  return channel === 'wecom'
    ? { channel, proof: 'nothing', reason: 'bad_address', detail: '60111 userid not found' }
    : { channel, proof: 'taken' };
}
