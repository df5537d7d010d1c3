import { expect, test } from 'vitest';
import { mayOpen, pageOf, type Person } from './home.ts';
import type { Me } from './api/types.ts';
import { home } from './testing/incidents.ts';

const person = (role: Me['user']['role'], kinds: (typeof home)['kind'][], station?: 'station'): Person => ({
  user: { id: 'u', login: 'u', name: '', role, scope: {}, station },
  sites: kinds.map((kind, n) => ({ ...home, id: `s${n}`, kind })),
});

test.each([
  ['a carer of homes', person('carer', ['private_home', 'private_home']), 'community', true],
  ['a leader of homes', person('leader', ['private_home']), 'community', true],
  ['a carer of a house', person('carer', ['nursing_home']), 'ward', false],
  ['a manager of both', person('manager', ['nursing_home', 'private_home']), 'ward', true],
  ['a carer of nothing', person('carer', []), 'ward', false],
  ['a station in a home', person('carer', ['private_home'], 'station'), 'ward', false],
  ['an inspector', person('inspector', ['private_home']), 'inspect', false],
  ['a family', person('family', ['private_home']), 'family', false],
  ['an operator', person('operator', ['private_home']), 'admin', false],
] as const)('%s begins where that person works', (_, me, page, community) => {
  expect(pageOf(me)).toBe(page);
  expect(mayOpen(me, page)).toBe(true);
  expect(mayOpen(me, 'community')).toBe(community);
});
