import type { Picture, Status } from './live.ts';

/**
 * Doubt is the name of the text that a page shows where it would say that there
 * is nothing: an old picture, or none, proves nothing.
 */
export type Doubt = 'link.offline' | 'link.never';

/** doubtOf returns why nothing can be said of the present; undefined when it can. */
export function doubtOf(
  { complete, kept }: Pick<Picture, 'complete' | 'kept'>,
  { stale }: Pick<Status, 'stale'>,
): Doubt | undefined {
  if (complete && !stale) return undefined;
  return complete || kept !== undefined ? 'link.offline' : 'link.never';
}
