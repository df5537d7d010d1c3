import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { excelAddress, fetchSites, type RegionTree, type SiteRow } from '../shared/api/inspect.ts';
import { localName, telephone } from '../shared/format.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { Select, WhereAsked } from './Asking.tsx';
import type { Shape } from './columns.ts';
import { DataTable, Tools, useColumns } from './DataTable.tsx';
import { addressOf, visit } from './route.ts';
import { StateTag } from './Sites.tsx';
import { sortingOf } from './sorting.ts';
import { siteStates } from './standing.ts';
import { To } from './To.tsx';

const keys = [
  'state',
  'site',
  'township',
  'kind',
  'address',
  'telephone',
  'open',
  'overdue',
  'points',
  'silent',
  'unproven',
  'detectors',
  'doubted',
  'untested',
  'edges',
  'offline',
] as const;

type Column = (typeof keys)[number];

const shape: Shape<Column> = {
  name: 'sites',
  all: keys,
  usual: [
    'state',
    'site',
    'township',
    'kind',
    'telephone',
    'open',
    'overdue',
    'points',
    'silent',
    'doubted',
    'untested',
  ],
  falling: [
    'open',
    'overdue',
    'points',
    'silent',
    'unproven',
    'detectors',
    'doubted',
    'untested',
    'edges',
    'offline',
  ],
};

const heads = {
  state: 'oversight.state',
  site: 'oversight.site',
  township: 'oversight.township',
  kind: 'oversight.siteKind',
  address: 'oversight.address',
  telephone: 'oversight.telephone',
  open: 'oversight.open',
  overdue: 'oversight.answers.overdue',
  points: 'oversight.points',
  silent: 'oversight.gap.silent',
  unproven: 'oversight.gap.unproven',
  detectors: 'oversight.detectors',
  doubted: 'oversight.gap.detector',
  untested: 'oversight.gap.test',
  edges: 'oversight.edges',
  offline: 'oversight.gap.edge',
} as const satisfies Record<Column, string>;

const kinds = ['nursing_home', 'day_care', 'private_home'] as const;

/** These columns are numbers of gaps, which lead to them. */
const gapOf = {
  silent: 'silent',
  unproven: 'unproven',
  doubted: 'detector',
  untested: 'test',
  offline: 'edge',
} as const;

function Cell({ row, column }: { row: SiteRow; column: Column }) {
  const { t, language } = useWords();
  const { node } = row;
  switch (column) {
    case 'state':
      return <StateTag state={row.state} />;
    case 'site':
      return <To href={addressOf('site', { site: node.site.id })}>{localName(node.site.name, language)}</To>;
    case 'township':
      return localName(node.township, language);
    case 'kind':
      return t(`oversight.kind.${node.site.kind}`);
    case 'address':
      return localName(node.site.address, language);
    case 'telephone':
      return node.telephone === undefined ? '' : <a href={telephone(node.telephone)}>{node.telephone}</a>;
    case 'open':
    case 'overdue':
      return row[column];
    case 'points':
    case 'detectors':
    case 'edges':
      return node.coverage[column];
    default: {
      const count = node.coverage[column];
      if (count === 0) return <span className="zero">0</span>;
      return <To href={addressOf('coverage', { site: node.site.id, gap: gapOf[column] })}>{count}</To>;
    }
  }
}

/** SiteTable is the table of sites: how each stands and is covered, filtered, sorted, and for Excel. */
export default function SiteTable({ tree, query }: { tree: RegionTree; query: URLSearchParams }) {
  const { t, language } = useWords();
  const [columns, choose] = useColumns(shape);
  const loadFailed = useLoadFailed();
  const question = new URLSearchParams(query);
  question.set('language', language);
  const table = useQuery({
    queryKey: ['sites', question.toString()],
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
    queryFn: () => fetchSites(question),
  });
  const go = (next: URLSearchParams) => visit(addressOf('sites', next));
  const head = (column: Column) => t(heads[column]);
  const rows = table.data?.rows ?? [];
  const former = table.isPlaceholderData;
  const total = former ? undefined : table.data?.rows.length;
  return (
    <section
      className="rows-page"
      aria-labelledby="sites-title"
      data-testid="site-table-page"
      data-total={total}
      aria-busy={former}
    >
      <h2 id="sites-title">
        {t('oversight.sites')} <small>{total ?? '—'}</small>
      </h2>
      <form className="filters" onSubmit={(event) => event.preventDefault()}>
        <WhereAsked tree={tree} query={query} onChange={go} />
        <Select name="kind" label={t('oversight.siteKind')} query={query} onChange={go}>
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {t(`oversight.kind.${kind}`)}
            </option>
          ))}
        </Select>
        <Select name="state" label={t('oversight.state')} query={query} onChange={go}>
          {siteStates.map((state) => (
            <option key={state} value={state}>
              {t(`oversight.siteState.${state}`)}
            </option>
          ))}
        </Select>
      </form>
      <Tools
        shape={shape}
        columns={columns}
        choose={choose}
        head={head}
        file={former ? undefined : excelAddress('sites', question, columns)}
      />
      {table.isError && (
        <p role="alert" className="none">
          {loadFailed(table.error)}
        </p>
      )}
      {(table.isPending || former) && (
        <p className="none" role="status">
          {t('common.loading')}
        </p>
      )}
      {table.isSuccess && !former && rows.length === 0 && <p className="none">{t('oversight.noRows')}</p>}
      {rows.length > 0 && (
        <DataTable
          shape={shape}
          columns={columns}
          rows={rows}
          head={head}
          cell={(row, column) => <Cell row={row} column={column} />}
          keyOf={(row) => row.node.site.id}
          sorting={sortingOf(shape, query, go, 'state')}
          caption={t('oversight.sites')}
          testid="site-table"
          rowid="site-row"
          former={former}
        />
      )}
    </section>
  );
}
