import { expect, test } from 'vitest';
import { isNight } from './wallNight.ts';

test.each([
  ['2026-11-25T11:59:00Z', false],
  ['2026-11-25T12:00:00Z', true],
  ['2026-11-25T21:59:00Z', true],
  ['2026-11-25T22:00:00Z', false],
])('by the clock of Shanghai %s is night: %s', (at, night) => {
  expect(isNight(Date.parse(at), 'Asia/Shanghai')).toBe(night);
});
