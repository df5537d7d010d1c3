import { community } from './data.ts';
import type { World } from './world.ts';

/** night fills a world with the alarms of a busy quarter of an hour. */
export function night(world: World): void {
  world.raise({ class: 'fall', room: '302', bed: '1', resident: 'r1', waited: 74, active: false });
  world.raise({ class: 'fire', room: '405', waited: 21 });
  const again = world.raise({ class: 'wandering', room: '101', resident: 'r3', waited: 305 });
  world.act(again.id, 'accept', '刘磊', {});
  world.realarm(again.id);
  world.raise({ class: 'call', room: '208', bed: '2', resident: 'r2', waited: 128 });
  world.raise({ class: 'silent', room: '211', bed: '1', waited: 900, clock: 'offset' });
  world.raise({ class: 'battery', room: '103', waited: 4000, late: true });
  world.raise({ class: 'sos', room: '501', site: community, resident: 'r4', waited: 15 });
  const going = world.raise({ class: 'sos', room: '306', bed: '2', resident: 'r2', waited: 190 });
  world.act(going.id, 'accept', '王芳', {});
  const there = world.raise({ class: 'bed_exit', room: '303', bed: '1', resident: 'r3', waited: 420 });
  world.act(there.id, 'arrive', '刘磊', {});
  world.clear(there.id);
  for (const [room, cause, reason] of [
    ['204', 'real', 'toilet'],
    ['207', 'false', 'pressed_by_mistake'],
  ] as const) {
    const done = world.raise({ class: 'call', room, bed: '1', resident: 'r4', waited: 1500, active: false });
    world.act(done.id, 'accept', '王芳', {});
    world.act(done.id, 'resolve', '王芳', { cause, reason });
  }
}
