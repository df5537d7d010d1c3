import { useTranslation } from 'react-i18next';
import type { Chart, ResidentCharts } from '../../shared/api/ward.ts';
import { clockTime, localName } from '../../shared/format.ts';
import { useWords } from '../../shared/ui/useWords.ts';
import { limitsOf, pieces, rangeOf, short, type Limit } from './course.ts';

const width = 360;
const height = 120;

const units: Record<string, string> = { Cel: '℃', '%RH': '%', 'm/s2': 'm/s²', '%EL': '%', '/': '' };

const sides = { above: '>', at_least: '≥', below: '<', at_most: '≤' } as const;

/** Lines are the limits of a chart, each with its value; a limit beyond the picture is told below it only. */
function Lines({
  limits,
  y,
  say,
}: {
  limits: readonly Limit[];
  y: (value: number) => number;
  say: (limit: Limit) => string;
}) {
  const within = limits.filter(({ value }) => y(value) >= 0 && y(value) <= height);
  return within.map((limit, n) => {
    const at = y(limit.value);
    return (
      <g key={n} data-testid="course-limit" data-value={limit.value}>
        <line className="course-limit" x1={0} x2={width} y1={at} y2={at} />
        {/* Above its line, or below where the picture ends. */}
        <text className="course-label" x={3} y={at < 14 ? at + 12 : at - 4}>
          {say(limit)}
        </text>
      </g>
    );
  });
}

/** Course draws one quantity around an incident. */
export function Course({ chart, charts, zone }: { chart: Chart; charts: ResidentCharts; zone: string }) {
  const { t } = useTranslation();
  const { language, place } = useWords();
  const from = Date.parse(charts.from);
  const to = Date.parse(charts.to);
  const limits = limitsOf(chart);
  const { least, greatest } = rangeOf(
    chart.samples,
    limits.map(({ value }) => value),
  );
  const x = (time: string) => Number((((Date.parse(time) - from) / (to - from)) * width).toFixed(1));
  const y = (value: number) => Number((height - ((value - least) / (greatest - least)) * height).toFixed(1));
  const unit = units[chart.unit] ?? chart.unit;
  const what = t(`resident.quantity.${chart.quantity}`);
  const where = [...place(chart), localName(chart.place.point, language)].filter(Boolean).join(' ');
  const step = ['occupancy', 'contact', 'motion'].includes(chart.quantity);
  const words = t('resident.chart', {
    what,
    from: clockTime(from, zone, language),
    to: clockTime(to, zone, language),
    min: short(Math.min(...chart.samples.map(({ min }) => min))),
    max: short(Math.max(...chart.samples.map(({ max }) => max))),
    unit,
  });
  const value = ({ value, threshold }: Limit) =>
    `${threshold === undefined ? '' : `${sides[threshold.side]} `}${short(value)} ${unit}`.trim();
  const told = ({ threshold, ...limit }: Limit) => {
    if (threshold === undefined) return t('resident.limit', { value: value(limit) });
    const what = { name: localName(threshold.name, language), value: value({ threshold, ...limit }) };
    return threshold.for_s === 0
      ? t('resident.threshold', what)
      : t('resident.thresholdFor', { ...what, count: Math.round(threshold.for_s / 6) / 10 });
  };
  const line = (piece: Chart['samples']) =>
    piece
      .map((sample, index) => {
        const to = `${x(sample.time)} ${y(sample.mean)}`;
        if (index === 0) return `M${to}`;
        return step ? `H${x(sample.time)}V${y(sample.mean)}` : `L${to}`;
      })
      .join('');
  const band = (piece: Chart['samples']) =>
    [
      ...piece.map((sample) => `${x(sample.time)},${y(sample.max)}`),
      ...[...piece].reverse().map((sample) => `${x(sample.time)},${y(sample.min)}`),
    ].join(' ');
  const cut = pieces(chart.samples, chart.gap_s);
  return (
    <figure className="course" data-testid="course" data-quantity={chart.quantity}>
      <figcaption>
        <b>{what}</b> {unit} <span className="side-note">{where}</span>
      </figcaption>
      <svg viewBox={`0 -6 ${width} ${height + 12}`} role="img" aria-label={words}>
        {cut.map((piece) => (
          <g key={piece[0]?.time}>
            {!step && <polygon className="course-band" points={band(piece)} />}
            <path className="course-line" d={line(piece)} />
            {piece.length === 1 && piece[0] !== undefined && (
              <circle className="course-dot" cx={x(piece[0].time)} cy={y(piece[0].mean)} r={2.5} />
            )}
          </g>
        ))}
        <Lines limits={limits} y={y} say={value} />
        <line className="course-at" x1={x(charts.at)} x2={x(charts.at)} y1={-6} y2={height + 6} />
      </svg>
      <p className="course-scale">
        <span>{clockTime(from, zone, language)}</span>
        <span>
          {t('resident.at')} {clockTime(Date.parse(charts.at), zone, language)}
        </span>
        <span>{clockTime(to, zone, language)}</span>
      </p>
      <p className="side-note">{words}</p>
      {limits.length > 0 && (
        <ul className="course-limits side-note">
          {limits.map((limit, n) => (
            <li key={n}>{told(limit)}</li>
          ))}
        </ul>
      )}
    </figure>
  );
}
