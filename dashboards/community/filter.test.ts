import { describe, expect, test } from 'vitest';
import type { Home, Village } from '../shared/api/community.ts';
import { counted, filtered } from './filter.ts';

const text = (zh: string, en: string) => ({ zh, en });
const home = (id: string, resident: string, state: Home['state'], address: string): Home => ({
  id,
  name: text(`${resident}家`, `Home of ${resident}`),
  address: text(address, `No. ${id}`),
  residents: [{ id: `r-${id}`, name: resident, risk: text('', ''), away: false }],
  state,
  incidents: [],
});
const villages: Village[] = [
  {
    id: 'songxia',
    path: [text('临栖区', 'Linqi'), text('松下村', 'Songxia')],
    homes: [home('9', '李长贵', 'silent', '松下村9号'), home('12', '王桂兰', 'raised', '松下村12号')],
  },
  {
    id: 'heling',
    path: [text('临栖区', 'Linqi'), text('鹤岭村', 'Heling')],
    homes: [home('3', '赵大江', 'calm', '鹤岭村3号')],
  },
];
const ids = (found: Village[]) => found.map(({ id, homes }) => `${id}: ${homes.map((h) => h.id).join(' ')}`);

describe('homes are found', () => {
  test.each([
    ['by nothing in particular', '', undefined, ['songxia: 9 12', 'heling: 3']],
    ['by a name', '王桂', undefined, ['songxia: 12']],
    ['by an address', '12号', undefined, ['songxia: 12']],
    ['by a village in the other language', 'heling', undefined, ['heling: 3']],
    ['by every word', ' linqi 赵大江 ', undefined, ['heling: 3']],
    ['by nothing that is there', '北京', undefined, []],
    ['by their state', '', 'silent', ['songxia: 9']],
    ['by a word and a state', '王', 'silent', []],
  ] as const)('%s', (_, search, state, want) => {
    expect(ids(filtered(villages, search, state))).toEqual(want);
  });
});

test('homes are counted by their state', () => {
  expect(counted(villages)).toEqual({
    raised: 1,
    accepted: 0,
    arrived: 0,
    silent: 1,
    shelved: 0,
    unproven: 0,
    calm: 1,
  });
});
