import type { Shape } from './columns.ts';
import type { Sorting } from './DataTable.tsx';
import { withValue } from './route.ts';

/**
 * sortingOf reads from the address by which column a table is, and writes it there
 * when another one is asked for. Without one in the address it is by `first`; of
 * that a column of `falling` begins with the greatest, as the gateway has it.
 */
export function sortingOf<K extends string>(
  shape: Shape<K>,
  query: URLSearchParams,
  go: (next: URLSearchParams) => void,
  first?: K,
): Sorting<K> {
  const by = shape.all.find((column) => column === query.get('sort')) ?? first;
  const usual = by !== undefined && shape.falling.includes(by) ? 'desc' : 'asc';
  return {
    by,
    falling: (query.get('order') ?? usual) === 'desc',
    sort: (column, falling) => {
      const next = withValue(query, 'sort', column);
      next.set('order', falling ? 'desc' : 'asc');
      go(next);
    },
  };
}

/** tableSorting is sortingOf where an address has several tables, each with its own order: sort=by_site.late.desc. */
export function tableSorting<K extends string>(
  shape: Shape<K>,
  query: URLSearchParams,
  go: (next: URLSearchParams) => void,
): Sorting<K> {
  const mine = query.getAll('sort').find((order) => order.startsWith(`${shape.name}.`));
  const [, column, order] = mine?.split('.') ?? [];
  return {
    by: shape.all.find((one) => one === column),
    falling: order === 'desc',
    sort: (to, falling) => {
      const next = new URLSearchParams(query);
      next.delete('sort');
      for (const other of query.getAll('sort')) if (other !== mine) next.append('sort', other);
      next.append('sort', `${shape.name}.${to}.${falling ? 'desc' : 'asc'}`);
      go(next);
    },
  };
}
