import type { DutyView } from '../shared/api/types.ts';

export type Gap = DutyView['gaps'][number];

const day = 24 * 60 * 60 * 1000;

/** gapsSoon lists the gaps of a roster that go on now or begin within a day, the first one first. */
export function gapsSoon(gaps: readonly Gap[], now: number): Gap[] {
  return gaps
    .filter(({ from, to }) => Date.parse(from) <= now + day && Date.parse(to) > now)
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
}
