import type { Notice } from '../shared/api/types.ts';

/** Told is how far one message has come; the words are those of `notice`, `proof` and `trail`. */
export type Told =
  | { how: 'waiting' | 'sent' | 'dropped' }
  /** It is proved to have come so far. */
  | { how: 'proved'; proof: Exclude<Notice['proof'], 'nothing'> }
  /** The way that was tried failed; `other` says that another one is tried. */
  | { how: 'failed'; reason: string; other: boolean };

/** toldOf says how far a message has come. What is proved counts more than what was tried since. */
export function toldOf({ state, proof, reason }: Notice): Told {
  if (state === 'failed') return { how: 'failed', reason: reason ?? '', other: false };
  if (proof === 'delivered' || proof === 'read' || proof === 'accepted') return { how: 'proved', proof };
  if (state === 'done') return proof === 'nothing' ? { how: 'sent' } : { how: 'proved', proof };
  if (state === 'waiting' && reason) return { how: 'failed', reason, other: true };
  return { how: state };
}
