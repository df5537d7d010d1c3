import type { Alerting } from './alerting.ts';
import { community } from './data.ts';
import type { World } from './world.ts';

/** night fills a world with the alarms of a busy quarter of an hour. */
export function night(world: World, alerting?: Alerting): void {
  world.raise({ class: 'fall', room: '302', bed: '1', resident: 'r1', waited: 74, active: false });
  const fire = world.raise({ class: 'fire', room: '405', waited: 21 });
  world.confirm(fire.id, '4 楼走廊烟感', 'Smoke detector of corridor 4');
  told(world, fire.id);
  const again = world.raise({ class: 'wandering', room: '101', resident: 'r3', waited: 305 });
  world.act(again.id, 'accept', '刘磊', {});
  world.realarm(again.id);
  world.raise({ class: 'call', room: '208', bed: '2', resident: 'r2', waited: 128 });
  world.raise({ class: 'silent', room: '211', bed: '1', waited: 900, clock: 'offset' });
  world.raise({ class: 'battery', room: '103', waited: 4000, late: true });
  world.raise({ class: 'sos', room: '501', site: community, resident: 'r4', waited: 15 });
  const going = world.raise({ class: 'sos', room: '306', bed: '2', resident: 'r2', waited: 190 });
  world.act(going.id, 'accept', '王芳', {});
  const cord = world.raise({
    class: 'sos',
    room: '412',
    bed: '1',
    resident: 'r1',
    waited: 260,
    active: false,
  });
  world.cancel(cord.id);
  const late = world.raise({ class: 'inactivity', room: '110', resident: 'r4', waited: 600 });
  world.act(late.id, 'accept', '刘磊', {});
  world.giveBack(late.id);
  world.untold(late.id);
  const edge = world.raise({ class: 'silent', room: '2', waited: 240 });
  for (const room of ['201', '202', '203', '205', '206']) {
    world.raise({ class: 'silent', room, bed: '1', waited: 230, under: edge.id });
  }
  const there = world.raise({ class: 'bed_exit', room: '303', bed: '1', resident: 'r3', waited: 420 });
  world.act(there.id, 'arrive', '刘磊', {});
  world.clear(there.id);
  if (alerting !== undefined) {
    alerting.shelf('302', 'fall', 2.5);
    alerting.shelf('211', 'bed_exit', 0.4, { reason: 'still_active' });
    alerting.shelf('407', 'fire', 4, {
      repair: true,
      watch: '王芳',
      guard: { zh: '护理员', en: 'carer' },
      reason: '探测器进水，已报修',
    });
    alerting.gapIn = 9;
  }
  for (const [room, cause, reason] of [
    ['204', 'real', 'toilet'],
    ['207', 'false', 'pressed_by_mistake'],
  ] as const) {
    const done = world.raise({ class: 'call', room, bed: '1', resident: 'r4', waited: 1500, active: false });
    world.act(done.id, 'accept', '王芳', {});
    world.act(done.id, 'resolve', '王芳', { cause, reason });
  }
  for (const room of ['209', '210']) {
    const done = world.raise({ class: 'call', room, bed: '2', resident: 'r2', waited: 1900, active: false });
    world.act(done.id, 'resolve', '刘磊', { cause: 'pending' });
  }
}

/** told is how messages about an incident fared with those who were called. */
function told(world: World, id: string): void {
  const notice = { phrase: 'alarm' as const, round: 0, created_at: world.iso(20) };
  world.notices.set(id, [
    {
      ...notice,
      name: '王芳',
      role: 'carer',
      channel: 'sms',
      step: 0,
      state: 'done',
      proof: 'read',
      sent_at: world.iso(19),
    },
    {
      ...notice,
      name: '刘磊',
      role: 'carer',
      channel: 'voice',
      step: 0,
      state: 'waiting',
      proof: 'nothing',
      reason: 'unproved',
    },
    {
      ...notice,
      name: '社区小组',
      role: 'leader',
      step: 1,
      state: 'failed',
      proof: 'nothing',
      reason: 'no_contact',
    },
    {
      ...notice,
      name: '赵院长',
      role: 'manager',
      channel: 'wecom',
      step: 2,
      state: 'sent',
      proof: 'taken',
      sent_at: world.iso(5),
    },
  ]);
}
