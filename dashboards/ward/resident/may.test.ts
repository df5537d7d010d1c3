import { expect, test } from 'vitest';
import type { Role } from '../../shared/api/types.ts';
import { mayOf } from './may.ts';

test.each<[Role, string | undefined, boolean, boolean]>([
  ['carer', undefined, false, false],
  ['leader', undefined, true, false],
  ['manager', undefined, true, true],
  ['operator', undefined, false, true],
  ['inspector', undefined, false, false],
  ['family', undefined, false, false],
  ['helper', undefined, false, false],
  ['leader', 'board', false, false],
  ['manager', 'board', false, false],
])('%s, at station %s: invites %s, exports and erases %s', (role, station, invite, rights) => {
  const user = { role, station } as Parameters<typeof mayOf>[0];
  expect(mayOf(user)).toEqual({ invite, rights });
});
