import { expect, test } from 'vitest';
import { passes, spanOf, urgency, type Standing } from './coverage.ts';

const proved: Standing = { state: 'proved' };
const silent: Standing = { state: 'silent' };
const unproven: Standing = { state: 'unproven', doubt: 'hello_only' };
const offline: Standing = { state: 'unproven', doubt: 'edge_offline' };

test('of whom nobody has been told comes first', () => {
  const order = [proved, offline, silent, unproven].sort((a, b) => urgency(a) - urgency(b));
  expect(order).toEqual([unproven, silent, offline, proved]);
});

test.each([
  ['doubtful', [silent, unproven, offline]],
  ['silent', [silent]],
  ['all', [proved, silent, unproven, offline]],
] as const)('the filter %s', (filter, want) => {
  expect([proved, silent, unproven, offline].filter((p) => passes(p, filter))).toEqual(want);
});

test.each([
  [200, 'seconds', 200],
  [900, 'minutes', 15],
  [10_800, 'hours', 3],
] as const)('%s seconds are said in %s', (seconds, unit, count) => {
  expect(spanOf(seconds)).toEqual({ unit, count });
});
