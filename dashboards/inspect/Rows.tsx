import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { excelAddress, fetchRows, type RegionTree } from '../shared/api/inspect.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { Cell, heads } from './cells.tsx';
import { incidentShape, type ColumnKey } from './columns.ts';
import { DataTable, Tools, useColumns } from './DataTable.tsx';
import { addressOf, visit, withValue } from './route.ts';
import { sortingOf } from './sorting.ts';
import { Asking } from './Asking.tsx';

const page = 100;

/** Rows is the table of incidents: filtered, sorted, with chosen columns, for the screen, paper and Excel. */
export default function Rows({ tree, query }: { tree: RegionTree; query: URLSearchParams }) {
  const { t, language } = useWords();
  const [columns, choose] = useColumns(incidentShape);
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
  const offset = Number(query.get('offset') ?? 0);
  const go = (next: URLSearchParams) => visit(addressOf('incidents', next));
  const sorting = sortingOf(incidentShape, query, go, 'raised');

  const head = (column: ColumnKey) => t(heads[column]);
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
      <Tools
        shape={incidentShape}
        columns={columns}
        choose={choose}
        head={head}
        file={former ? undefined : excelAddress('incidents', file, columns)}
      />
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
        <DataTable
          shape={incidentShape}
          columns={columns}
          rows={rows}
          head={head}
          cell={(row, column) => <Cell row={row} column={column} />}
          keyOf={(row) => row.incident.id}
          sorting={sorting}
          caption={t('oversight.table')}
          testid="incident-table"
          rowid="incident-row"
          former={former}
        />
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
