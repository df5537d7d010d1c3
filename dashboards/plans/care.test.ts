import { describe, expect, test } from 'vitest';
import type { CareRule } from '../shared/api/types.ts';
import { at, start } from '../shared/testing/incidents.ts';
import { away, awayForm, careRule, instant, isAway, localTime, ruleForm } from './care.ts';

test.each<CareRule>([
  { class: 'bed_exit', on: true, hours: '22:00-06:00', delay_s: 900 },
  { class: 'wandering', on: true },
  { class: 'inactivity', on: false },
])('a rule comes out of its form as it went in: %j', (rule) => {
  expect(careRule(ruleForm(rule))).toEqual(rule);
});

test('a delay that is no whole minute is not made shorter', () => {
  expect(careRule(ruleForm({ class: 'vital', on: true, delay_s: 61 })).delay_s).toBe(120);
});

test('half of the hours is none', () => {
  expect(careRule({ class: 'bed_exit', on: true, from: '22:00', to: '', minutes: 0 })).toEqual({
    class: 'bed_exit',
    on: true,
  });
});

describe('local times', () => {
  test.each([
    ['2026-11-25T08:00', 'Asia/Shanghai', '2026-11-25T00:00:00.000Z'],
    ['2026-07-01T08:00', 'Europe/Berlin', '2026-07-01T06:00:00.000Z'],
    ['2026-03-29T03:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['2026-10-25T03:30', 'Europe/Berlin', '2026-10-25T02:30:00.000Z'],
  ])('%s in %s', (local, zone, utc) => {
    expect(instant(local, zone)).toBe(utc);
    expect(localTime(utc, zone)).toBe(local);
  });

  test('of a time that comes twice the first counts', () => {
    expect(instant('2026-10-25T02:30', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
  });

  test('a time that never comes counts as the clock then shows', () => {
    expect(localTime(instant('2026-03-29T02:30', 'Europe/Berlin'), 'Europe/Berlin')).toBe('2026-03-29T03:30');
  });
});

describe('an absence', () => {
  test('comes out of its form as it went in', () => {
    for (const one of [
      { from: '2026-11-25T00:00:00.000Z', reason: 'leave' as const },
      {
        from: '2026-11-25T00:00:00.000Z',
        to: '2026-11-27T04:00:00.000Z',
        reason: 'hospital' as const,
      },
    ]) {
      expect(away(awayForm(one, 'Asia/Shanghai'), 'Asia/Shanghai')).toEqual(one);
    }
  });

  test.each([
    ['before it', { from: at(60), to: at(120) }, false],
    ['within it', { from: at(-60), to: at(60) }, true],
    ['in its first moment', { from: at(0), to: at(60) }, true],
    ['after it', { from: at(-60), to: at(0) }, false],
    ['while nobody knows its end', { from: at(-60) }, true],
  ])('%s', (_, times, want) => {
    expect(isAway({ rules: [], away: [{ ...times, reason: 'leave' }], revision: 1 }, start)).toBe(want);
  });
});
