import { expect, test } from 'vitest';
import { incident, resolved } from '../shared/testing/incidents.ts';
import { pendingOf } from './pending.ts';

const later = (id: string, seconds: number) => ({
  ...resolved(incident(id), seconds),
  cause: 'pending' as const,
  can: ['explain' as const, 'note' as const],
});
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);

test('what was left for the hand-over is listed, the oldest first', () => {
  const list = [later('b', 60), later('a', 10), resolved(incident('told'), 5), incident('open')];
  expect(ids(pendingOf(list))).toEqual(['a', 'b']);
});

test('what was told meanwhile is gone, in whichever set it stands', () => {
  const old = later('a', 10);
  const told = { ...old, cause: 'real' as const, can: ['note' as const], revision: old.revision + 1 };
  expect(pendingOf([old], [told])).toEqual([]);
  expect(pendingOf([told], [old])).toEqual([]);
});

test('whoever may not tell it is not asked', () => {
  expect(pendingOf([{ ...later('a', 10), can: ['note' as const] }])).toEqual([]);
});
