import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Board, Incident } from './api/types.ts';
import { staleAfter } from './live.ts';
import { accepted, at, incident, resolved, start } from './testing/incidents.ts';
import { Screen } from './testing/screen.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});
afterEach(() => {
  vi.useRealTimers();
});

/** watching is a screen that has a picture up to a number. */
function watching(number: number, incidents: Incident[] = [], view?: string): Screen {
  const screen = new Screen();
  screen.socket.open();
  screen.socket.snapshot(number, incidents, view);
  return screen;
}

/** back cuts the connection, waits for the next dial and returns what the screen says then. */
function back(screen: Screen) {
  screen.socket.cut();
  vi.advanceTimersByTime(5_000);
  return screen.socket.open();
}

describe('the first picture', () => {
  test('is asked for as a whole', () => {
    const screen = new Screen();
    expect(screen.live.picture()).toMatchObject({ link: 'connecting', complete: false });
    expect(screen.socket.open()).toEqual({ type: 'hello' });
    screen.socket.snapshot(7, [incident('a')]);
    expect(screen.live.picture()).toMatchObject({ link: 'live', complete: true });
    expect(screen.ids).toEqual(['a']);
  });

  test('is not taken for whole when only a number has come', () => {
    const screen = new Screen();
    screen.socket.open();
    screen.socket.upto(40);
    screen.socket.incident(41, incident('a'));
    expect(screen.live.picture().complete).toBe(false);
    expect(screen.ids).toEqual(['a']);
    expect(back(screen)).toEqual({ type: 'hello' });
  });

  test('that never comes leaves the screen offline', () => {
    const screen = new Screen();
    for (let tries = 0; tries < 3; tries++) {
      screen.socket.cut();
      vi.advanceTimersByTime(5_000);
    }
    expect(screen.live.status()).toMatchObject({ link: 'offline', age: undefined, stale: true });
  });
});

describe('an alarm at which nobody arrived', () => {
  const taken = accepted(incident('a'), 5);
  const back = incident('a', { revision: taken.revision + 1 });
  const who = (screen: Screen) => screen.live.picture().returned.get('a')?.name;

  test('keeps the name of whoever had accepted it, over a reconnection', () => {
    const screen = watching(7, [taken]);
    screen.socket.incident(8, back);
    expect(who(screen)).toBe('王芳');
    screen.socket.snapshot(9, [back, incident('b')]);
    expect(who(screen)).toBe('王芳');
  });

  test('is known although the screen was away when it came back', () => {
    const screen = watching(7, [taken]);
    screen.socket.snapshot(9, [back]);
    expect(who(screen)).toBe('王芳');
  });

  test.each([
    ['somebody accepts it again', accepted(back, 90, '刘磊')],
    ['it alarms again', { ...back, alarms: 2, revision: back.revision + 1 }],
  ])('is forgotten when %s', (_, next) => {
    const screen = watching(7, [taken]);
    screen.socket.incident(8, back);
    screen.socket.incident(9, next);
    expect(who(screen)).toBeUndefined();
  });
});

describe('a reconnection', () => {
  test('continues after the last number, for the same view', () => {
    const screen = watching(7, [], 'v1');
    screen.socket.incident(9, incident('a'));
    expect(back(screen)).toEqual({ type: 'hello', after: 9, view: 'v1' });
  });

  test('continues after what an upto has named', () => {
    const screen = watching(7);
    screen.socket.upto(31);
    expect(back(screen)).toEqual({ type: 'hello', after: 31 });
  });

  test('keeps the picture meanwhile and shows what was missed', () => {
    const screen = watching(7, [incident('a')]);
    screen.socket.cut();
    expect(screen.live.picture().link).toBe('reconnecting');
    expect(screen.ids).toEqual(['a']);
    vi.advanceTimersByTime(5_000);
    screen.socket.open();
    screen.socket.incident(8, incident('b'));
    screen.socket.incident(9, accepted(incident('a'), 4));
    expect(screen.ids).toEqual(['a', 'b']);
    expect(screen.show('a')?.state).toBe('accepted');
    expect(screen.live.picture().link).toBe('live');
  });

  test('takes a whole picture as the truth: what is not in it is gone', () => {
    const screen = watching(7, [incident('a'), incident('b')]);
    back(screen);
    screen.socket.snapshot(30, [incident('b'), incident('c')]);
    expect(screen.ids).toEqual(['b', 'c']);
    expect(screen.live.number).toBe(30);
  });

  test('believes a ledger that was set back', () => {
    const screen = watching(90, [accepted(incident('a'), 3)]);
    back(screen);
    screen.socket.snapshot(12, [incident('a')]);
    expect(screen.show('a')?.state).toBe('raised');
    expect(back(screen)).toMatchObject({ after: 12 });
  });

  test('is tried at least each 5 s for as long as the gateway is away', () => {
    const screen = watching(7);
    const dials: number[] = [];
    screen.socket.cut();
    for (let tries = 0; tries < 200; tries++) {
      const before = screen.sockets.length;
      const from = Date.now();
      while (screen.sockets.length === before) vi.advanceTimersByTime(50);
      dials.push(Date.now() - from);
      screen.socket.cut();
    }
    expect(Math.max(...dials)).toBeLessThanOrEqual(5_000);
    expect(dials[0]).toBeLessThanOrEqual(500);
  });

  test('comes at once when somebody looks at the screen again', () => {
    const screen = watching(7);
    screen.socket.cut();
    screen.live.retryNow();
    expect(screen.sockets).toHaveLength(2);
    screen.live.retryNow();
    expect(screen.sockets).toHaveLength(2);
  });
});

describe('frames', () => {
  test('that were had already change nothing', () => {
    const screen = watching(7, [accepted(incident('a'), 2)]);
    screen.socket.incident(5, incident('a'));
    screen.socket.incident(7, incident('b'));
    expect(screen.show('a')?.state).toBe('accepted');
    expect(screen.ids).toEqual(['a']);
  });

  test('that come twice or out of order are applied once, and the number never falls', () => {
    const screen = watching(7);
    const old = incident('a');
    screen.socket.incident(9, accepted(old, 2));
    screen.socket.incident(8, old);
    screen.socket.incident(9, old);
    screen.socket.upto(6);
    expect(screen.show('a')?.state).toBe('accepted');
    expect(screen.live.number).toBe(9);
  });

  test('with holes in their numbers are fine: others see what this person may not', () => {
    const screen = watching(7);
    screen.socket.incident(20, incident('a'));
    screen.socket.incident(35, incident('b'));
    expect(screen.live.number).toBe(35);
  });

  test.each(['no JSON', 'null', '{"type":"snapshot","number":8,"incidents":5,"time":"x"}'])(
    'that cannot be read make the screen begin anew: %s',
    (data) => {
      const screen = watching(7, [incident('a')]);
      screen.socket.onmessage?.({ data });
      expect(screen.sockets[0]?.closed).toBe(true);
      vi.advanceTimersByTime(5_000);
      expect(screen.socket.open()).toEqual({ type: 'hello' });
    },
  );

  test('of a burst are drawn a few times and none is left out', () => {
    const screen = new Screen({ flush: false });
    screen.socket.open();
    screen.socket.snapshot(0, []);
    vi.advanceTimersByTime(100);
    let drawn = 0;
    screen.live.subscribe(() => drawn++);
    for (let n = 1; n <= 1000; n++) screen.socket.incident(n, incident(`i${n}`));
    vi.advanceTimersByTime(100);
    expect(drawn).toBe(2);
    expect(screen.ids).toHaveLength(1000);
  });

  test('leave an unchanged incident as it is, so that its card is not drawn again', () => {
    const screen = watching(7, [incident('a')]);
    const held = screen.show('a');
    screen.socket.snapshot(8, [incident('a')]);
    expect(screen.show('a')).toBe(held);
  });

  test('of what ended long ago are forgotten, and of the last hour kept', () => {
    const screen = watching(7, [resolved(incident('old'), -3590), resolved(incident('new'), -60)]);
    for (let second = 0; second < 30; second += 5) {
      vi.advanceTimersByTime(5_000);
      screen.socket.upto(7);
    }
    expect(screen.ids).toEqual(['new']);
  });
});

describe('silence', () => {
  test('makes the picture older and then untrustworthy', () => {
    const screen = watching(7);
    vi.advanceTimersByTime(4_000);
    expect(screen.live.status()).toMatchObject({ link: 'live', age: 4_000, stale: false });
    screen.socket.cut();
    vi.advanceTimersByTime(staleAfter - 4_000);
    expect(screen.live.status()).toMatchObject({ link: 'reconnecting', stale: false });
    vi.advanceTimersByTime(1);
    expect(screen.live.status()).toMatchObject({ link: 'offline', stale: true });
  });

  test('of a connection that TCP believes alive is noticed', () => {
    const screen = watching(7);
    vi.advanceTimersByTime(staleAfter);
    expect(screen.sockets[0]?.closed).toBe(true);
    vi.advanceTimersByTime(500);
    expect(screen.sockets).toHaveLength(2);
  });

  test('does not last while the gateway says upto', () => {
    const screen = watching(7);
    for (let beat = 0; beat < 100; beat++) {
      vi.advanceTimersByTime(5_000);
      screen.socket.upto(7);
    }
    expect(screen.sockets).toHaveLength(1);
    expect(screen.live.status()).toMatchObject({ link: 'live', age: 0 });
  });

  test('of a dial that hangs ends after 10 s', () => {
    const screen = new Screen();
    vi.advanceTimersByTime(10_000);
    expect(screen.sockets[0]?.closed).toBe(true);
    vi.advanceTimersByTime(500);
    expect(screen.sockets).toHaveLength(2);
  });

  test('is said at once when the browser knows that there is no network', () => {
    const screen = watching(7);
    screen.online = false;
    screen.socket.cut();
    expect(screen.live.status().link).toBe('offline');
  });
});

describe('bye', () => {
  test('to a slow screen: it is back within 300 ms and catches up', () => {
    const screen = watching(7);
    screen.socket.say({ type: 'bye', number: 0, reason: 'slow' });
    vi.advanceTimersByTime(300);
    expect(screen.socket.open()).toEqual({ type: 'hello', after: 7 });
  });

  test('at a restart: screens come back spread over two seconds', () => {
    const returns = [0, 0.5, 1].map((random) => {
      const screen = new Screen({ random });
      screen.socket.open();
      screen.socket.snapshot(7, []);
      screen.socket.say({ type: 'bye', number: 0, reason: 'shutdown' });
      const from = Date.now();
      while (screen.sockets.length === 1) vi.advanceTimersByTime(10);
      screen.live.stop();
      return Date.now() - from;
    });
    expect(returns).toEqual([300, 1_150, 2_000]);
  });

  test('to whoever was signed out: the page is told once and nothing is tried again', () => {
    const screen = watching(7);
    screen.socket.say({ type: 'bye', number: 0, reason: 'signed_out' });
    vi.advanceTimersByTime(60_000);
    expect(screen.signedOut).toBe(1);
    expect(screen.sockets).toHaveLength(1);
  });
});

describe('a blocked live channel', () => {
  const board = (number: number, ...incidents: Incident[]): Promise<Board> =>
    Promise.resolve({ number, time: new Date().toISOString(), incidents });

  test('leaves the picture to HTTP, and says so', async () => {
    const screen = new Screen();
    screen.board = () => board(5, incident('a'));
    screen.socket.cut();
    await vi.advanceTimersByTimeAsync(1);
    expect(screen.ids).toEqual(['a']);
    expect(screen.live.status()).toMatchObject({ stale: false, polling: true });
  });

  test('is over with the first frame', async () => {
    const screen = new Screen();
    screen.board = () => board(5, incident('a'));
    screen.socket.cut();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(screen.socket.open()).toEqual({ type: 'hello', after: 5 });
    screen.socket.upto(5);
    expect(screen.live.status()).toMatchObject({ link: 'live', polling: false });
  });

  test('that was a session which has ended leads to signing in', async () => {
    const screen = new Screen();
    screen.board = () => Promise.resolve('signed_out');
    screen.socket.cut();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(screen.signedOut).toBe(1);
  });

  test('cannot undo what frames have said while the answer was on its way', async () => {
    const screen = watching(7, [incident('a')]);
    let answer: (board: Board) => void = () => {};
    screen.board = () => new Promise((resolve) => (answer = resolve));
    screen.socket.cut();
    vi.advanceTimersByTime(5_000);
    screen.socket.cut(); // refused: now HTTP is asked
    answer({ number: 6, time: at(0), incidents: [] });
    await vi.advanceTimersByTimeAsync(0);
    expect(screen.ids).toEqual(['a']);
  });
});

describe('the answer to an action', () => {
  test('shows at once, and its own frame after it changes nothing', () => {
    const screen = watching(7, [incident('a')]);
    const taken = accepted(incident('a'), 3);
    screen.live.apply(taken);
    expect(screen.show('a')?.state).toBe('accepted');
    screen.socket.incident(8, taken);
    expect(screen.show('a')).toEqual(taken);
  });

  test('that comes after a newer frame is passed over', () => {
    const screen = watching(7, [incident('a')]);
    const taken = accepted(incident('a'), 3);
    screen.socket.incident(9, resolved(taken, 5));
    screen.live.apply(taken);
    expect(screen.show('a')?.state).toBe('resolved');
  });
});

test('a screen that is closed does nothing more', () => {
  const screen = watching(7);
  screen.live.stop();
  expect(screen.sockets[0]?.closed).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('whatever is cut, doubled or slow, the screen ends with what the gateway has', () => {
  for (let seed = 1; seed <= 200; seed++) {
    // A small generator of the same numbers each time, so that a seed can be tried again.
    let state = seed;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
    const feed: Incident[] = [];
    const world = new Map<string, Incident>();
    const commit = () => {
      const id = `i${random(6)}`;
      const next = incident(id, { revision: (world.get(id)?.revision ?? 0) + 1, note: `${feed.length}` });
      world.set(id, next);
      feed.push(next);
    };
    const screen = new Screen();
    const welcome = () => {
      const hello = screen.socket.open();
      if (hello?.after === undefined || random(5) === 0) {
        screen.socket.snapshot(feed.length, [...world.values()]);
        return;
      }
      // One frame too many at the seam is allowed; one too few would be a loss.
      for (let n = Math.max(0, hello.after - random(2)); n < feed.length; n++) {
        screen.socket.incident(n + 1, feed[n]!);
      }
      screen.socket.upto(feed.length);
    };
    welcome();
    for (let step = 0; step < 40; step++) {
      commit();
      switch (random(4)) {
        case 0:
          screen.socket.cut();
          for (let missed = random(5); missed > 0; missed--) commit();
          vi.advanceTimersByTime(5_000);
          welcome();
          break;
        case 1:
          screen.live.apply(feed.at(-1)!);
          screen.socket.incident(feed.length, feed.at(-1)!);
          screen.socket.incident(feed.length, feed.at(-1)!);
          break;
        default:
          screen.socket.incident(feed.length, feed.at(-1)!);
      }
    }
    screen.live.stop();
    expect(new Map(screen.live.picture().incidents), `seed ${seed}`).toEqual(world);
  }
}, 60_000);
