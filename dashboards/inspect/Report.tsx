import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import {
  fetchReport,
  type CoverageLine,
  type Figure,
  type RegionReport,
  type RegionTree,
  type ReportLine,
} from '../shared/api/inspect.ts';
import type { IncidentClass } from '../shared/api/types.ts';
import { localName } from '../shared/format.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { WhereAsked } from './Asking.tsx';
import { halfYearOf, isPeriod } from './period.ts';
import { PeriodPicker } from './PeriodPicker.tsx';
import { addressOf, visit } from './route.ts';
import { stamp } from './stamp.ts';
import { To } from './To.tsx';

const Chart = lazy(() => import('./Chart.tsx'));

/** Number_ is a figure that leads to its rows; where there are none it leads nowhere. */
function Number_({ of, view = 'incidents' }: { of: Figure; view?: 'incidents' | 'coverage' }) {
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

const counted = ['incidents', 'hazards', 'real', 'false', 'test', 'pending', 'judged', 'late'] as const;

/** Lines is one table of the report; its last line is the whole. */
function Lines({
  title,
  lines,
  total,
  testid,
  classes = false,
}: {
  title: string;
  lines: readonly ReportLine[];
  total: ReportLine;
  testid: string;
  classes?: boolean;
}) {
  const { t, language } = useWords();
  const length = useLength();
  const shown = counted.filter((name) => !(classes && name === 'hazards'));
  const line = (one: ReportLine, whole: boolean) => (
    <tr key={one.key ?? ''} className={whole ? 'whole' : undefined} data-key={one.key ?? 'total'}>
      <th scope="row" data-label="">
        {whole
          ? t('oversight.total')
          : classes
            ? t(`class.${one.key as IncidentClass}`)
            : localName(one.name, language)}
      </th>
      {shown.map((name) => (
        <td key={name} data-label={t(`oversight.${name}`)} data-figure={name}>
          <Number_ of={one[name]} />
        </td>
      ))}
      <td data-label={t('oversight.lateShare')}>
        {one.judged.count === 0 ? '–' : `${Math.round(one.late_share * 100)} %`}
      </td>
      <td data-label={t('oversight.median')}>{one.taken === 0 ? '–' : length(one.median_s)}</td>
      <td data-label={t('oversight.p90')}>{one.taken === 0 ? '–' : length(one.p90_s)}</td>
    </tr>
  );
  return (
    <section aria-labelledby={testid}>
      <h3 id={testid}>{title}</h3>
      <table className="grid report-table" data-testid={testid}>
        <caption className="unseen">{title}</caption>
        <thead>
          <tr>
            <td />
            {shown.map((name) => (
              <th key={name} scope="col">
                {t(`oversight.${name}`)}
              </th>
            ))}
            <th scope="col">{t('oversight.lateShare')}</th>
            <th scope="col">{t('oversight.median')}</th>
            <th scope="col">{t('oversight.p90')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((one) => line(one, false))}
          {line(total, true)}
        </tbody>
      </table>
    </section>
  );
}

const groups = [
  ['hazards', 'hazard'],
  ['care', 'care'],
  ['equipment', 'equipment'],
] as const;

/** Months are the incidents of each month, drawn and in numbers. */
function Months({ months }: { months: RegionReport['months'] }) {
  const { t } = useWords();
  return (
    <section aria-labelledby="report-months" className="months">
      <h3 id="report-months">{t('oversight.byMonth')}</h3>
      <Suspense fallback={<div className="chart" />}>
        <Chart months={months} />
      </Suspense>
      <table className="grid report-table" data-testid="report-months">
        <caption className="unseen">{t('oversight.byMonth')}</caption>
        <thead>
          <tr>
            <td />
            {groups.map(([key, text]) => (
              <th key={key} scope="col">
                {t(`oversight.groups.${text}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {months.map((month) => (
            <tr key={month.month}>
              <th scope="row" data-label="">
                {month.month}
              </th>
              {groups.map(([key, text]) => (
                <td key={key} data-label={t(`oversight.groups.${text}`)}>
                  <Number_ of={month[key]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const covered = ['doubted', 'silent', 'untested', 'offline', 'unproven'] as const;
const coveredText = {
  doubted: 'oversight.gap.detector',
  silent: 'oversight.gap.silent',
  untested: 'oversight.gap.test',
  offline: 'oversight.gap.edge',
  unproven: 'oversight.gap.unproven',
} as const;

function CoverageTable({ report }: { report: RegionReport }) {
  const { t, language } = useWords();
  const title = t('oversight.coverageNow', { time: stamp(report.time, report.time_zone).slice(0, 16) });
  // Of sixty homes those without any gap would fill the page.
  const worth = (one: CoverageLine) => !one.site || covered.some((name) => one[name].count > 0);
  const [whole, ...rest] = report.coverage;
  const line = (one: CoverageLine) => (
    <tr
      key={`${one.site ? 's' : 'r'}${one.key ?? ''}`}
      className={one.key === undefined ? 'whole' : undefined}
    >
      <th scope="row" data-label="">
        {one.key === undefined ? t('oversight.total') : localName(one.name, language)}
      </th>
      <td data-label={t('oversight.points')}>{one.points}</td>
      <td data-label={t('oversight.detectors')}>{one.detectors}</td>
      {covered.map((name) => (
        <td key={name} data-label={t(coveredText[name])}>
          <Number_ of={one[name]} view="coverage" />
        </td>
      ))}
    </tr>
  );
  return (
    <section aria-labelledby="report-coverage">
      <h3 id="report-coverage">{title}</h3>
      <table className="grid report-table" data-testid="report-coverage">
        <caption className="unseen">{title}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">{t('oversight.points')}</th>
            <th scope="col">{t('oversight.detectors')}</th>
            {covered.map((name) => (
              <th key={name} scope="col">
                {t(coveredText[name])}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rest.filter(worth).map(line)}
          {whole !== undefined && line(whole)}
        </tbody>
      </table>
      <p className="hint">{t('oversight.testNote')}</p>
    </section>
  );
}

/** Report is the half-year report of a region or site, for the screen and for A4. */
export default function Report({ tree, query }: { tree: RegionTree; query: URLSearchParams }) {
  const { t, language } = useWords();
  const loadFailed = useLoadFailed();
  const usual = halfYearOf(tree.today);
  const period = { from: query.get('from') ?? usual.from, to: query.get('to') ?? usual.to };
  const asked = new URLSearchParams(period);
  for (const key of ['region', 'township', 'site']) {
    const value = query.get(key);
    if (value !== null) asked.set(key, value);
  }
  const fits = isPeriod(period);
  const report = useQuery({
    queryKey: ['report', asked.toString()],
    enabled: fits,
    queryFn: () => fetchReport(asked),
  });
  const go = (next: URLSearchParams) => visit(addressOf('report', next));
  const place = tree.sites.find(({ site }) => site.id === asked.get('site'))?.site.name;
  const region = tree.regions.find(({ id }) => id === (asked.get('township') ?? asked.get('region')))?.name;
  const name = localName(place ?? region, language) || t('oversight.wholeRegion');
  const data = report.data;
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
          <Months months={data.months} />
          <Lines
            title={t('oversight.byClass')}
            lines={data.classes}
            total={data.total}
            testid="report-classes"
            classes
          />
          <p className="hint">{t('oversight.causeNote')}</p>
          <p className="hint">{t('oversight.answerNote')}</p>
          {data.sites > 1 && (
            <>
              <Lines
                title={t('oversight.byTownship')}
                lines={data.townships}
                total={data.total}
                testid="report-townships"
              />
              <Lines
                title={t('oversight.bySite')}
                lines={data.by_site}
                total={data.total}
                testid="report-sites"
              />
            </>
          )}
          <CoverageTable report={data} />
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
