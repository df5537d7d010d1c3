import type { Sheet, SheetLine } from '../../shared/api/admin.ts';

/** Trigger is one thing that was triggered at a point. */
export interface Trigger {
  line: SheetLine;
  tick: SheetLine['ticks'][number];
}

/** triggers lists what was triggered, the latest first. */
export function triggers(sheet: Sheet): Trigger[] {
  return sheet.points
    .flatMap((line) => line.ticks.map((tick) => ({ line, tick })))
    .sort((a, b) => Date.parse(b.tick.last_at) - Date.parse(a.tick.last_at));
}

/** presses counts every trigger, so that a further one of the same point is noticed. */
export function presses(sheet: Sheet): number {
  return sheet.points.reduce((sum, line) => sum + line.ticks.reduce((all, tick) => all + tick.times, 0), 0);
}

/** progress says how many points of the floor have been triggered. */
export function progress(sheet: Sheet): { done: number; all: number } {
  const live = sheet.points.filter((line) => line.retired !== true);
  return { done: live.filter((line) => line.ticks.length > 0).length, all: live.length };
}

/** floorsOf lists the floors that rooms name, the lowest first. */
export function floorsOf(zones: readonly { floor: string }[]): string[] {
  return [...new Set(zones.map(({ floor }) => floor))]
    .filter((floor) => floor !== '')
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}
