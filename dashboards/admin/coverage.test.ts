import { expect, test } from 'vitest';
import { at, start } from '../shared/testing/incidents.ts';
import { statusOf } from './coverage.ts';

test.each([
  ['that was never heard', {}, 'unproven'],
  ['heard just now', { last_seen: at(0) }, 'ok'],
  ['heard a day ago', { last_seen: at(-86_400) }, 'ok'],
  ['not heard for more than a day', { last_seen: at(-86_401) }, 'quiet'],
])('a point %s', (_, point, name) => {
  expect(statusOf(point, start).name).toBe(name);
});

test('the doubtful come first', () => {
  const order = [{}, { last_seen: at(-90_000) }, { last_seen: at(0) }].map((p) => statusOf(p, start).order);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});
