import type { AlarmHealth, Answer, Language } from '../shared/api/types.ts';
import { waited } from '../shared/format.ts';

/** The lengths of time that can be chosen, in days. */
export const ranges = [1, 7, 30, 90] as const;
export type Range = (typeof ranges)[number];

/** percent writes a share of 0 to 1; a small one is not made nothing. */
export function percent(share: number, language: Language): string {
  return new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    style: 'percent',
    maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0,
  }).format(share);
}

/** decimal writes a rate with as many places as tell something. */
export function decimal(rate: number, language: Language): string {
  return new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    maximumFractionDigits: rate < 10 ? 2 : 0,
  }).format(rate);
}

/** wait writes seconds as a clock does; none is a dash. */
export function wait(seconds: number | undefined, count: number): string {
  return count === 0 ? '–' : waited((seconds ?? 0) * 1000);
}

/** A group of answers with its heading; only the first has none. */
export interface Group {
  by: 'overall' | 'byShift' | 'byClass' | 'bySite';
  answers: Answer[];
}

/** groupsOf are the groups of answer times that have something to compare. */
export function groupsOf({ overall, by_shift, by_class, by_site }: AlarmHealth['answers']): Group[] {
  const groups: Group[] = [
    { by: 'overall', answers: [overall] },
    { by: 'byShift', answers: by_shift },
    { by: 'byClass', answers: by_class },
    { by: 'bySite', answers: by_site.length > 1 ? by_site : [] },
  ];
  return groups.filter(({ answers }) => answers.length > 0);
}

/**
 * worse reports whether a rate is above a reference that is known. Without a
 * resident there is no rate, and nothing to compare.
 */
export function worse(rate: number, reference: number | undefined): boolean {
  return reference !== undefined && rate > reference;
}
