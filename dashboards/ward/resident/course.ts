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

/** rangeOf leaves room above and below, and shows the limit where there is one. */
export function rangeOf(samples: readonly Sample[], limit?: number): Range {
  const values = samples.flatMap(({ min, max }) => [min, max]);
  if (limit !== undefined) values.push(limit);
  const least = Math.min(...values);
  const greatest = Math.max(...values);
  // A sensor that says the same all the time is a line in the middle.
  const room = greatest > least ? (greatest - least) * 0.08 : Math.max(1, Math.abs(greatest) * 0.1);
  return { least: least - room, greatest: greatest + room };
}

/** short says a value with as many digits as help. */
export function short(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}
