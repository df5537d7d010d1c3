import type { Chart } from '../../shared/api/ward.ts';

type Sample = Chart['samples'][number];

/** pieces cuts samples where nothing was measured between two of them: no line is drawn there. */
export function pieces(samples: readonly Sample[], gap: number): Sample[][] {
  const cut: Sample[][] = [];
  let before: number | undefined;
  for (const sample of samples) {
    const at = Date.parse(sample.time);
    if (before === undefined || at - before > gap * 1000) cut.push([]);
    cut[cut.length - 1]?.push(sample);
    before = at;
  }
  return cut;
}

/** Range is what the height of a chart stands for. */
export interface Range {
  least: number;
  greatest: number;
}

/**
 * rangeOf leaves room above and below, and shows the nearest limit on either side,
 * and those between. A limit far beyond the next one, such as 300 ppm where the air
 * has 2, would press the readings flat.
 */
export function rangeOf(samples: readonly Sample[], limits: readonly number[] = []): Range {
  const values = samples.flatMap(({ min, max }) => [min, max]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const under = limits.filter((limit) => limit <= low);
  const over = limits.filter((limit) => limit >= high);
  const least = under.length > 0 ? Math.max(...under) : low;
  const greatest = over.length > 0 ? Math.min(...over) : high;
  // A sensor that says the same all the time is a line in the middle.
  const room = greatest > least ? (greatest - least) * 0.08 : Math.max(1, Math.abs(greatest) * 0.1);
  return { least: least - room, greatest: greatest + room };
}

/** short says a value with as many digits as help. */
export function short(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

/** Limit is a line of a chart: above what the sensor alarmed, or at what a rule begins to hold. */
export interface Limit {
  value: number;
  /** Of a rule; what the sensor said has none. */
  threshold?: Chart['thresholds'][number];
}

/** limitsOf lists the lines of a chart by value. */
export function limitsOf(chart: Pick<Chart, 'limit' | 'thresholds'>): Limit[] {
  const limits: Limit[] = chart.thresholds.map((threshold) => ({ value: threshold.value, threshold }));
  if (chart.limit !== undefined) limits.push({ value: chart.limit });
  return limits.sort((a, b) => a.value - b.value);
}
