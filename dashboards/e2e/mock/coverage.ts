import type { World } from './world.ts';

/** The points and edges of the mock gateway, one of each kind of trouble. */

const place = (room: string, zh: string, en: string) => ({
  floor: room.slice(0, 1),
  zone: { zh: `${room} 房`, en: `Room ${room}` },
  point: { zh, en },
});

export function points(site: string, world: World) {
  const common = { site, edge: 'f3', unregistered: false, deadline_s: 200, due_at: world.iso(-160) };
  return [
    {
      ...common,
      id: '302-1-call',
      place: place('302', '床头呼叫按钮', 'Bedside button'),
      state: 'proved',
      proof: 'reported',
      last_seen: world.iso(40),
    },
    {
      ...common,
      id: '304-cord',
      place: place('304', '卫生间拉绳', 'Bathroom cord'),
      state: 'unproven',
      doubt: 'hello_only',
      proof: 'hello',
      last_seen: world.iso(20),
    },
    {
      ...common,
      id: '305-smoke',
      place: place('305', '吸顶烟感', 'Ceiling smoke detector'),
      state: 'unproven',
      doubt: 'never_heard',
      proof: 'none',
    },
    {
      ...common,
      id: '307-door',
      deadline_s: 10_800,
      place: place('307', '门磁', 'Door contact'),
      state: 'silent',
      proof: 'reported',
      last_seen: world.iso(16_000),
    },
    {
      ...common,
      id: '401-smoke',
      edge: 'f4',
      place: place('401', '吸顶烟感', 'Ceiling smoke detector'),
      state: 'unproven',
      doubt: 'edge_offline',
      proof: 'reported',
      last_seen: world.iso(700),
    },
    {
      ...common,
      id: 'zb-0x7c',
      place: { point: { zh: 'zb-0x7c', en: 'zb-0x7c' } },
      unregistered: true,
      state: 'unproven',
      doubt: 'not_yet',
      proof: 'hello',
      last_seen: world.iso(200_000),
    },
  ];
}

export function edges(site: string, world: World) {
  return [
    {
      site,
      id: 'f3',
      name: { zh: '三楼', en: 'Floor 3' },
      online: true,
      state_at: world.iso(12),
      version: '0.3.0',
      events_waiting: 0,
      readings_waiting: 12,
      readings_shed: 0,
      clock_offset_s: 0.2,
      points: 5,
      devices: 4,
      faults: [
        { device: 'bed-302', model: 'ADXL345', fault: 'the chip does not answer', points: ['302-bed'] },
      ],
    },
    {
      site,
      id: 'f4',
      name: { zh: '四楼', en: 'Floor 4' },
      online: false,
      state_at: world.iso(700),
      version: '0.3.0',
      events_waiting: 3,
      readings_waiting: 1200,
      readings_shed: 87,
      clock_offset_s: -64,
      points: 1,
      devices: 1,
      faults: [],
    },
  ];
}
