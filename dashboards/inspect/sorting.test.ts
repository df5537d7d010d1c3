import { expect, test } from 'vitest';
import type { Shape } from './columns.ts';
import { sortingOf, tableSorting } from './sorting.ts';

const shape: Shape<'name' | 'late'> = {
  name: 'by_site',
  all: ['name', 'late'],
  usual: ['name', 'late'],
  falling: ['late'],
};

const asked = (address: string) => new URLSearchParams(address);

test.each([
  ['as it comes', '', undefined, undefined, false],
  ['as it comes, which is by a name', '', 'name' as const, 'name', false],
  ['as it comes, which is by the greatest', '', 'late' as const, 'late', true],
  ['by another column', 'sort=name&order=desc', 'late' as const, 'name', true],
  ['by a column that is none', 'sort=nothing&order=asc', 'late' as const, 'late', false],
])('a table is %s', (_, address, first, by, falling) => {
  const sorting = sortingOf(shape, asked(address), () => undefined, first);
  expect([sorting.by, sorting.falling]).toEqual([by, falling]);
});

test('another order begins on the first page and keeps what was asked', () => {
  const gone: string[] = [];
  const go = (next: URLSearchParams) => gone.push(next.toString());
  sortingOf(shape, asked('site=heyuan&offset=100'), go).sort('late', true);
  expect(gone).toEqual(['site=heyuan&sort=late&order=desc']);
});

test('of several tables each keeps its own order', () => {
  const gone: string[] = [];
  const query = asked('from=2026-01-01&sort=classes.late.desc&sort=by_site.name.asc');
  const sorting = tableSorting(shape, query, (next) => gone.push(next.toString()));
  expect([sorting.by, sorting.falling]).toEqual(['name', false]);
  sorting.sort('late', true);
  expect(gone).toEqual(['from=2026-01-01&sort=classes.late.desc&sort=by_site.late.desc']);
});
