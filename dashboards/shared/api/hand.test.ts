import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ask, Refused } from './client.ts';
import { Hands, hands, patience, type Hand } from './hand.ts';

const needsHand = { error: { code: 'needs_hand' }, response: new Response(null, { status: 403 }) };

/** once answers the first call by asking for a hand, and the second one by what is given. */
function once(second: () => Promise<{ data?: string; error?: unknown; response: Response }>) {
  let calls = 0;
  return () => (++calls === 1 ? Promise.resolve(needsHand) : second());
}

function nurse(stays: boolean): Hand {
  return { token: 'token', user: 'u-wang', name: '王芳', stays };
}

describe('a hand at a station', () => {
  let hand: Hand;
  let leave = () => {};
  beforeEach(() => {
    hand = nurse(false);
    leave = hands.keep(() => Promise.resolve(hand));
  });
  afterEach(() => leave());

  test('for one act ends when it is done', async () => {
    const answer = await ask(once(() => Promise.resolve({ data: 'done', response: new Response() })));
    expect(answer).toBe('done');
    expect(hands.current()).toBeUndefined();
  });

  test('for one act ends when it is refused', async () => {
    const refused = { error: { code: 'already_accepted' }, response: new Response(null, { status: 409 }) };
    await expect(ask(once(() => Promise.resolve(refused)))).rejects.toThrow(Refused);
    expect(hands.current()).toBeUndefined();
  });

  test('for one act ends when it is lost on the way', async () => {
    await expect(ask(once(() => Promise.reject(new TypeError('no network'))))).rejects.toThrow('no network');
    expect(hands.current()).toBeUndefined();
  });

  test('for a while stays when an act is refused', async () => {
    hand = nurse(true);
    const refused = { error: { code: 'already_accepted' }, response: new Response(null, { status: 409 }) };
    await expect(ask(once(() => Promise.resolve(refused)))).rejects.toThrow(Refused);
    expect(hands.current()).toBe(hand);
  });
});

describe('an act that waits for somebody to say who she is', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  async function asked(after: number, stays: boolean) {
    const asker = new Hands();
    asker.keep(() => new Promise((resolve) => setTimeout(() => resolve(nurse(stays)), after)));
    const going = asker.ask();
    await vi.advanceTimersByTimeAsync(after);
    return { goes: await going, hand: asker.current()?.name };
  }

  test('goes on when she does so at once', async () => {
    expect(await asked(patience - 1, false)).toEqual({ goes: true, hand: '王芳' });
  });

  test('does not go on after a minute: nobody has looked at what it is for', async () => {
    expect(await asked(patience + 1, false)).toEqual({ goes: false, hand: undefined });
  });

  test('leaves a hand that stays to the next press', async () => {
    expect(await asked(patience + 1, true)).toEqual({ goes: false, hand: '王芳' });
  });
});

describe('what was opened by somebody', () => {
  test('is closed when she is done, or somebody else is there', () => {
    const at = new Hands();
    let closed = 0;
    at.set(nurse(true));
    at.onGone(() => closed++);
    at.set({ ...nurse(true), token: 'another' });
    expect(closed).toBe(0);
    at.set({ ...nurse(true), user: 'u-liu' });
    expect(closed).toBe(1);
    at.set(undefined);
    expect(closed).toBe(2);
  });

  test('stays when a hand was for opening it only, and is used up', () => {
    const at = new Hands();
    let closed = 0;
    at.set(nurse(false));
    at.onGone(() => closed++);
    at.set(undefined);
    expect(closed).toBe(0);
  });
});
