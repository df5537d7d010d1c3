import type { ElderNow } from '../shared/api/family.ts';
import type { Now } from './now.ts';

/** Headline is what stands largest on the page of an elder. */
export type Headline = Now | 'unknown' | 'learning' | 'noConsent' | 'left' | 'away' | 'unwatched';

/**
 * headlineOf says what a family must read first. What goes on comes before
 * everything; that all is well may only be said of somebody who is watched.
 */
export function headlineOf(now: Now, elder: ElderNow | undefined, unknown: boolean): Headline {
  if (elder?.consent === false) return 'noConsent';
  if (unknown) return 'unknown';
  if (now !== 'calm' && now !== 'over') return now;
  if (elder === undefined) return 'learning';
  if (elder.left === true) return 'left';
  if (elder.away === true) return 'away';
  if (!elder.watched) return 'unwatched';
  return now;
}
