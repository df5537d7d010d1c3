import type { Invitation } from '../../shared/api/rights.ts';
import type { Me } from '../../shared/api/types.ts';
import type {
  Evacuation,
  Evacuee,
  FloorPlan,
  HandoverPage,
  PlaceState,
  ResidentCharts,
  ResidentPage,
  Sign,
  Tick,
  Zone,
} from '../../shared/api/ward.ts';
import { home } from './data.ts';
import { Refusal, render, visible, type World } from './world.ts';

const rank: PlaceState[] = ['calm', 'shelved', 'silent', 'accepted', 'alarm'];
const text = (zh: string, en: string) => ({ zh, en });
const relative = { id: 'u-d', name: '王晓梅' };
const seconds = (n: number) => n * 1000;

/** A zip of no file is its last record alone. */
const emptyZip = Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]);

interface Erasure {
  name: string;
  reason?: string;
}

/** Ward answers for the pages beside the board, from what the world holds. */
export class Ward {
  readonly #world: World;
  readonly #away = new Set<string>();
  readonly #erased = new Set<string>();
  readonly #ticks = new Map<string, Tick & { name: string; by: string }>();
  constructor(world: World) {
    this.#world = world;
  }

  answer(me: Me, method: string, url: URL, body: unknown): unknown {
    const route = `${method} ${url.pathname}`;
    const of = (name: string) => url.searchParams.get(name) ?? undefined;
    if (route === 'GET /api/floor-plan') return this.#plan(me);
    if (route === 'GET /api/evacuation') return this.#evacuation(of('incident'));
    if (route === 'POST /api/evacuation') {
      const { incident, ticks } = body as { incident: string; ticks: Tick[] };
      for (const tick of ticks) {
        const before = this.#ticks.get(tick.resident);
        if (before === undefined || before.at <= tick.at) {
          this.#ticks.set(tick.resident, { ...tick, name: me.user.name, by: me.user.id });
        }
      }
      return this.#evacuation(incident);
    }
    const away = /^PUT \/api\/residents\/([^/]+)\/away$/.exec(route);
    if (away !== null) {
      const id = away[1]!;
      const wanted = (body as { away: boolean }).away;
      if (wanted) this.#away.add(id);
      else this.#away.delete(id);
      return { id, away: wanted };
    }
    if (route === 'POST /api/family/invitations') return this.#invite(me, (body as { user: string }).user);
    if (route === 'GET /api/handover') return this.#handover(me);
    if (route === 'POST /api/handover') {
      const { with: partner } = body as { with?: { user: string; secret: string } };
      if (partner !== undefined && partner.secret === 'wrong') throw new Refusal(403, 'bad_credentials');
      const at = this.#world.iso();
      return {
        id: 'h-1',
        from: at,
        to: at,
        digest: 'd',
        outgoing: { name: me.user.name, by: me.user.id, at, means: 'screen' },
      };
    }
    if (route === 'GET /api/handovers') {
      const at = this.#world.iso(8 * 3600);
      const act = (name: string) => ({ name, at, means: 'screen' });
      return {
        handovers: [
          { id: 'h-0', from: at, to: at, digest: 'a1b2', outgoing: act('刘磊'), incoming: act('王芳') },
        ],
      };
    }
    const rights = /^(GET|POST) \/api\/privacy\/residents\/([^/]+)\/(export|erase)$/.exec(route);
    if (rights !== null) {
      if (me.user.role !== 'manager') throw new Refusal(403, 'not_allowed');
      if (this.#erased.has(rights[2]!)) throw new Refusal(404, 'not_found');
      return rights[3] === 'export' ? emptyZip : this.#erase(rights[2]!, body as Erasure);
    }
    const charts = /^GET \/api\/residents\/[^/]+\/charts$/.exec(route);
    if (charts !== null) return this.#charts();
    const resident = /^GET \/api\/residents\/([^/]+)$/.exec(route);
    if (resident !== null) return this.#resident(me, resident[1]!);
    return undefined;
  }

  #open(me: Me) {
    return [...this.#world.incidents.values()]
      .filter((i) => visible(me, i) && i.state !== 'resolved' && i.site.id === home.id)
      .map((i) => render(me, i));
  }

  #plan(me: Me): FloorPlan {
    const signs = this.#open(me).map((i) => {
      const state: PlaceState =
        i.class === 'silent' || i.under !== undefined
          ? 'silent'
          : i.state === 'raised'
            ? 'alarm'
            : 'accepted';
      const sign: Sign = {
        incident: i.id,
        class: i.class,
        severity: i.severity,
        state,
        bed: i.place.bed,
        since: i.alarmed_at,
      };
      return { sign, room: i.place.zone?.zh ?? '' };
    });
    const worst = (of: PlaceState[]) => of.sort((a, b) => rank.indexOf(b) - rank.indexOf(a))[0] ?? 'calm';
    const floors = [1, 2, 3, 4].map((number) => {
      const zones: Zone[] = [...Array(12).keys()].map((n) => {
        const name = `${number}${String(n + 1).padStart(2, '0')}`;
        const here = signs.filter(({ room }) => room.startsWith(name)).map(({ sign }) => sign);
        const [x, y] = [(n % 6) * 4, n < 6 ? 0 : 7];
        const beds = ['1', '2'].map((bed) => ({
          bed,
          state: worst(here.filter((s) => s.bed === bed).map((s) => s.state)),
        }));
        const state = name === '208' ? 'shelved' : worst(here.map((s) => s.state));
        const outline = [
          { x, y },
          { x: x + 4, y },
          { x: x + 4, y: y + 5 },
          { x, y: y + 5 },
        ];
        return {
          id: `r${name}`,
          name: text(`${name}房`, `Room ${name}`),
          kind: 'bedroom',
          outline,
          state,
          signs: here,
          beds,
        };
      });
      zones.push({
        id: `hall${number}`,
        name: text('走廊', 'Corridor'),
        kind: 'corridor',
        outline: [
          { x: 0, y: 5 },
          { x: 24, y: 5 },
          { x: 24, y: 7 },
          { x: 0, y: 7 },
        ],
        state: 'calm',
        signs: [],
        beds: [],
      });
      return {
        floor: String(number),
        state: worst(zones.map((z) => z.state)),
        width: 24,
        depth: 12,
        placed: number === 4,
        zones,
      };
    });
    return { time: this.#world.iso(), site: home, floors, elsewhere: [] };
  }

  #evacuation(incident?: string): Evacuation {
    const fire = incident === undefined ? undefined : this.#world.get(incident);
    const floors = ['3', '2'].map((floor) => ({
      floor,
      fire: fire?.place.floor === floor,
      zone: fire?.place.floor === floor ? fire.place.zone : undefined,
      people: [...Array(14).keys()].map((n): Evacuee => {
        const id = `r-${floor}-${n}`;
        const tick = this.#ticks.get(id);
        const room = `${floor}${String((n % 12) + 1).padStart(2, '0')}`;
        return {
          id,
          name: ['张秀英', '赵桂兰', '孙福生', '钱玉珍', '李国强', '周淑芬', '吴德华'][n % 7]!,
          zone: text(`${room}房`, `Room ${room}`),
          bed: String((n % 2) + 1),
          mobility: n < 2 ? 'bedbound' : n < 7 ? 'helped' : 'walks',
          oxygen: n === 2 || n === 3,
          away: this.#away.has(id) || n === 13,
          near: n < 2 && fire?.place.floor === floor,
          out: tick?.out ?? false,
          by: tick === undefined ? undefined : { name: tick.name, by: tick.by, at: tick.at, means: 'screen' },
        };
      }),
    }));
    return { time: this.#world.iso(), site: home, incident, open: true, floors };
  }

  #handover(me: Me): HandoverPage {
    const incidents = [...this.#world.incidents.values()]
      .filter((i) => visible(me, i))
      .map((i) => render(me, i));
    const place = {
      floor: '3',
      zone: text('305房', 'Room 305'),
      point: text('烟雾探测器', 'Smoke detector'),
    };
    return {
      time: this.#world.iso(),
      site: home,
      from: this.#world.iso(8 * 3600),
      digest: 'd1',
      partners: [{ id: 'u-wang', name: '王芳' }],
      waiting: {
        id: 'h-9',
        from: this.#world.iso(16 * 3600),
        to: this.#world.iso(8 * 3600),
        digest: 'd0',
        outgoing: { name: '刘磊', by: 'u-liu', at: this.#world.iso(8 * 3600), means: 'screen' },
      },
      page: {
        incidents,
        points: [{ id: 'p1', place, state: 'unproven', doubt: 'hello_only' }],
        shelves: [
          {
            point: 'p2',
            place,
            class: 'fire',
            repair: true,
            watch: '王芳',
            reason: '更换探测器',
            until: this.#world.iso(-3600),
          },
        ],
        away: [{ id: 'r-2-13', name: '吴德华' }],
      },
    };
  }

  #resident(me: Me, id: string): ResidentPage {
    if (this.#erased.has(id)) throw new Refusal(404, 'not_found');
    const incidents = [...this.#world.incidents.values()]
      .filter((i) => visible(me, i))
      .map((i) => render(me, i));
    const place = {
      floor: '2',
      zone: text('203房', 'Room 203'),
      bed: '1',
      point: text('床头呼叫按钮', 'Bedside button'),
    };
    return {
      id,
      site: home,
      name: '张秀英',
      floor: '2',
      zone: text('203房', 'Room 203'),
      bed: '1',
      risk: text('高跌倒风险，起夜两次', 'High risk of falling, gets up twice a night'),
      routine: text('六点起床，午睡到两点，九点睡觉。', 'Up at six, a nap until two, asleep at nine.'),
      mobility: 'helped',
      oxygen: true,
      away: this.#away.has(id),
      consent: true,
      contacts: [
        { name: '张秀英', role: 'resident', ways: [] },
        {
          ...relative,
          role: 'family',
          ways: [
            { channel: 'sms', address: '+8613812345678', phone: true },
            { channel: 'mail', address: 'xiaomei@example.org', phone: false },
          ],
        },
      ],
      points: [
        { id: 'p1', place, state: 'proved', last_seen: this.#world.iso(20) },
        { id: 'p2', place, state: 'unproven', doubt: 'never_heard' },
      ],
      incidents: incidents.slice(0, 3),
    };
  }

  #erase(id: string, { name, reason }: Erasure) {
    if (name !== '张秀英') throw new Refusal(422, 'name_differs');
    if (reason === undefined) throw new Refusal(422, 'needs_reason');
    const open = [...this.#world.incidents.values()].some(
      ({ resident, state }) => resident?.id === id && state !== 'resolved',
    );
    if (open) throw new Refusal(409, 'still_open');
    this.#erased.add(id);
    return { resident: id, erased_at: this.#world.iso() };
  }

  #invite(me: Me, user: string): Invitation {
    if (me.user.role !== 'leader' && me.user.role !== 'manager') throw new Refusal(403, 'not_allowed');
    if (user !== relative.id) throw new Refusal(404, 'not_found');
    return {
      url: `https://care.example.org/family/enter/#${crypto.randomUUID()}`,
      svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v1H0zM1 1h1v1H1z"/></svg>',
      name: relative.name,
      ending: '5678',
      expires_at: this.#world.iso(-72 * 3600),
    };
  }

  #charts(): ResidentCharts {
    const start = this.#world.now() - seconds(1800);
    const samples = (value: (n: number) => number, spread: number) =>
      [...Array(160).keys()]
        .filter((n) => n < 70 || n > 85)
        .map((n) => ({
          time: new Date(start + seconds(15 * n)).toISOString(),
          mean: value(n),
          min: value(n) - spread,
          max: value(n) + spread,
        }));
    const place = { floor: '2', zone: text('203房', 'Room 203'), point: text('传感器', 'Sensor') };
    return {
      from: new Date(start).toISOString(),
      to: new Date(start + seconds(2400)).toISOString(),
      at: new Date(start + seconds(1800)).toISOString(),
      charts: [
        {
          point: 'p1',
          place,
          quantity: 'obscuration',
          unit: '%',
          limit: 8,
          thresholds: [],
          gap_s: 45,
          samples: samples((n) => (n < 110 ? 0.6 : 0.6 + (n - 110) * 0.4), 0.3),
        },
        {
          point: 'p2',
          place,
          quantity: 'temperature',
          unit: 'Cel',
          thresholds: [
            { name: text('房间过冷', 'Room too cold'), value: 16, side: 'below', for_s: 1800 },
            { name: text('房间过热', 'Room too hot'), value: 32, side: 'above', for_s: 3600 },
            { name: text('室内高温', 'Heat indoors'), value: 38, side: 'at_least', for_s: 0 },
          ],
          gap_s: 45,
          samples: samples((n) => 22 + n * 0.03, 0.2),
        },
        {
          point: 'p3',
          place,
          quantity: 'occupancy',
          unit: '/',
          thresholds: [],
          gap_s: 45,
          samples: samples((n) => (n < 100 ? 1 : 0), 0),
        },
      ],
    };
  }
}
