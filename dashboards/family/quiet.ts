import type { Wants } from '../shared/api/family.ts';

/** Night is what a family can say of its quiet hours: the same on each of some days. */
export interface Night {
  on: boolean;
  from: string;
  to: string;
  /** 1 (Monday) to 7 (Sunday), on which the hours begin. */
  days: readonly number[];
}

/** nightOf reads quiet hours; where days differ, those of the first are offered for all. */
export function nightOf(quiet: Wants['quiet']): Night {
  const [first] = quiet;
  if (first === undefined) return { on: false, from: '22:00', to: '07:00', days: [1, 2, 3, 4, 5, 6, 7] };
  return { on: true, from: first.from, to: first.to, days: [...new Set(quiet.map(({ day }) => day))].sort() };
}

/** quietOf is the way back. */
export function quietOf({ on, from, to, days }: Night): Wants['quiet'] {
  return on ? days.map((day) => ({ day, from, to })) : [];
}
