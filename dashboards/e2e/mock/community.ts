import type {
  Calls,
  CallOutcome,
  Home,
  HomeState,
  Homes,
  Try,
  Village,
  Whom,
} from '../../shared/api/community.ts';
import type { Me } from '../../shared/api/types.ts';
import { villagers, villages } from './villagers.ts';
import { Refusal, visible, type World } from './world.ts';

const text = (zh: string, en: string) => ({ zh, en });

/** Community answers for private homes and for whom to call. */
export class Community {
  readonly #world: World;
  readonly #tries = new Map<string, Try[]>();
  constructor(world: World) {
    this.#world = world;
  }

  answer(me: Me, route: string, body: unknown): Homes | Calls | undefined {
    if (route === 'GET /api/homes') return this.#homes(me);
    const [, method, id] = /^(GET|POST) \/api\/incidents\/([^/]+)\/calls$/.exec(route) ?? [];
    if (id === undefined) return undefined;
    if (!visible(me, this.#world.get(id))) throw new Refusal(404, 'not_found');
    if (method === 'POST') {
      const { to, outcome } = body as { to: string; outcome: CallOutcome };
      const name = this.#whom(id).find((one) => one.to === to)?.name ?? to;
      const by = { name: me.user.name, by: me.user.id, at: this.#world.iso(), means: 'screen' as const };
      this.#tries.set(id, [...(this.#tries.get(id) ?? []), { to, name, outcome, by }]);
      this.#world.called(id, by, name, outcome);
    }
    return this.#calls(id);
  }

  #homes(me: Me): Homes {
    const open = [...this.#world.incidents.values()].filter((one) => one.state !== 'resolved');
    const list: Village[] = villages
      .map((name, n) => ({
        id: `village-${n}`,
        path: [
          text('云汀市', 'Yunting City'),
          text('临栖区', 'Linqi District'),
          text('松岚镇', 'Songlan Town'),
          name,
        ],
        homes: villagers
          .filter(({ site }) => site.region === name && me.sites.some(({ id }) => id === site.id))
          .map(({ site, resident, state }): Home => {
            const here = open.filter((one) => one.site.id === site.id);
            const first = here[0];
            return {
              id: site.id,
              name: site.name,
              address: site.address,
              residents: [{ ...resident, away: false }],
              state: first === undefined ? state : (first.state as HomeState),
              since: first?.alarmed_at ?? (state === 'silent' ? this.#world.iso(7200) : undefined),
              incidents: here.map((one) => one.id),
            };
          }),
      }))
      .filter(({ homes }) => homes.length > 0);
    return { time: this.#world.iso(), villages: list };
  }

  #whom(id: string): Whom[] {
    const { site } = this.#world.get(id);
    const elder = villagers.find((one) => one.site.id === site.id)?.resident;
    if (elder === undefined) return [];
    return [
      {
        to: `resident:${elder.id}`,
        name: elder.name,
        role: 'resident',
        key: false,
        numbers: ['+860000000112'],
      },
      { to: 'u-zhou', name: '周玉梅', role: 'neighbour', key: false, numbers: ['+86 000 0000 0202'] },
      { to: 'u-he', name: '何惠芳', role: 'community', key: true, numbers: ['+860000000203'] },
      { to: 'u-son', name: '王建国', role: 'family', key: false, numbers: ['+860000000302'] },
      { to: 'u-daughter', name: '王晓梅', role: 'family', key: false, numbers: [] },
    ];
  }

  #calls(id: string): Calls {
    const incident = this.#world.get(id);
    const elder = villagers.find((one) => one.site.id === incident.site.id)?.resident;
    const burns = incident.class === 'fire' || incident.class === 'gas';
    return {
      incident: id,
      site: incident.site,
      elders:
        elder === undefined
          ? []
          : [
              {
                ...elder,
                mobility: 'helped',
                oxygen: true,
                away: false,
                access: text(
                  '钥匙盒在后门左边，密码问何惠芳',
                  'Key box left of the back door; He Huifang has its code',
                ),
              },
            ],
      whom: this.#whom(id),
      emergency: burns ? ['119', '120'] : ['120', '119'],
      mine: '+860000000900',
      tries: this.#tries.get(id) ?? [],
    };
  }
}
