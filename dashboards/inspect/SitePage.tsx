import { useQuery } from '@tanstack/react-query';
import { fetchSite, type RegionTree } from '../shared/api/inspect.ts';
import { localName } from '../shared/format.ts';
import { arrange } from '../shared/order.ts';
import { useNow, usePicture } from '../shared/ui/hooks.ts';
import { useDoubt } from '../shared/ui/Link.tsx';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { Phone, Reasons } from './Calls.tsx';
import { Cell, heads } from './cells.tsx';
import { incidentShape, type ColumnKey } from './columns.ts';
import { DataTable } from './DataTable.tsx';
import { GapCell, gapHeads, gapShape, type GapColumn } from './gapcells.tsx';
import { halfYearOf } from './period.ts';
import { addressOf } from './route.ts';
import { StateTag } from './Sites.tsx';
import { stamp } from './stamp.ts';
import { isOverdue, reasons, standings } from './standing.ts';
import { Table } from './Table.tsx';
import { To } from './To.tsx';

const columns: readonly ColumnKey[] = ['raised', 'class', 'place', 'accepted', 'resolved', 'cause', 'answer'];

const gapColumns: readonly GapColumn[] = ['device', 'place', 'gap', 'why', 'seen', 'tested'];

/** Of more gaps than these the page says how many there are. */
const gapsMost = 200;

/** SitePage is one site, read-only: whom to call, what goes on, what would not be noticed, and the last 30 days. */
export default function SitePage({ tree, site }: { tree: RegionTree; site: string }) {
  const { t, language } = useWords();
  const loadFailed = useLoadFailed();
  const picture = usePicture();
  const doubt = useDoubt();
  const now = Math.floor(useNow() / 5_000) * 5_000;
  const look = useQuery({
    queryKey: ['site', site],
    refetchInterval: 30_000,
    queryFn: () => fetchSite(site),
  });
  const back = (
    <To href={addressOf('now')} className="button plain back">
      ← {t('oversight.back')}
    </To>
  );
  if (look.data === undefined) {
    return (
      <section>
        {back}
        <p className="none" role={look.isError ? 'alert' : undefined}>
          {look.isError ? loadFailed(look.error) : t('common.loading')}
        </p>
      </section>
    );
  }
  const { node, gaps, edges, recent, more } = look.data;
  const mine = [...picture.incidents.values()].filter((incident) => incident.site.id === site);
  const [one] = standings({ ...tree, sites: [node] }, mine, now);
  const { waiting, attended, explained } = arrange(mine, now);
  const open = [...waiting, ...attended].flatMap((first) => [first, ...(explained.get(first.id) ?? [])]);
  const why = one === undefined ? [] : reasons(one, undefined);
  return (
    <section className="site-page" data-testid="site-page" aria-labelledby="site-name">
      {back}
      <header className="site-head">
        <div>
          <h2 id="site-name">{localName(node.site.name, language)}</h2>
          <p>
            {one !== undefined && <StateTag state={one.state} />} {t(`oversight.kind.${node.site.kind}`)} ·{' '}
            {localName(node.township, language)}
          </p>
          <p>{localName(node.site.address, language)}</p>
          <Reasons site={site} why={why} />
        </div>
        <div className="site-acts">
          {one !== undefined && <Phone standing={one} />}
          <To href={addressOf('incidents', { site })} className="button">
            {t('oversight.allRows')}
          </To>
          <To
            href={addressOf('report', { site, ...halfYearOf(tree.today) })}
            className="button"
            testid="site-report"
          >
            {t('oversight.toReport')}
          </To>
        </div>
      </header>
      <p className="hint">{t('oversight.lookLogged')}</p>
      <section aria-labelledby="site-open">
        <h3 id="site-open">
          {t('oversight.openNow')}{' '}
          <small>{doubt !== undefined && open.length === 0 ? '—' : open.length}</small>
        </h3>
        {open.length === 0 ? (
          <p className="none">{t(doubt ?? 'oversight.openNone')}</p>
        ) : (
          <Table
            incidents={open}
            now={now}
            caption={t('oversight.openNow')}
            late={(incident) => isOverdue(incident, tree.within_s, now)}
          />
        )}
      </section>
      <section aria-labelledby="site-gaps">
        <h3 id="site-gaps">
          {t('oversight.gaps')} <small>{gaps.length}</small>
        </h3>
        {gaps.length === 0 ? (
          <p className="none">{t('oversight.gapsNone')}</p>
        ) : (
          <>
            {gaps.length > gapsMost && (
              <p className="hint">{t('oversight.gapsMore', { shown: gapsMost, count: gaps.length })}</p>
            )}
            <DataTable
              shape={gapShape}
              columns={gapColumns}
              rows={gaps.slice(0, gapsMost)}
              head={(column) => t(gapHeads[column])}
              cell={(row, column) => <GapCell row={row} column={column} />}
              keyOf={(_, n) => String(n)}
              caption={t('oversight.gaps')}
              testid="gap-table"
              rowid="gap-row"
            />
            <To href={addressOf('coverage', { site })} className="button" testid="site-gaps">
              {t('oversight.asTable')}
            </To>
          </>
        )}
      </section>
      <section aria-labelledby="site-recent">
        <h3 id="site-recent">
          {t('oversight.recent')} <small>{recent.length}</small>
        </h3>
        {recent.length === 0 && <p className="none">{t('oversight.recentNone')}</p>}
        {more && <p className="hint">{t('oversight.recentMore')}</p>}
        {recent.length > 0 && (
          <DataTable
            shape={incidentShape}
            columns={columns}
            rows={recent}
            head={(column) => t(heads[column])}
            cell={(row, column) => <Cell row={row} column={column} />}
            keyOf={(row) => row.incident.id}
            caption={t('oversight.recent')}
            testid="recent-table"
          />
        )}
      </section>
      <section aria-labelledby="site-edges">
        <h3 id="site-edges">
          {t('oversight.edges')} <small>{edges.length}</small>
        </h3>
        <ul className="edges">
          {edges.map((edge, n) => (
            <li key={n} data-online={edge.online}>
              <strong>{localName(edge.name, language)}</strong>{' '}
              {t(edge.online ? 'oversight.edgeOnline' : 'oversight.edgeOffline')}{' '}
              <small>
                {edge.state_at === undefined
                  ? t('oversight.never')
                  : stamp(edge.state_at, node.site.time_zone)}{' '}
                {edge.version}
              </small>
            </li>
          ))}
        </ul>
      </section>
    </section>
  );
}
