import { useQuery } from '@tanstack/react-query';
import { fetchGaps, type Gap, type GapRow, type RegionTree } from '../shared/api/inspect.ts';
import { localName } from '../shared/format.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { WhereAsked } from './Asking.tsx';
import { addressOf, visit, withValue } from './route.ts';
import { stamp } from './stamp.ts';
import { To } from './To.tsx';

const gaps: readonly Gap[] = ['detector', 'silent', 'test', 'edge', 'unproven'];

/** GapTable lists points and edges of which nobody would notice that they fail. */
export function GapTable({ rows, withSite }: { rows: readonly GapRow[]; withSite: boolean }) {
  const { t, language, place } = useWords();
  const time = (row: GapRow, at: string | undefined) =>
    at === undefined ? t('oversight.never') : stamp(at, row.site.time_zone);
  const where = (row: GapRow) => {
    if (row.what === 'edge') return localName(row.edge, language);
    if (row.what === 'care') return '';
    return [...place(row), localName(row.place.point, language)]
      .filter((x, n, all) => all.indexOf(x) === n)
      .join(' ');
  };
  return (
    <table className="grid" data-testid="gap-table">
      <caption className="unseen">{t('oversight.gaps')}</caption>
      <thead>
        <tr>
          {withSite && <th scope="col">{t('oversight.site')}</th>}
          <th scope="col">{t('oversight.device')}</th>
          <th scope="col">{t('oversight.place')}</th>
          <th scope="col">{t('oversight.lack')}</th>
          <th scope="col">{t('oversight.why_')}</th>
          <th scope="col">{t('oversight.seen')}</th>
          <th scope="col">{t('oversight.tested')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, n) => (
          <tr key={n} data-testid="gap-row">
            {withSite && (
              <td data-label={t('oversight.site')}>
                <To href={addressOf('site', { site: row.site.id })}>{localName(row.site.name, language)}</To>{' '}
                <small>{localName(row.township, language)}</small>
              </td>
            )}
            <td data-label={t('oversight.device')}>{t(`oversight.what.${row.what}`)}</td>
            <td data-label={t('oversight.place')}>{where(row)}</td>
            <td data-label={t('oversight.lack')}>
              <span className="lacks">
                {row.gaps
                  // That a detector is unproven says already that it is a point which is.
                  .filter((gap) => !(gap === 'unproven' && row.gaps.includes('detector')))
                  .map((gap) => (
                    <span key={gap} className="lack" data-gap={gap}>
                      {t(`oversight.gap.${gap}`)}
                    </span>
                  ))}
              </span>
            </td>
            <td data-label={t('oversight.why_')}>{row.doubt && t(`admin.doubt.${row.doubt}`)}</td>
            <td data-label={t('oversight.seen')}>{time(row, row.seen_at)}</td>
            <td data-label={t('oversight.tested')}>
              {row.what === 'detector' ? time(row, row.tested_at) : ''}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Gaps is the coverage of a region: what would not be noticed there. */
export default function Gaps({ tree, query }: { tree: RegionTree; query: URLSearchParams }) {
  const { t } = useWords();
  const loadFailed = useLoadFailed();
  const table = useQuery({
    queryKey: ['gaps', query.toString()],
    refetchInterval: 30_000,
    queryFn: () => fetchGaps(query),
  });
  const go = (next: URLSearchParams) => visit(addressOf('coverage', next));
  const asked = query.get('gap') ?? '';
  const rows = table.data?.rows ?? [];
  return (
    <section aria-labelledby="gaps-title" data-testid="gaps" data-total={table.data?.total}>
      <h2 id="gaps-title">
        {t('oversight.gaps')} <small>{table.data?.total}</small>
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
        <button type="button" className="button print-button" onClick={() => print()}>
          {t('oversight.print')}
        </button>
      </div>
      <p className="hint">{t('oversight.testNote')}</p>
      {table.isError && (
        <p role="alert" className="none">
          {loadFailed(table.error)}
        </p>
      )}
      {table.isPending && <p className="none">{t('common.loading')}</p>}
      {table.isSuccess && rows.length === 0 && <p className="none">{t('oversight.gapsNone')}</p>}
      {rows.length > 0 && <GapTable rows={rows} withSite />}
    </section>
  );
}
