import { useTranslation } from 'react-i18next';
import type { Chart, ResidentCharts } from '../../shared/api/ward.ts';
import { clockTime, localName } from '../../shared/format.ts';
import { useWords } from '../../shared/ui/useWords.ts';
import { pieces, rangeOf, short } from './course.ts';

const width = 360;
const height = 120;

const units: Record<string, string> = { Cel: '℃', '%RH': '%', 'm/s2': 'm/s²', '%EL': '%', '/': '' };

/** Course draws one quantity around an incident. */
export function Course({ chart, charts, zone }: { chart: Chart; charts: ResidentCharts; zone: string }) {
  const { t } = useTranslation();
  const { language, place } = useWords();
  const from = Date.parse(charts.from);
  const to = Date.parse(charts.to);
  const { least, greatest } = rangeOf(chart.samples, chart.limit);
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
        {chart.limit !== undefined && (
          <line className="course-limit" x1={0} x2={width} y1={y(chart.limit)} y2={y(chart.limit)} />
        )}
        <line className="course-at" x1={x(charts.at)} x2={x(charts.at)} y1={-6} y2={height + 6} />
      </svg>
      <p className="course-scale">
        <span>{clockTime(from, zone, language)}</span>
        <span>
          {t('resident.at')} {clockTime(Date.parse(charts.at), zone, language)}
        </span>
        <span>{clockTime(to, zone, language)}</span>
      </p>
      <p className="side-note">
        {words}
        {chart.limit !== undefined && (
          <>
            {t('common.separator')}
            {t('resident.limit', { value: short(chart.limit) })}
          </>
        )}
      </p>
    </figure>
  );
}
