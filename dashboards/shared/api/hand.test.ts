import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, Refused } from './client.ts';
import { hands, type Hand } from './hand.ts';

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
