import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { excelAddress, fetchRows, type RegionTree } from '../shared/api/inspect.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { Cell, heads } from './cells.tsx';
import { columnKeys, keepColumns, keptColumns, type ColumnKey } from './columns.ts';
import { addressOf, visit, withValue } from './route.ts';
import { Asking } from './Asking.tsx';

const page = 100;

/** Rows is the table of incidents: filtered, sorted, with chosen columns, for the screen, paper and Excel. */
export default function Rows({ tree, query }: { tree: RegionTree; query: URLSearchParams }) {
  const { t, language } = useWords();
  const { me } = useViewer();
  const [columns, setColumns] = useState<ColumnKey[]>(() => keptColumns(me.user.id));
  const loadFailed = useLoadFailed();
  const asked = new URLSearchParams(query);
  asked.set('language', language);
  const key = asked.toString();
  const table = useQuery({
    queryKey: ['rows', key],
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
    queryFn: () => fetchRows(asked),
  });
  const sort = query.get('sort') ?? 'raised';
  const falling = (query.get('order') ?? 'desc') === 'desc';
  const offset = Number(query.get('offset') ?? 0);
  const go = (next: URLSearchParams) => visit(addressOf('incidents', next));

  const sortBy = (column: ColumnKey) => {
    const next = withValue(query, 'sort', column);
    // Times begin with the latest, all else with the first.
    const down = column === sort ? !falling : column === 'raised';
    next.set('order', down ? 'desc' : 'asc');
    go(next);
  };
  const choose = (column: ColumnKey, shown: boolean) => {
    const next = columnKeys.filter((one) => (one === column ? shown : columns.includes(one)));
    if (next.length === 0) return;
    setColumns(next);
    keepColumns(me.user.id, next);
  };
  const rows = table.data?.rows ?? [];
  const total = table.data?.total ?? 0;
  // Until the answer is there, these are the rows of another question.
  const former = table.isPlaceholderData;
  // Pages are of the screen; a file has all rows.
  const file = new URLSearchParams(asked);
  file.delete('offset');
  file.delete('limit');

  return (
    <section
      className="rows-page"
      aria-labelledby="rows-title"
      data-testid="rows"
      data-total={former ? undefined : table.data?.total}
      aria-busy={former}
    >
      <h2 id="rows-title">
        {t('oversight.table')} <small>{former || table.data === undefined ? '—' : total}</small>
      </h2>
      <Asking tree={tree} query={query} onChange={go} />
      <div className="tools">
        <details className="columns">
          <summary className="button" data-testid="columns">
            {t('oversight.columns')}
          </summary>
          <fieldset>
            <legend className="unseen">{t('oversight.columns')}</legend>
            {columnKeys.map((column) => (
              <label key={column} className="choice-item">
                <input
                  type="checkbox"
                  checked={columns.includes(column)}
                  data-testid={`column-${column}`}
                  onChange={(event) => choose(column, event.target.checked)}
                />
                <span>{t(heads[column])}</span>
              </label>
            ))}
          </fieldset>
        </details>
        {former ? (
          <button type="button" className="button" disabled>
            {t('oversight.excel')}
          </button>
        ) : (
          <a className="button" href={excelAddress(file, columns)} download data-testid="excel">
            {t('oversight.excel')}
          </a>
        )}
        <button type="button" className="button" disabled={former} onClick={() => print()}>
          {t('oversight.print')}
        </button>
      </div>
      {table.isError && (
        <p role="alert" className="none">
          {loadFailed(table.error)}
        </p>
      )}
      {!former && table.data?.cut === true && (
        <p role="status" className="none">
          {t('oversight.cut')}
        </p>
      )}
      {table.isSuccess && !former && rows.length === 0 && <p className="none">{t('oversight.noRows')}</p>}
      {(table.isPending || former) && (
        <p className="none" role="status">
          {t('common.loading')}
        </p>
      )}
      {rows.length > 0 && (
        <div
          className="wide"
          data-former={former}
          tabIndex={0}
          role="region"
          aria-label={t('oversight.table')}
        >
          <table className="grid rows" data-testid="incident-table">
            <caption className="unseen">{t('oversight.table')}</caption>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th
                    key={column}
                    scope="col"
                    aria-sort={column === sort ? (falling ? 'descending' : 'ascending') : undefined}
                  >
                    <button
                      type="button"
                      className="sort"
                      data-testid={`sort-${column}`}
                      aria-label={t('oversight.sortBy', { column: t(heads[column]) })}
                      onClick={() => sortBy(column)}
                    >
                      {t(heads[column])}
                      <span aria-hidden="true">{column === sort ? (falling ? ' ▼' : ' ▲') : ''}</span>
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.incident.id} data-testid="incident-row" data-id={row.incident.id}>
                  {columns.map((column) => (
                    <td key={column} data-label={t(heads[column])} data-column={column}>
                      <Cell row={row} column={column} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {total > page && !former && (
        <div className="pages">
          <button
            type="button"
            className="button"
            disabled={offset === 0}
            onClick={() => go(withValue(query, 'offset', String(Math.max(0, offset - page) || '')))}
          >
            {t('oversight.previous')}
          </button>
          <span>
            {t('oversight.rowsOf', { first: offset + 1, last: offset + rows.length, count: total })}
          </span>
          <button
            type="button"
            className="button"
            data-testid="next-page"
            disabled={offset + rows.length >= total}
            onClick={() => go(withValue(query, 'offset', String(offset + page)))}
          >
            {t('oversight.next')}
          </button>
        </div>
      )}
    </section>
  );
}
