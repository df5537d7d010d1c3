/** Standing is what the lists need of a point; the gateway decides it. */
export interface Standing {
  state: 'proved' | 'unproven' | 'silent';
  doubt?: string;
}

/** The choices of the filter, the usual one first. */
export const filters = ['doubtful', 'silent', 'all'] as const;
export type Filter = (typeof filters)[number];

/** passes reports whether a point is shown under a filter. */
export function passes(point: Standing, filter: Filter): boolean {
  return filter === 'all' || (filter === 'silent' ? point.state === 'silent' : point.state !== 'proved');
}

/**
 * urgency orders points, the lowest first: of the unproven nobody has been
 * told, of the silent somebody has. Those whose edge is offline come last of
 * these, since the edge stands for them.
 */
export function urgency(point: Standing): number {
  if (point.state === 'proved') return 3;
  if (point.state === 'silent') return 1;
  return point.doubt === 'edge_offline' || point.doubt === 'outage' ? 2 : 0;
}

/** spanOf splits seconds into a count of the largest unit that fits. */
export function spanOf(seconds: number): { unit: 'seconds' | 'minutes' | 'hours'; count: number } {
  if (seconds < 300) return { unit: 'seconds', count: Math.round(seconds) };
  if (seconds < 7200) return { unit: 'minutes', count: Math.round(seconds / 60) };
  return { unit: 'hours', count: Math.round(seconds / 3600) };
}
