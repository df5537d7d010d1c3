/** Period is the days of a report, both included, as YYYY-MM-DD. */
export interface Period {
  from: string;
  to: string;
}

/** Kind says what a period is: half-years and quarters of a year, or other days. */
export type Kind = 'half1' | 'half2' | 'q1' | 'q2' | 'q3' | 'q4' | 'free';

const months: Record<Exclude<Kind, 'free'>, [first: number, last: number]> = {
  half1: [1, 6],
  half2: [7, 12],
  q1: [1, 3],
  q2: [4, 6],
  q3: [7, 9],
  q4: [10, 12],
};

/** kinds lists what can be chosen, without the free one. */
export const kinds = Object.keys(months) as Exclude<Kind, 'free'>[];

const two = (n: number) => String(n).padStart(2, '0');

/** periodOf returns the days of a part of a year. */
export function periodOf(kind: Exclude<Kind, 'free'>, year: number): Period {
  const [first, last] = months[kind];
  const lastDay = new Date(Date.UTC(year, last, 0)).getUTCDate();
  return { from: `${year}-${two(first)}-01`, to: `${year}-${two(last)}-${lastDay}` };
}

/** kindOf says which part of which year some days are. */
export function kindOf({ from, to }: Period): Kind {
  const year = Number(from.slice(0, 4));
  return (
    kinds.find((kind) => {
      const period = periodOf(kind, year);
      return period.from === from && period.to === to;
    }) ?? 'free'
  );
}

/** halfYearOf is the half-year in which a day lies. */
export function halfYearOf(day: string): Period {
  return periodOf(Number(day.slice(5, 7)) <= 6 ? 'half1' : 'half2', Number(day.slice(0, 4)));
}

/** daysBefore is the day so many days earlier. */
export function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

/** isPeriod reports whether a report can be made of some days: in order, a year at most. */
export function isPeriod({ from, to }: Period): boolean {
  const day = /^\d{4}-\d{2}-\d{2}$/;
  if (!day.test(from) || !day.test(to)) return false;
  const length = (Date.parse(to) - Date.parse(from)) / 86_400_000;
  return length >= 0 && length <= 365;
}
