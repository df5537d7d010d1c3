import { expect, test } from 'vitest';
import { Badge } from './badge.ts';

/** type gives keys so many milliseconds apart, and returns what came of the last one. */
function type(badge: Badge, keys: string[], apart: number, from = 1_000): string | undefined {
  let at = from;
  let last: string | undefined;
  for (const key of keys) {
    last = badge.key(key, at);
    at += apart;
  }
  return last;
}

test('a reader types a number at once, and Enter', () => {
  expect(type(new Badge(), [...'0007788990', 'Enter'], 5)).toBe('0007788990');
});

test('keys that are no characters are none of the badge', () => {
  expect(type(new Badge(), ['Shift', 'A', 'b', '1', '2', 'Enter'], 5)).toBe('Ab12');
});

test('what a person types is no badge', () => {
  expect(type(new Badge(), [...'4071', 'Enter'], 200)).toBeUndefined();
});

test('a digit that was typed before is none of the badge that follows', () => {
  const badge = new Badge();
  badge.key('4', 0);
  expect(type(badge, [...'0007788990', 'Enter'], 5)).toBe('0007788990');
});

test('Enter alone is no badge', () => {
  expect(type(new Badge(), ['Enter'], 5)).toBeUndefined();
});
