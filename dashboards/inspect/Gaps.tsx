import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { excelAddress, fetchGaps, type Gap, type RegionTree } from '../shared/api/inspect.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { WhereAsked } from './Asking.tsx';
import { DataTable, Tools, useColumns } from './DataTable.tsx';
import { GapCell, gapHeads, gapShape, type GapColumn } from './gapcells.tsx';
import { addressOf, visit, withValue } from './route.ts';
import { sortingOf } from './sorting.ts';

const gaps: readonly Gap[] = ['detector', 'silent', 'test', 'edge', 'unproven'];

/** Gaps is the coverage of a region: what would not be noticed there. */
export default function Gaps({ tree, query }: { tree: RegionTree; query: URLSearchParams }) {
  const { t, language } = useWords();
  const [columns, choose] = useColumns(gapShape);
  const loadFailed = useLoadFailed();
  const question = new URLSearchParams(query);
  question.set('language', language);
  const table = useQuery({
    queryKey: ['gaps', question.toString()],
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
    queryFn: () => fetchGaps(question),
  });
  const go = (next: URLSearchParams) => visit(addressOf('coverage', next));
  const asked = query.get('gap') ?? '';
  const sorting = sortingOf(gapShape, query, go);
  const head = (column: GapColumn) => t(gapHeads[column]);
  const rows = table.data?.rows ?? [];
  // Until the answer is there, these are the rows of another question.
  const former = table.isPlaceholderData;
  const total = former ? undefined : table.data?.total;
  return (
    <section
      className="rows-page"
      aria-labelledby="gaps-title"
      data-testid="gaps"
      data-total={total}
      aria-busy={former}
    >
      <h2 id="gaps-title">
        {t('oversight.gaps')} <small>{total ?? '—'}</small>
      </h2>
      <form className="filters" onSubmit={(event) => event.preventDefault()}>
        <WhereAsked tree={tree} query={query} onChange={go} />
      </form>
      <div className="choices" role="group" aria-label={t('oversight.lack')}>
        {['', ...gaps].map((gap) => (
          <button
            key={gap}
            type="button"
            className="button"
            aria-pressed={asked === gap}
            data-testid={`gap-${gap || 'all'}`}
            onClick={() => go(withValue(query, 'gap', gap))}
          >
            {gap === '' ? t('common.all') : t(`oversight.gap.${gap as Gap}`)}
          </button>
        ))}
      </div>
      <Tools
        shape={gapShape}
        columns={columns}
        choose={choose}
        head={head}
        file={former ? undefined : excelAddress('coverage', question, columns)}
      />
      <p className="hint">{t('oversight.testNote')}</p>
      {table.isError && (
        <p role="alert" className="none">
          {loadFailed(table.error)}
        </p>
      )}
      {total !== undefined && total > rows.length && (
        <p role="status" className="none">
          {t('oversight.gapsCut', { shown: rows.length, count: total })}
        </p>
      )}
      {(table.isPending || former) && (
        <p className="none" role="status">
          {t('common.loading')}
        </p>
      )}
      {table.isSuccess && !former && rows.length === 0 && <p className="none">{t('oversight.gapsNone')}</p>}
      {rows.length > 0 && (
        <DataTable
          shape={gapShape}
          columns={columns}
          rows={rows}
          head={head}
          cell={(row, column) => <GapCell row={row} column={column} />}
          keyOf={(_, n) => String(n)}
          sorting={sorting}
          caption={t('oversight.gaps')}
          testid="gap-table"
          rowid="gap-row"
          former={former}
        />
      )}
    </section>
  );
}
