/** Shape is what a table is made of: its columns in the order in which they stand, named as the gateway names them. */
export interface Shape<K extends string> {
  /** Under which the choice of columns is kept, and by which tests find it. */
  readonly name: string;
  readonly all: readonly K[];
  /** What somebody sees who has chosen none. */
  readonly usual: readonly K[];
  /** Columns that begin with the greatest when they are sorted by: times and numbers. */
  readonly falling: readonly K[];
}

/** columnKeys are the columns of the table of incidents. */
export const columnKeys = [
  'raised',
  'state',
  'class',
  'severity',
  'township',
  'site',
  'place',
  'accepted',
  'accepted_by',
  'arrived',
  'resolved',
  'cause',
  'answer',
  'wait',
] as const;

/** ColumnKey names a column to the gateway. */
export type ColumnKey = (typeof columnKeys)[number];

/** incidentShape is that of the table of incidents. */
export const incidentShape: Shape<ColumnKey> = {
  name: 'incidents',
  all: columnKeys,
  usual: ['raised', 'state', 'class', 'township', 'site', 'place', 'accepted', 'resolved', 'cause', 'answer'],
  falling: ['raised'],
};

const key = (table: string, user: string) => `shouwang.inspect.columns.${table}.${user}`;

/** keptColumns are the columns of a table that a user has chosen in this browser. */
export function keptColumns<K extends string>(shape: Shape<K>, user: string): K[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key(shape.name, user)) ?? 'null');
    if (Array.isArray(kept)) {
      const chosen = shape.all.filter((column) => kept.includes(column));
      if (chosen.length > 0) return chosen;
    }
  } catch {
    // What a browser does not keep, or what is damaged, is chosen anew.
  }
  return [...shape.usual];
}

/** keepColumns keeps them for the next time. */
export function keepColumns<K extends string>(shape: Shape<K>, user: string, columns: readonly K[]): void {
  try {
    localStorage.setItem(key(shape.name, user), JSON.stringify(columns));
  } catch {
    // The choice then lasts until the page is closed.
  }
}
