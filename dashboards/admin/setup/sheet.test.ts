import { expect, test } from 'vitest';
import type { Sheet, SheetLine } from '../../shared/api/admin.ts';
import { floorsOf, presses, progress, triggers } from './sheet.ts';

const line = (point: string, ...ticks: [string, number][]): SheetLine => ({
  point,
  place: {},
  ticks: ticks.map(([at, times]) => ({ class: 'sos', at, last_at: at, times, alarmed: false })),
});
const sheet = {
  points: [
    line('a', ['2026-03-07T10:00:00Z', 1]),
    line('b'),
    line('c', ['2026-03-07T10:05:00Z', 2]),
    { ...line('d'), retired: true },
  ],
} as Sheet;

test('the latest trigger stands first', () => {
  expect(triggers(sheet).map(({ line: { point } }) => point)).toEqual(['c', 'a']);
});

test('every press counts, and points count once', () => {
  expect(presses(sheet)).toBe(3);
  expect(progress(sheet)).toEqual({ done: 2, all: 3 });
});

test('floors are in the order of the house', () => {
  expect(floorsOf([{ floor: '10' }, { floor: '2' }, { floor: '' }, { floor: '2' }])).toEqual(['2', '10']);
});
