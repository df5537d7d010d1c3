/**
 * The invented home of the chain's tests, as `gateway import` reads it, and the
 * boards of its rooms. JSON is YAML, so the files need no writer of their own.
 */

const name = (zh: string, en: string) => ({ zh, en });

/** secret is what every edge of the home proves itself with. */
export const secret = '5e1f0c4b7a9d2e6831f4a0b9c7d5e2f6';

/** password is that of every person of the home. */
export const password = 'the kettle is on';

/** Room is one room with its edge: what is wired there and what it reports. */
export interface Room {
  floor: string;
  name: { zh: string; en: string };
  /** Points by id, with what stands there. */
  points: Record<string, { name: { zh: string; en: string }; bed?: string; resident?: string }>;
  devices: object[];
  buses?: object[];
  pins?: object[];
}

const adc = { clean_volts: 0.6, volts_per_percent: 0.12, full_volts: 3.0 };

/** rooms are by the id of their edge, which is the label of their place too. */
export const rooms: Record<string, Room> = {
  '203': {
    floor: '2',
    name: name('203 房', 'Room 203'),
    points: {
      'r203-fall': { name: name('腰部跌倒传感器', 'Waist fall sensor'), bed: '1', resident: 'zhang' },
    },
    devices: [{ id: 'fall', driver: 'adxl345', bus: '1', points: { fall: 'r203-fall' } }],
    buses: [{ name: '1', chips: [{ id: 'fall', model: 'adxl345', place: '203' }] }],
  },
  kitchen: {
    floor: '1',
    name: name('厨房', 'Kitchen'),
    points: { 'kitchen-smoke': { name: name('吸顶烟感', 'Ceiling smoke detector') } },
    devices: [
      {
        id: 'smoke',
        driver: 'ads1115_smoke',
        bus: '1',
        points: { fire: 'kitchen-smoke', obscuration: 'kitchen-smoke' },
        chamber: adc,
      },
    ],
    buses: [
      {
        name: '1',
        chips: [{ id: 'adc', model: 'ads1115', place: 'kitchen', chambers: [{ id: 'smoke', ...adc }] }],
      },
    ],
  },
  '110': {
    floor: '1',
    name: name('110 房', 'Room 110'),
    points: { 'r110-call': { name: name('床头呼叫按钮', 'Bedside button'), bed: '2', resident: 'li' } },
    devices: [
      { id: 'call', driver: 'contact', pin: 'GPIO5', points: { call: 'r110-call', sos: 'r110-call' } },
    ],
    pins: [{ id: 'call', name: 'GPIO5', kind: 'button', place: '110' }],
  },
  '214': {
    floor: '2',
    name: name('214 房', 'Room 214'),
    points: { 'r214-cord': { name: name('卫生间紧急拉绳', 'Bathroom cord') } },
    devices: [{ id: 'cord', driver: 'contact', pin: 'GPIO17', points: { sos: 'r214-cord' } }],
    pins: [{ id: 'cord', name: 'GPIO17', kind: 'cord', place: '214' }],
  },
  '305': {
    floor: '3',
    name: name('305 房', 'Room 305'),
    points: { 'r305-cord': { name: name('卫生间紧急拉绳', 'Bathroom cord') } },
    devices: [{ id: 'cord', driver: 'contact', pin: 'GPIO17', points: { sos: 'r305-cord' } }],
    pins: [{ id: 'cord', name: 'GPIO17', kind: 'cord', place: '305' }],
  },
};

const site = 'heyuan';

/** sitePlan registers the home, its edges, two carers, an inspector and the daughter of one resident. */
export function sitePlan(): object {
  const all = Object.entries(rooms);
  return {
    regions: [{ id: 'liuhe', parent: '', level: 'township', name: name('柳河街道', 'Liuhe Subdistrict') }],
    sites: [
      {
        id: site,
        kind: 'nursing_home',
        name: name('和园养老院', 'Heyuan Nursing Home'),
        region: 'liuhe',
        address: name('柳河路 18 号', '18 Liuhe Road'),
        time_zone: 'Asia/Shanghai',
        zones: all.map(([id, room]) => ({ id: `z${id}`, floor: room.floor, name: room.name })),
        edges: all.map(([id, room]) => ({ id: `edge-${id}`, name: room.name, secret })),
        residents: [
          {
            id: 'zhang',
            name: '张秀英',
            risk: name('高跌倒风险', 'High risk of falling'),
            family_consent: true,
          },
          { id: 'li', name: '李德福', family_consent: false },
        ],
        points: all.flatMap(([id, room]) =>
          Object.entries(room.points).map(([point, of]) => ({
            id: point,
            edge: `edge-${id}`,
            zone: `z${id}`,
            ...of,
          })),
        ),
      },
    ],
    users: (
      [
        ['wangfang', '王芳', 'carer', { sites: [site] }],
        ['liulei', '刘磊', 'carer', { sites: [site] }],
        ['zhoulixin', '周立新', 'inspector', { regions: ['liuhe'] }],
        ['wangxiaomei', '王晓梅', 'family', { residents: ['zhang'] }],
      ] as const
    ).map(([login, person, role, scope]) => ({
      id: `u-${login}`,
      login,
      name: person,
      role,
      password,
      scope,
    })),
  };
}

/** edgeOf is the configuration of a room's edge. */
export function edgeOf(id: string, room: Room, gateway: { web: string; mqtt: string }, data: string): object {
  return {
    site,
    edge: `edge-${id}`,
    gateway: { mqtt: [gateway.mqtt], https: [gateway.web], secret },
    data,
    time_zone: 'Asia/Shanghai',
    devices: room.devices,
  };
}
