import type { Photo } from '../../shared/api/photo.ts';
import type { Me } from '../../shared/api/types.ts';
import { Refusal, type World } from './world.ts';

interface Kept {
  incident: string;
  photo: Photo;
  picture: Buffer;
}

/** Photos keeps the photos of incidents as they come. */
export class Photos {
  readonly kept: Kept[] = [];
  readonly #world: World;
  #ids = 0;
  constructor(world: World) {
    this.#world = world;
  }

  /** expire deletes what was kept long enough: all. */
  expire(): void {
    this.kept.length = 0;
  }

  answer(me: Me | undefined, route: string, picture: Buffer): object | Buffer | undefined {
    const asked = /^(GET|POST) \/api\/incidents\/([^/]+)\/photos(?:\/([^/]+))?$/.exec(route);
    if (asked === null) return undefined;
    if (me === undefined) throw new Refusal(401, 'signed_out');
    const [, method, incident, id] = asked as unknown as [string, string, string, string | undefined];
    if (me.user.role !== 'leader' && me.user.role !== 'manager') throw new Refusal(403, 'not_allowed');
    if (method === 'POST') return this.#add(me, incident, picture);
    const of = this.kept.filter((one) => one.incident === incident);
    if (id === undefined) return { photos: of.map(({ photo }) => photo) };
    const found = of.find(({ photo }) => photo.id === id);
    if (found === undefined) throw new Refusal(404, 'not_found');
    return found.picture;
  }

  #add(me: Me, incident: string, picture: Buffer): Photo {
    if (this.#world.get(incident).photos !== 'allowed') throw new Refusal(409, 'photo_private_room');
    const by = { name: me.user.name, by: me.user.id, at: this.#world.iso(), means: 'screen' as const };
    const photo: Photo = {
      id: `p${++this.#ids}`,
      by,
      sha256: '00',
      bytes: picture.length,
      width: 4,
      height: 3,
      deletes_at: this.#world.iso(-30 * 24 * 3600),
    };
    this.kept.push({ incident, photo, picture });
    this.#world.photograph(incident, by, photo.id);
    return photo;
  }
}
