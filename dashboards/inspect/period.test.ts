import { describe, expect, test } from 'vitest';
import { daysBefore, halfYearOf, isPeriod, kindOf, kinds, periodOf } from './period.ts';

test('half-years and quarters end with their months', () => {
  expect(periodOf('half1', 2026)).toEqual({ from: '2026-01-01', to: '2026-06-30' });
  expect(periodOf('half2', 2026)).toEqual({ from: '2026-07-01', to: '2026-12-31' });
  expect(periodOf('q1', 2028)).toEqual({ from: '2028-01-01', to: '2028-03-31' });
});

test('each part of a year is known again by its days', () => {
  for (const kind of kinds) expect(kindOf(periodOf(kind, 2027))).toBe(kind);
  expect(kindOf({ from: '2026-01-01', to: '2026-06-29' })).toBe('free');
  expect(kindOf({ from: '2025-07-01', to: '2026-06-30' })).toBe('free');
});

test('a day lies in its half-year', () => {
  expect(halfYearOf('2026-06-30')).toEqual(periodOf('half1', 2026));
  expect(halfYearOf('2026-07-01')).toEqual(periodOf('half2', 2026));
});

test('days before go over the ends of months and years', () => {
  expect(daysBefore('2028-03-01', 1)).toBe('2028-02-29');
  expect(daysBefore('2026-01-03', 6)).toBe('2025-12-28');
});

describe('isPeriod', () => {
  test.each([
    ['2026-01-01', '2026-01-01', true],
    ['2025-01-01', '2025-12-31', true],
    ['2028-01-01', '2028-12-31', true],
    ['2026-01-02', '2026-01-01', false],
    ['2025-01-01', '2026-01-02', false],
    ['', '2026-01-01', false],
    ['yesterday', '2026-01-01', false],
  ])('%s to %s: %s', (from, to, wanted) => {
    expect(isPeriod({ from, to })).toBe(wanted);
  });
});
