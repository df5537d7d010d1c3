import type { ElderNow, Now, Wants } from '../../shared/api/family.ts';
import type { Me } from '../../shared/api/types.ts';
import { Locks } from './locks.ts';
import { Refusal, type World } from './world.ts';

/** Family answers what the pages of relatives ask besides the live picture. */
export class Family {
  /** What is said of the one elder; tests change it. */
  elder: Partial<ElderNow> = {};
  wants: Wants = { urgent_only: false, quiet: [], language: 'zh' };
  /** Codes that were "sent", by their challenge. */
  readonly #codes = new Map<string, number>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** enters answers what may be asked before the sign-in; 'entered' begins a session. */
  enters(route: string, body: Record<string, string>): object | 'entered' | undefined {
    if (route === 'POST /api/family/codes') {
      if (body.invitation === 'used') throw new Refusal(404, 'not_found');
      const challenge = crypto.randomUUID();
      this.#codes.set(challenge, 0);
      const expires_at = this.#world.iso();
      return body.invitation === undefined
        ? { challenge, expires_at }
        : { challenge, ending: '0009', expires_at };
    }
    if (route === 'POST /api/family/session') {
      if (!this.#codes.has(body.challenge ?? '') || !['123456', '234567'].includes(body.code ?? ''))
        throw new Refusal(422, 'bad_code');
      // The second one is of an account that has a second step.
      if (body.code === '234567') {
        if (body.second_step === undefined) throw new Refusal(401, 'needs_code');
        if (body.second_step !== Locks.code) throw new Refusal(401, 'bad_code');
      }
      return 'entered';
    }
    return undefined;
  }

  answer(me: Me, route: string, body: unknown): unknown {
    switch (route) {
      case 'GET /api/family/now':
        return this.#now(me);
      case 'PUT /api/family/wants':
        this.wants = body as Wants;
        return this.wants;
      case 'GET /api/family/wants':
        return this.wants;
      case 'GET /api/family/push':
        // A key that no push service knows: subscribing fails, as from many networks.
        return {
          key: 'BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM',
          telephones: 0,
        };
    }
    return undefined;
  }

  #now(me: Me): Now {
    return {
      time: this.#world.iso(),
      elders: me.watched.map(({ id, name }) => ({
        id,
        name,
        consent: true,
        watched: true,
        call: {
          place: me.sites[0]?.name ?? { zh: '养老院', en: 'Care home' },
          telephone: '0571-8800 1234',
          time_zone: 'Asia/Shanghai',
          roles: [
            { zh: '当班班组长', en: 'the shift leader' },
            { zh: '院长', en: 'the manager' },
          ],
        },
        routine: {
          zh: '六点半起床，七点吃早饭，上午听戏，午睡到两点半，晚上九点睡。',
          en: 'Up at half past six, breakfast at seven, opera in the morning, a nap until half past two, asleep at nine.',
        },
        last: [],
        ...this.elder,
      })),
    };
  }
}
