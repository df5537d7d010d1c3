import { expect, test } from 'vitest';
import { pieces, rangeOf, short } from './course.ts';

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
  const { least, greatest } = rangeOf([at(0, 2), at(1, 3)], 8);
  expect(least).toBeLessThan(2);
  expect(greatest).toBeGreaterThan(8);
});

test('a sensor that says the same all the time has a height nevertheless', () => {
  const { least, greatest } = rangeOf([at(0, 0), at(1, 0)]);
  expect(greatest).toBeGreaterThan(least);
});

test('values are short', () => {
  expect([short(1013.25), short(23.456), short(0.1234), short(2)]).toEqual(['1013', '23.5', '0.12', '2']);
});
