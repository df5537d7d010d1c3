import { useState, type ReactNode } from 'react';
import { useViewer } from '../shared/ui/hooks.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { keepColumns, keptColumns, type Shape } from './columns.ts';

/** useColumns are the columns of a table as the viewer chose them, and how he chooses others. */
export function useColumns<K extends string>(
  shape: Shape<K>,
): [columns: readonly K[], choose: (column: K, shown: boolean) => void] {
  const { me } = useViewer();
  const [columns, setColumns] = useState<readonly K[]>(() => keptColumns(shape, me.user.id));
  const choose = (column: K, shown: boolean) => {
    const next = shape.all.filter((one) => (one === column ? shown : columns.includes(one)));
    if (next.length === 0) return;
    setColumns(next);
    keepColumns(shape, me.user.id, next);
  };
  return [columns, choose];
}

/** Tools choose the columns of a table and take it away, as an Excel file or on paper. */
export function Tools<K extends string>({
  shape,
  columns,
  choose,
  head,
  file,
  about,
  print: printable = true,
}: {
  shape: Shape<K>;
  columns: readonly K[];
  choose: (column: K, shown: boolean) => void;
  head: (column: K) => string;
  /** Where the Excel file is; undefined while the rows of another question are shown. */
  file: string | undefined;
  /** The name of the table where the page has several. */
  about?: string;
  print?: boolean;
}) {
  const { t } = useWords();
  const of = (tool: string) =>
    about === undefined ? undefined : t('oversight.toolOf', { tool, table: about });
  return (
    <div className="tools">
      <details className="columns">
        <summary className="button" data-testid="columns" aria-label={of(t('oversight.columns'))}>
          {t('oversight.columns')}
        </summary>
        <fieldset>
          <legend className="unseen">{t('oversight.columns')}</legend>
          {shape.all.map((column) => (
            <label key={column} className="choice-item">
              <input
                type="checkbox"
                checked={columns.includes(column)}
                data-testid={`column-${column}`}
                onChange={(event) => choose(column, event.target.checked)}
              />
              <span>{head(column)}</span>
            </label>
          ))}
        </fieldset>
      </details>
      {file === undefined ? (
        <button type="button" className="button" disabled aria-label={of(t('oversight.excel'))}>
          {t('oversight.excel')}
        </button>
      ) : (
        <a className="button" href={file} download data-testid="excel" aria-label={of(t('oversight.excel'))}>
          {t('oversight.excel')}
        </a>
      )}
      {printable && (
        <button type="button" className="button" disabled={file === undefined} onClick={() => print()}>
          {t('oversight.print')}
        </button>
      )}
    </div>
  );
}

/** Sorting is by which column rows are, and what is done when another one is asked for. */
export interface Sorting<K extends string> {
  /** Undefined where the rows are in an order of their own. */
  by: K | undefined;
  falling: boolean;
  sort: (column: K, falling: boolean) => void;
}

/** DataTable is a table of rows with chosen columns; without a sorting it is an excerpt of one. */
export function DataTable<R, K extends string>({
  shape,
  columns,
  rows,
  whole,
  head,
  cell,
  keyOf,
  sorting,
  caption,
  testid,
  rowid,
  className = 'rows',
  titled,
  former = false,
}: {
  shape: Shape<K>;
  columns: readonly K[];
  rows: readonly R[];
  /** The last line, which no sorting moves. */
  whole?: R;
  head: (column: K) => string;
  cell: (row: R, column: K) => ReactNode;
  keyOf: (row: R, n: number) => string;
  sorting?: Sorting<K>;
  caption: string;
  testid: string;
  rowid?: string;
  className?: string;
  /** The column that names its row. */
  titled?: K;
  /** These are the rows of another question. */
  former?: boolean;
}) {
  const { t } = useWords();
  const title = (column: K) => {
    if (sorting === undefined) return head(column);
    const { by, falling, sort } = sorting;
    // What is sorted by already is turned.
    const down = column === by ? !falling : shape.falling.includes(column);
    return (
      <button
        type="button"
        className="sort"
        data-testid={`sort-${column}`}
        aria-label={t('oversight.sortBy', { column: head(column) })}
        onClick={() => sort(column, down)}
      >
        {head(column)}
        <span aria-hidden="true">{column === by ? (falling ? ' ▼' : ' ▲') : ''}</span>
      </button>
    );
  };
  const line = (row: R, key: string, last: boolean) => (
    <tr key={key} className={last ? 'whole' : undefined} data-testid={rowid} data-key={key}>
      {columns.map((column) =>
        column === titled ? (
          <th key={column} scope="row" data-label="" data-column={column}>
            {cell(row, column)}
          </th>
        ) : (
          <td key={column} data-label={head(column)} data-column={column}>
            {cell(row, column)}
          </td>
        ),
      )}
    </tr>
  );
  return (
    <div className="wide" data-former={former} tabIndex={0} role="region" aria-label={caption}>
      <table className={`grid ${className}`} data-testid={testid}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column}
                scope="col"
                aria-sort={
                  column === sorting?.by ? (sorting.falling ? 'descending' : 'ascending') : undefined
                }
              >
                {title(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, n) => line(row, keyOf(row, n), false))}
          {whole !== undefined && line(whole, 'total', true)}
        </tbody>
      </table>
    </div>
  );
}
