import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ServerClock, Ticker } from './clock.ts';
import { start } from './testing/incidents.ts';

describe('ServerClock', () => {
  let steady = 0;
  const clock = () => new ServerClock(() => steady);
  beforeEach(() => {
    steady = 1_000;
  });

  test('before the first frame it is the clock of the screen', () => {
    vi.useFakeTimers({ now: start });
    expect(clock().now()).toBe(start);
    vi.useRealTimers();
  });

  test('it runs on between frames, however wrong the screen is', () => {
    const c = clock();
    c.heard(start, true);
    steady += 2_500;
    expect(c.now()).toBe(start + 2_500);
  });

  test('of several frames the one that was fastest here is believed', () => {
    const c = clock();
    c.heard(start - 900, true); // 900 ms on its way
    c.heard(start - 40, true);
    c.heard(start - 700, true);
    expect(c.now()).toBe(start - 40);
  });

  test('a frame of an older change cannot set it back', () => {
    const c = clock();
    c.heard(start, true);
    c.heard(start - 3_600_000, false);
    expect(c.now()).toBe(start);
  });

  test('a gateway whose clock was set back is followed within a minute', () => {
    const c = clock();
    c.heard(start, true);
    steady += 61_000;
    c.heard(start - 3_600_000, true);
    expect(c.now()).toBe(start - 3_600_000);
  });

  test('of a storm the fastest of the last minute is believed, whenever it came', () => {
    const c = clock();
    for (let n = 0; n < 600; n++) {
      c.heard(start + n * 100 - (n === 250 ? 5 : 80), true);
      steady += 100;
    }
    expect(c.now()).toBe(start + 60_000 - 5);
    for (let n = 600; n < 900; n++) {
      c.heard(start + n * 100 - 80, true);
      steady += 100;
    }
    expect(c.now()).toBe(start + 90_000 - 80);
  });

  test('a frame without a time changes nothing', () => {
    const c = clock();
    c.heard(start, true);
    c.heard(Number.NaN, true);
    expect(c.now()).toBe(start);
  });
});

describe('Ticker', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: start });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('it tells each second once', () => {
    const ticker = new Ticker({ now: () => Date.now() });
    const seen: number[] = [];
    ticker.now(); // as a page does that draws itself for the first time
    const leave = ticker.subscribe(() => seen.push(ticker.now() - start));
    vi.advanceTimersByTime(4_000);
    leave();
    expect(seen).toEqual([1_000, 2_000, 3_000, 4_000]);
  });

  test('it stops when nobody looks, and is right again when somebody does', () => {
    const ticker = new Ticker({ now: () => Date.now() });
    const leave = ticker.subscribe(() => {});
    leave();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(ticker.now()).toBe(start + 60_000);
  });
});
