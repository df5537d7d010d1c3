import { expect, test } from 'vitest';
import { Refused } from '../shared/api/client.ts';
import type { Calls } from '../shared/api/community.ts';
import { CallQueue } from './callQueue.ts';

/** gateway answers, or does not, and notes what it was told. */
function gateway() {
  const told: string[] = [];
  const state = { fails: undefined as Error | undefined };
  const queue = new CallQueue((incident, to, outcome) => {
    if (state.fails !== undefined) return Promise.reject(state.fails);
    told.push(`${incident} ${to} ${outcome}`);
    return Promise.resolve({ incident } as Calls);
  });
  return { told, state, queue };
}

test('what could not be sent waits and is sent in its order', async () => {
  const { told, state, queue } = gateway();
  state.fails = new TypeError('no network');
  await queue.log('i', 'u-neighbour', 'no_answer');
  await queue.log('i', '120', 'called');
  expect([told, queue.pending().length]).toEqual([[], 2]);
  state.fails = undefined;
  await queue.flush();
  expect(told).toEqual(['i u-neighbour no_answer', 'i 120 called']);
  expect([queue.pending().length, queue.error()]).toEqual([0, undefined]);
});

test('what is refused is not sent for ever, and it is told', async () => {
  const { state, queue } = gateway();
  state.fails = new Refused({ status: 409, code: 'too_many_calls', detail: '' });
  await queue.log('i', '120', 'called');
  expect(queue.pending()).toEqual([]);
  expect(queue.error()).toBe(state.fails);
});

test('a gateway that is busy is asked again', async () => {
  const { told, state, queue } = gateway();
  state.fails = new Refused({ status: 503, code: 'unavailable', detail: '' });
  await queue.log('i', '120', 'called');
  expect(queue.pending().length).toBe(1);
  state.fails = undefined;
  await queue.flush();
  expect(told).toEqual(['i 120 called']);
});
