import type { CoverageLine, Figure, MonthLine, ReportLine } from '../shared/api/inspect.ts';
import type { IncidentClass } from '../shared/api/types.ts';
import { localName } from '../shared/format.ts';
import { useWords } from '../shared/ui/useWords.ts';
import type { Shape } from './columns.ts';
import { addressOf } from './route.ts';
import { To } from './To.tsx';

// The tables of a report: their columns, and what is in them. Each figure leads to
// its rows.

const counted = ['incidents', 'hazards', 'real', 'false', 'test', 'pending', 'judged', 'late'] as const;
const lineKeys = ['name', ...counted, 'late_share', 'median', 'p90'] as const;
const monthKeys = ['name', 'hazards', 'care', 'equipment'] as const;
const coveredKeys = ['doubted', 'silent', 'untested', 'offline', 'unproven'] as const;
const coverageKeys = ['name', 'points', 'detectors', ...coveredKeys] as const;

/** LineColumn names a column of the lines by class, township or site. */
export type LineColumn = (typeof lineKeys)[number];
/** MonthColumn names a column of the lines by month. */
export type MonthColumn = (typeof monthKeys)[number];
/** CoverageColumn names a column of coverage. */
export type CoverageColumn = (typeof coverageKeys)[number];

/** LineTable names one of the tables of lines to the gateway. */
export type LineTable = 'classes' | 'townships' | 'by_site';

function shapeOf<K extends string>(name: string, all: readonly K[]): Shape<K> {
  return { name, all, usual: all, falling: all.filter((column) => column !== 'name') };
}

/** lineShapes are those of the tables of lines; each class is hazards or none, and has no number of them. */
export const lineShapes: Record<LineTable, Shape<LineColumn>> = {
  classes: shapeOf<LineColumn>(
    'classes',
    lineKeys.filter((column) => column !== 'hazards'),
  ),
  townships: shapeOf<LineColumn>('townships', lineKeys),
  by_site: shapeOf<LineColumn>('by_site', lineKeys),
};

/** monthShape is that of the lines by month. */
export const monthShape = shapeOf<MonthColumn>('months', monthKeys);

/** coverageShape is that of coverage. */
export const coverageShape = shapeOf<CoverageColumn>('coverage', coverageKeys);

/** lineHeads are the texts of lines; their first column is named by what they are about. */
export const lineHeads = {
  incidents: 'oversight.incidents',
  hazards: 'oversight.hazards',
  real: 'oversight.real',
  false: 'oversight.false',
  test: 'oversight.test',
  pending: 'oversight.pending',
  judged: 'oversight.judged',
  late: 'oversight.late',
  late_share: 'oversight.lateShare',
  median: 'oversight.median',
  p90: 'oversight.p90',
} as const satisfies Record<Exclude<LineColumn, 'name'>, string>;

/** nameHeads are the texts of the first column of lines. */
export const nameHeads = {
  classes: 'oversight.class',
  townships: 'oversight.township',
  by_site: 'oversight.site',
} as const satisfies Record<LineTable, string>;

/** monthHeads are the texts of months. */
export const monthHeads = {
  name: 'oversight.month',
  hazards: 'oversight.groups.hazard',
  care: 'oversight.groups.care',
  equipment: 'oversight.groups.equipment',
} as const satisfies Record<MonthColumn, string>;

/** coverageHeads are the texts of coverage. */
export const coverageHeads = {
  name: 'oversight.townshipOrSite',
  points: 'oversight.points',
  detectors: 'oversight.detectors',
  doubted: 'oversight.gap.detector',
  silent: 'oversight.gap.silent',
  untested: 'oversight.gap.test',
  offline: 'oversight.gap.edge',
  unproven: 'oversight.gap.unproven',
} as const satisfies Record<CoverageColumn, string>;

/** FigureLink is a figure that leads to its rows; where there are none it leads nowhere. */
function FigureLink({ of, view = 'incidents' }: { of: Figure; view?: 'incidents' | 'coverage' }) {
  if (of.count === 0) return <span className="zero">0</span>;
  return (
    <To href={addressOf(view, new URLSearchParams(of.query))} className="number" testid="figure">
      {of.count}
    </To>
  );
}

/** useLength says seconds as people do: under two minutes in seconds, else in minutes. */
function useLength(): (seconds: number) => string {
  const { t } = useWords();
  return (seconds) =>
    seconds < 120
      ? t('oversight.seconds', { count: Math.round(seconds) })
      : t('oversight.minutes', { count: Math.round(seconds / 6) / 10 });
}

/** LineCell is one column of a class, a township, a site, or of all. */
export function LineCell({ row, column, table }: { row: ReportLine; column: LineColumn; table: LineTable }) {
  const { t, language } = useWords();
  const length = useLength();
  switch (column) {
    case 'name':
      if (row.key === undefined) return t('oversight.total');
      return table === 'classes' ? t(`class.${row.key as IncidentClass}`) : localName(row.name, language);
    case 'late_share':
      return row.judged.count === 0 ? '–' : `${Math.round(row.late_share * 100)} %`;
    case 'median':
      return row.taken === 0 ? '–' : length(row.median_s);
    case 'p90':
      return row.taken === 0 ? '–' : length(row.p90_s);
    default:
      return <FigureLink of={row[column]} />;
  }
}

/** MonthCell is one column of a month. */
export function MonthCell({ row, column }: { row: MonthLine; column: MonthColumn }) {
  return column === 'name' ? row.month : <FigureLink of={row[column]} />;
}

/** CoverageCell is one column of a township or site. */
export function CoverageCell({ row, column }: { row: CoverageLine; column: CoverageColumn }) {
  const { t, language } = useWords();
  switch (column) {
    case 'name':
      return row.key === undefined ? t('oversight.total') : localName(row.name, language);
    case 'points':
    case 'detectors':
      return row[column];
    default:
      return <FigureLink of={row[column]} view="coverage" />;
  }
}
