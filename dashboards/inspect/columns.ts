/** columnKeys are the columns of the table of incidents, in the order in which they stand. */
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

/** usual are the columns that somebody sees who has chosen none. */
export const usual: readonly ColumnKey[] = [
  'raised',
  'state',
  'class',
  'township',
  'site',
  'place',
  'accepted',
  'resolved',
  'cause',
  'answer',
];

const key = (user: string) => `shouwang.inspect.columns.${user}`;

/** keptColumns are the columns that a user has chosen in this browser. */
export function keptColumns(user: string): ColumnKey[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key(user)) ?? 'null');
    if (Array.isArray(kept)) {
      const chosen = columnKeys.filter((column) => kept.includes(column));
      if (chosen.length > 0) return chosen;
    }
  } catch {
    // What a browser does not keep, or what is damaged, is chosen anew.
  }
  return [...usual];
}

/** keepColumns keeps them for the next time. */
export function keepColumns(user: string, columns: readonly ColumnKey[]): void {
  try {
    localStorage.setItem(key(user), JSON.stringify(columns));
  } catch {
    // The choice then lasts until the page is closed.
  }
}
