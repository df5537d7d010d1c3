import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, type ReactNode } from 'react';
import {
  excelAddress,
  fetchReport,
  type RegionReport,
  type RegionTree,
  type ReportLine,
} from '../shared/api/inspect.ts';
import { localName } from '../shared/format.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { WhereAsked } from './Asking.tsx';
import type { Shape } from './columns.ts';
import { DataTable, Tools, useColumns } from './DataTable.tsx';
import { halfYearOf, isPeriod } from './period.ts';
import { PeriodPicker } from './PeriodPicker.tsx';
import {
  CoverageCell,
  coverageHeads,
  coverageShape,
  LineCell,
  lineHeads,
  lineShapes,
  MonthCell,
  monthHeads,
  monthShape,
  nameHeads,
  type LineTable,
} from './reportcells.tsx';
import { addressOf, visit } from './route.ts';
import { tableSorting } from './sorting.ts';
import { stamp } from './stamp.ts';

const Chart = lazy(() => import('./Chart.tsx'));

/** Asked is what the report was asked, and how it is asked anew. */
interface Asked {
  query: URLSearchParams;
  question: URLSearchParams;
  go: (next: URLSearchParams) => void;
  /** The lines are still in the order before. */
  former: boolean;
}

/** Part is one table of the report, with its own columns, order and Excel file. */
function Part<R extends object, K extends string>({
  title,
  shape,
  rows,
  whole,
  head,
  cell,
  keyOf,
  asked: { query, question, go, former },
  testid,
  children,
}: {
  title: string;
  shape: Shape<K | 'name'>;
  rows: readonly R[];
  whole?: R;
  head: (column: K | 'name') => string;
  cell: (row: R, column: K | 'name') => ReactNode;
  keyOf: (row: R) => string;
  asked: Asked;
  testid: string;
  children?: ReactNode;
}) {
  const [columns, choose] = useColumns(shape);
  const file = new URLSearchParams(question);
  file.set('table', shape.name);
  return (
    <section aria-labelledby={testid} data-testid={`part-${shape.name}`}>
      <h3 id={testid}>{title}</h3>
      <Tools
        shape={shape}
        columns={columns}
        choose={choose}
        head={head}
        file={former ? undefined : excelAddress('report', file, columns)}
        about={title}
        print={false}
      />
      {children}
      <DataTable
        shape={shape}
        columns={columns}
        rows={rows}
        whole={whole}
        head={head}
        cell={cell}
        keyOf={keyOf}
        sorting={tableSorting(shape, query, go)}
        caption={title}
        testid={testid}
        className="report-table"
        titled="name"
        former={former}
      />
    </section>
  );
}

/** Lines is a table of classes, townships or sites; its last line is the whole. */
function Lines({
  table,
  title,
  lines,
  total,
  asked,
  testid,
}: {
  table: LineTable;
  title: string;
  lines: readonly ReportLine[];
  total: ReportLine;
  asked: Asked;
  testid: string;
}) {
  const { t } = useWords();
  return (
    <Part
      title={title}
      shape={lineShapes[table]}
      rows={lines}
      whole={total}
      head={(column) => t(column === 'name' ? nameHeads[table] : lineHeads[column])}
      cell={(row, column) => <LineCell row={row} column={column} table={table} />}
      keyOf={(row) => row.key ?? ''}
      asked={asked}
      testid={testid}
    />
  );
}

/** Months are the incidents of each month, drawn and in numbers. */
function Months({ months, asked }: { months: RegionReport['months']; asked: Asked }) {
  const { t } = useWords();
  // In the picture time goes on, whatever the table is sorted by.
  const inTime = [...months].sort((a, b) => (a.month < b.month ? -1 : 1));
  return (
    <div className="months">
      <Suspense fallback={<div className="chart" />}>
        <Chart months={inTime} />
      </Suspense>
      <Part
        title={t('oversight.byMonth')}
        shape={monthShape}
        rows={months}
        head={(column) => t(monthHeads[column])}
        cell={(row, column) => <MonthCell row={row} column={column} />}
        keyOf={(row) => row.month}
        asked={asked}
        testid="report-months"
      />
    </div>
  );
}

/** Coverage is how the region is covered now: the townships, then the sites that have a gap. */
function Coverage({ report, asked }: { report: RegionReport; asked: Asked }) {
  const { t } = useWords();
  const [whole, ...rest] = report.coverage;
  return (
    <>
      <Part
        title={t('oversight.coverageNow', { time: stamp(report.time, report.time_zone).slice(0, 16) })}
        shape={coverageShape}
        rows={rest}
        whole={whole}
        head={(column) => t(coverageHeads[column])}
        cell={(row, column) => <CoverageCell row={row} column={column} />}
        keyOf={(row) => `${row.site ? 's' : 'r'}${row.key ?? ''}`}
        asked={asked}
        testid="report-coverage"
      />
      <p className="hint">{t('oversight.testNote')}</p>
    </>
  );
}

/** Report is the half-year report of a region or site, for the screen and for A4. */
export default function Report({ tree, query }: { tree: RegionTree; query: URLSearchParams }) {
  const { t, language } = useWords();
  const loadFailed = useLoadFailed();
  const usual = halfYearOf(tree.today);
  const period = { from: query.get('from') ?? usual.from, to: query.get('to') ?? usual.to };
  const about = new URLSearchParams(period);
  for (const key of ['region', 'township', 'site']) {
    const value = query.get(key);
    if (value !== null) about.set(key, value);
  }
  const question = new URLSearchParams(about);
  question.set('language', language);
  for (const order of query.getAll('sort')) question.append('sort', order);
  const fits = isPeriod(period);
  const report = useQuery({
    queryKey: ['report', about.toString(), question.toString()],
    enabled: fits,
    // While it is sorted anew the same report stays; of another one nothing does.
    placeholderData: (before, of) => (of?.queryKey[1] === about.toString() ? before : undefined),
    queryFn: () => fetchReport(question),
  });
  const go = (next: URLSearchParams) => visit(addressOf('report', next));
  const place = tree.sites.find(({ site }) => site.id === about.get('site'))?.site.name;
  const region = tree.regions.find(({ id }) => id === (about.get('township') ?? about.get('region')))?.name;
  const name = localName(place ?? region, language) || t('oversight.wholeRegion');
  const data = report.data;
  const asked: Asked = { query, question, go, former: report.isPlaceholderData };
  return (
    <section className="report" data-testid="report" aria-labelledby="report-title">
      <form className="filters" onSubmit={(event) => event.preventDefault()}>
        <WhereAsked tree={tree} query={query} onChange={go} />
        <PeriodPicker
          period={period}
          today={tree.today}
          onChange={(next) => {
            const all = new URLSearchParams(query);
            all.set('from', next.from);
            all.set('to', next.to);
            go(all);
          }}
        />
        <button type="button" className="button" onClick={() => print()}>
          {t('oversight.print')}
        </button>
      </form>
      {!fits && <p className="none">{t('oversight.invalidPeriod')}</p>}
      {report.isError && (
        <p role="alert" className="none">
          {loadFailed(report.error)}
        </p>
      )}
      {fits && report.isPending && <p className="none">{t('common.loading')}</p>}
      {data !== undefined && (
        <>
          <h2 id="report-title">{t('oversight.reportOf', { name })}</h2>
          <p>
            {t('oversight.reportPeriod', {
              from: data.from,
              to: data.to,
              zone: data.time_zone,
              count: data.sites,
            })}
            {' · '}
            {t('oversight.printedAt', { time: stamp(data.time, data.time_zone).slice(0, 16) })}
          </p>
          {data.cut && <p role="status">{t('oversight.reportCut')}</p>}
          <Months months={data.months} asked={asked} />
          <Lines
            table="classes"
            title={t('oversight.byClass')}
            lines={data.classes}
            total={data.total}
            asked={asked}
            testid="report-classes"
          />
          <p className="hint">{t('oversight.causeNote')}</p>
          <p className="hint">{t('oversight.answerNote')}</p>
          {data.sites > 1 && (
            <>
              <Lines
                table="townships"
                title={t('oversight.byTownship')}
                lines={data.townships}
                total={data.total}
                asked={asked}
                testid="report-townships"
              />
              <Lines
                table="by_site"
                title={t('oversight.bySite')}
                lines={data.by_site}
                total={data.total}
                asked={asked}
                testid="report-sites"
              />
            </>
          )}
          <Coverage report={data} asked={asked} />
          {!data.rectified && (
            <section aria-labelledby="report-rectify">
              <h3 id="report-rectify">{t('oversight.rectify')}</h3>
              <p>{t('oversight.rectifyNone')}</p>
            </section>
          )}
        </>
      )}
    </section>
  );
}
