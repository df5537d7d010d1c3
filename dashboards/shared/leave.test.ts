import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { first } from './leave.ts';

describe('what is done before signing out', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is waited for', async () => {
    let done = false;
    const going = first(async () => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      done = true;
    });
    await vi.advanceTimersByTimeAsync(500);
    await going;
    expect(done).toBe(true);
  });

  test.each([
    ['fails', () => Promise.reject(new TypeError('no network'))],
    ['takes too long', () => new Promise<void>(() => {})],
  ])('keeps nobody from leaving when it %s', async (_, work) => {
    let left = false;
    void first(work).then(() => (left = true));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(left).toBe(true);
  });
});
