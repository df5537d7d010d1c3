import { describe, expect, test } from 'vitest';
import { Refused, type Deed } from '../shared/api/client.ts';
import type { Incident } from '../shared/api/types.ts';
import { accepted, at, incident, start } from '../shared/testing/incidents.ts';
import { Deeds } from './deeds.ts';
import { Outbox } from './outbox.ts';

/** desk is the desk of Wang Fang, whose gateway answers each deed as the test says. */
function desk(answer: (deed: Deed) => Promise<Incident>, keeps = true) {
  const done: Incident[] = [];
  const sent: Deed[] = [];
  let signedOut = 0;
  const deeds = new Deeds({
    user: 'u-wang',
    outbox: new Outbox({ user: 'u-wang', drawer: undefined, alone: (_, work) => work(), now: () => start }),
    keeps,
    done: (i) => done.push(i),
    signedOut: () => signedOut++,
    live: () => true,
    clock: { now: () => start },
    mine: () => Promise.resolve(true),
    account: () => Promise.reject(new TypeError()),
    send: (_, deed) => {
      sent.push(deed);
      return answer(deed);
    },
  });
  return { deeds, done, sent, signedOut: () => signedOut };
}

const refuse =
  (status: number, code: string, by = '') =>
  () =>
    Promise.reject(
      new Refused({ status, code, detail: code, ...(by === '' ? {} : { by, who: '王芳', at: at(3) }) }),
    );
const a = incident('a');
const note: Deed = { verb: 'note', note: 'seen' };

test('what the gateway has written down is handed on, and nothing is left to tell', async () => {
  const taken = accepted(incident('a'), 3);
  const { deeds, done } = desk(() => Promise.resolve(taken));
  expect(await deeds.promise(a, 'accept')).toBe(true);
  expect(done).toEqual([taken]);
  expect(deeds.state('a')).toBeUndefined();
});

test('while it is on its way it is shown as such, and a second press sends nothing', async () => {
  let answer: (i: Incident) => void = () => {};
  const { deeds, sent } = desk(() => new Promise((resolve) => (answer = resolve)));
  const first = deeds.promise(a, 'accept');
  expect(deeds.state('a')).toEqual({ phase: 'sending', deed: { verb: 'accept' } });
  expect(await deeds.promise(a, 'accept')).toBe(false);
  answer(accepted(incident('a'), 3));
  await first;
  expect(sent).toHaveLength(1);
});

test('what one is on its way for can be told, and of several nothing', () => {
  const { deeds } = desk(() => new Promise(() => {}));
  expect(deeds.sending()).toBeUndefined();
  void deeds.promise(a, 'accept');
  expect(deeds.sending()).toEqual({ incident: 'a', verb: 'accept' });
  void deeds.promise(incident('b'), 'arrive');
  expect(deeds.sending()).toBeUndefined();
});

test('at a station what was not sent does not wait for whoever shows her PIN next', async () => {
  const { deeds, sent } = desk(() => Promise.reject(new TypeError('no way to the gateway')), false);
  expect(await deeds.promise(a, 'accept')).toBe(false);
  expect(deeds.state('a')).toEqual({ phase: 'unsent', deed: { verb: 'accept' }, unsure: false });
  expect(deeds.queued()).toEqual([]);
  await deeds.flush();
  expect(sent).toHaveLength(1);
});

test('deeds on different incidents do not wait for each other', async () => {
  const { deeds, sent } = desk(() => new Promise(() => {}));
  void deeds.promise(a, 'accept');
  void deeds.promise(incident('b'), 'accept');
  await Promise.resolve();
  expect(sent).toHaveLength(2);
});

describe('refused', () => {
  test('because another carer was first, who may have her name: who and when stay on the card', async () => {
    const { deeds, done } = desk(refuse(409, 'already_accepted', 'u-other'));
    expect(await deeds.promise(a, 'accept')).toBe(false);
    expect(deeds.state('a')).toMatchObject({
      phase: 'refused',
      problem: { code: 'already_accepted', who: '王芳', at: at(3) },
    });
    expect(done).toEqual([]);
    deeds.dismiss('a');
    expect(deeds.state('a')).toBeUndefined();
  });

  test('because she herself had done it, the answer being lost: it counts as done', async () => {
    const { deeds } = desk(refuse(409, 'already_accepted', 'u-wang'));
    expect(await deeds.promise(a, 'accept')).toBe(true);
    expect(deeds.state('a')).toBeUndefined();
  });

  test('because the sensor is still active: her name on it makes no difference', async () => {
    const { deeds } = desk(refuse(409, 'still_active', 'u-wang'));
    expect(await deeds.send('a', { verb: 'resolve', cause: 'real', alarms: 1 })).toBe(false);
    expect(deeds.state('a')?.phase).toBe('refused');
  });

  test('because the session has ended: she signs in again', async () => {
    const { deeds, signedOut } = desk(refuse(401, 'signed_out'));
    expect(await deeds.promise(a, 'accept')).toBe(false);
    expect(await deeds.send('a', note)).toBe(false);
    expect(signedOut()).toBe(2);
  });
});

describe('without an answer', () => {
  test('a connection that failed: it was not sent', async () => {
    const { deeds } = desk(() => Promise.reject(new TypeError('Failed to fetch')));
    await deeds.send('a', note);
    expect(deeds.state('a')).toEqual({ phase: 'unsent', deed: note, unsure: false });
  });

  test('in time: it may have been done', async () => {
    const { deeds } = desk(() => Promise.reject(new DOMException('timed out', 'TimeoutError')));
    await deeds.send('a', note);
    expect(deeds.state('a')).toEqual({ phase: 'unsent', deed: note, unsure: true });
  });

  test('it can be sent again', async () => {
    let up = false;
    const taken = accepted(incident('a'), 3);
    const { deeds, done } = desk(() => (up ? Promise.resolve(taken) : Promise.reject(new TypeError())));
    await deeds.send('a', note);
    up = true;
    expect(await deeds.send('a', note)).toBe(true);
    expect(done).toEqual([taken]);
  });
});

test('listeners hear of each change until they leave', async () => {
  const { deeds } = desk(() => Promise.resolve(incident('a')));
  let heard = 0;
  const leave = deeds.subscribe(() => heard++);
  await deeds.send('a', note);
  leave();
  await deeds.send('a', note);
  expect(heard).toBe(2);
});
