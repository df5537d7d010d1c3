import type { Incident, IncidentClass, Me, Place, Role, Severity, Site } from '../../shared/api/types.ts';

import { villagers } from './villagers.ts';

/** The invented homes and people of the mock gateway. */

const text = (zh: string, en: string) => ({ zh, en });

export const home: Site = {
  id: 'heyuan',
  kind: 'nursing_home',
  name: text('和园养老院', 'Heyuan Nursing Home'),
  region: text('柳河街道', 'Liuhe Subdistrict'),
  address: text('柳河路 18 号', '18 Liuhe Road'),
  time_zone: 'Asia/Shanghai',
};

export const community: Site = {
  id: 'dongqiao',
  kind: 'private_home',
  name: text('东桥社区居家', 'Dongqiao homes'),
  region: text('柳河街道', 'Liuhe Subdistrict'),
  address: text('东桥巷 3 号', '3 Dongqiao Lane'),
  time_zone: 'Asia/Shanghai',
};

type Resident = NonNullable<Incident['resident']>;

export const residents: Resident[] = [
  { id: 'r1', name: '陈桂英', risk: text('高跌倒风险', 'high risk of falls') },
  { id: 'r2', name: '李德福', risk: text('吸氧', 'on oxygen') },
  { id: 'r3', name: '赵秀兰', risk: text('失智，易走失', 'dementia, may wander') },
  { id: 'r4', name: '孙国强' },
];

export const severities: Record<IncidentClass, Severity> = {
  fire: 'urgent',
  gas: 'urgent',
  carbon_monoxide: 'urgent',
  sos: 'urgent',
  fall: 'urgent',
  vital: 'high',
  water_leak: 'high',
  wandering: 'high',
  inactivity: 'high',
  intrusion: 'high',
  call: 'medium',
  bed_exit: 'medium',
  silent: 'medium',
  fault: 'medium',
  tamper: 'medium',
  battery: 'low',
};

const stands: Record<IncidentClass, { zh: string; en: string }> = {
  fire: text('吸顶烟感', 'Ceiling smoke detector'),
  gas: text('燃气探头', 'Gas detector'),
  carbon_monoxide: text('一氧化碳探头', 'CO detector'),
  sos: text('卫生间拉绳', 'Bathroom cord'),
  call: text('床头呼叫按钮', 'Bedside button'),
  fall: text('跌倒雷达', 'Fall radar'),
  water_leak: text('水浸探头', 'Water sensor'),
  bed_exit: text('床垫', 'Bed mat'),
  wandering: text('大门门磁', 'Front door contact'),
  inactivity: text('人体感应', 'Motion sensor'),
  vital: text('体征手环', 'Wristband'),
  intrusion: text('窗磁', 'Window contact'),
  fault: text('吸顶烟感', 'Ceiling smoke detector'),
  tamper: text('床头呼叫按钮', 'Bedside button'),
  battery: text('门磁', 'Door contact'),
  silent: text('床垫', 'Bed mat'),
};

/** placeOf is a bed of a room such as 302, on the floor of its first digit. */
export function placeOf(room: string, bed: string | undefined, of: IncidentClass): Place {
  const place: Place = {
    floor: room.slice(0, 1),
    zone: text(`${room} 房`, `Room ${room}`),
    point: stands[of],
  };
  if (bed !== undefined) place.bed = bed;
  return place;
}

export interface Account {
  password: string;
  me: Me;
}

function account(
  login: string,
  name: string,
  role: Role,
  sites: Site[],
  watched: Me['watched'] = [],
): Account {
  const scope =
    role === 'family' ? { residents: watched.map((one) => one.id) } : { sites: sites.map((s) => s.id) };
  return {
    password: 'correct horse',
    me: { user: { id: `u-${login}`, login, name, role, scope }, sites, watched, version: 'mock' },
  };
}

/** firstDay is somebody whose password is good for one sign-in. */
function firstDay(one: Account): Account {
  one.me.user.must_change = true;
  return one;
}

export const accounts: Account[] = [
  account('wangfang', '王芳', 'carer', [home]),
  account('liulei', '刘磊', 'carer', [home]),
  account('zhaomin', '赵敏', 'leader', [home]),
  account('head', '孙玉梅', 'manager', [home]),
  account('worker', '陈志远', 'carer', [...villagers.map(({ site }) => site)]),
  account('team', '社区小组', 'leader', [home, community]),
  account('inspector', '周督查', 'inspector', [home, community]),
  account('daughter', '陈小雨', 'family', [home], [{ id: 'r1', name: '陈桂英' }]),
  account('operator', '值机员', 'operator', [home, community]),
  firstDay(account('newcomer', '新同事', 'carer', [home])),
];
