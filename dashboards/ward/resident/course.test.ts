import { expect, test } from 'vitest';
import { limitsOf, pieces, rangeOf, short } from './course.ts';

const start = Date.parse('2026-11-25T02:00:00Z');
const at = (seconds: number, value = 1) => ({
  time: new Date(start + seconds * 1000).toISOString(),
  mean: value,
  min: value,
  max: value,
});

test('a hole in the readings is no line', () => {
  const cut = pieces([at(0), at(10), at(20), at(120), at(130)], 30);
  expect(cut.map((piece) => piece.length)).toEqual([3, 2]);
  expect(pieces([], 30)).toEqual([]);
});

test('the limit of an alarm is within the picture', () => {
  const { least, greatest } = rangeOf([at(0, 2), at(1, 3)], [8]);
  expect(least).toBeLessThan(2);
  expect(greatest).toBeGreaterThan(8);
});

test.each([
  ['of several above only the nearest', [2, 3], [50, 100, 300], [true, false, false]],
  ['one on either side', [20, 24], [5, 16, 32, 40], [false, true, true, false]],
  ['all that the readings have passed, and the next', [20, 120], [50, 100, 300], [true, true, true]],
  ['a limit that is reached', [20, 32], [32, 40], [true, false]],
])('of limits are within the picture: %s', (_, values, limits, within) => {
  const { least, greatest } = rangeOf(
    values.map((value, n) => at(n, value)),
    limits,
  );
  expect(limits.map((limit) => limit > least && limit < greatest)).toEqual(within);
});

test('the lines of a chart are those of the rules and of the sensor, by value', () => {
  const threshold = (value: number) => ({
    name: { zh: '过热', en: 'Too hot' },
    value,
    side: 'above' as const,
    for_s: 0,
  });
  expect(limitsOf({ thresholds: [threshold(32), threshold(5)], limit: 8 }).map(({ value }) => value)).toEqual(
    [5, 8, 32],
  );
  expect(limitsOf({ thresholds: [] })).toEqual([]);
});

test('a sensor that says the same all the time has a height nevertheless', () => {
  const { least, greatest } = rangeOf([at(0, 0), at(1, 0)]);
  expect(greatest).toBeGreaterThan(least);
});

test('values are short', () => {
  expect([short(1013.25), short(23.456), short(0.1234), short(2)]).toEqual(['1013', '23.5', '0.12', '2']);
});
