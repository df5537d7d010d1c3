import { expect, test } from 'vitest';
import type { Notice } from '../shared/api/types.ts';
import { at } from '../shared/testing/incidents.ts';
import { toldOf } from './notices.ts';

test.each<[string, Partial<Notice>, object]>([
  ['waits to be sent', { state: 'waiting' }, { how: 'waiting' }],
  ['was sent', { state: 'sent', proof: 'taken' }, { how: 'sent' }],
  [
    'was read while the best proof is still awaited',
    { state: 'sent', proof: 'read' },
    { how: 'proved', proof: 'read' },
  ],
  [
    'came as far as its channel can prove',
    { state: 'done', proof: 'taken' },
    { how: 'proved', proof: 'taken' },
  ],
  ['was accepted by key', { state: 'done', proof: 'accepted' }, { how: 'proved', proof: 'accepted' }],
  ['is no longer needed', { state: 'dropped' }, { how: 'dropped' }],
  [
    'was no longer needed when it was read',
    { state: 'dropped', proof: 'read' },
    { how: 'proved', proof: 'read' },
  ],
  [
    'goes another way',
    { state: 'waiting', reason: 'no_answer' },
    { how: 'failed', reason: 'no_answer', other: true },
  ],
  [
    'has no way left',
    { state: 'failed', proof: 'taken', reason: 'unproved' },
    { how: 'failed', reason: 'unproved', other: false },
  ],
])('a message that %s', (_, change, told) => {
  const notice: Notice = {
    phrase: 'alarm',
    state: 'waiting',
    proof: 'nothing',
    step: 0,
    round: 0,
    created_at: at(0),
    ...change,
  };
  expect(toldOf(notice)).toEqual(told);
});
