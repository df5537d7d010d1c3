import { describe, expect, test } from 'vitest';
import type { AlarmHealth, Answer } from '../shared/api/types.ts';
import { decimal, groupsOf, percent, wait, worse } from './figures.ts';

test.each([
  [0, '0%'],
  [0.004, '0.4%'],
  [0.05, '5%'],
  [0.567, '57%'],
  [1, '100%'],
])('the share %d is %s', (share, text) => {
  expect(percent(share, 'en')).toBe(text);
});

test.each([
  [0, '0'],
  [0.174, '0.17'],
  [3.5, '3.5'],
  [1234.5, '1,235'],
])('the rate %d is %s', (rate, text) => {
  expect(decimal(rate, 'en')).toBe(text);
});

test('a wait of nobody is a dash, and one of nothing is no time', () => {
  expect(wait(undefined, 0)).toBe('–');
  expect(wait(undefined, 1)).toBe('00:00');
  expect(wait(83.4, 2)).toBe('01:23');
});

describe('groups of answer times', () => {
  const times = { count: 1, missing: 0, within_60_s: 1, within_180_s: 1 };
  const answer = (key: string): Answer => ({
    key,
    incidents: 1,
    unanswered: 0,
    realarmed: 0,
    accept: times,
    arrive: times,
  });
  const of = (change: Partial<AlarmHealth['answers']>) =>
    groupsOf({ overall: answer(''), by_shift: [], by_class: [], by_site: [], ...change }).map(({ by }) => by);

  test('all come first', () => {
    expect(
      of({
        by_shift: [answer('day')],
        by_class: [answer('fall')],
        by_site: [answer('heyuan'), answer('dongqiao')],
      }),
    ).toEqual(['overall', 'byShift', 'byClass', 'bySite']);
  });

  test('a single site is all there is', () => {
    expect(of({ by_site: [answer('heyuan')] })).toEqual(['overall']);
  });
});

test.each([
  [0.2, 0.17, true],
  [0.17, 0.17, false],
  [9, undefined, false],
])('%d false alarms against %s', (rate, reference, is) => {
  expect(worse(rate, reference)).toBe(is);
});
