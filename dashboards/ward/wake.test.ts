import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { patienceFor, WakeLock } from './wake.ts';

/** Screen stands for the browser: it grants the lock, or not, and takes it back. */
class Screen extends EventTarget {
  hidden = false;
  grants = true;
  lock: (EventTarget & { released: boolean; release: () => Promise<void> }) | undefined;

  readonly request = () => {
    if (!this.grants || this.hidden) return Promise.reject(new DOMException('no', 'NotAllowedError'));
    const lock = Object.assign(new EventTarget(), { released: false, release: () => Promise.resolve() });
    lock.release = () => {
      this.take();
      return Promise.resolve();
    };
    this.lock = lock;
    return Promise.resolve(lock);
  };

  take(): void {
    const { lock } = this;
    this.lock = undefined;
    if (lock === undefined) return;
    lock.released = true;
    lock.dispatchEvent(new Event('release'));
  }

  hide(hidden: boolean): void {
    this.hidden = hidden;
    if (hidden) this.take();
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

let screen: Screen;
let wake: WakeLock;
beforeEach(() => {
  vi.useFakeTimers();
  screen = new Screen();
  vi.stubGlobal('document', screen);
  vi.stubGlobal('navigator', { wakeLock: { request: screen.request } });
  wake = new WakeLock();
});
afterEach(() => {
  wake.release();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('where the browser never grants it, nothing can be lost', async () => {
  screen.grants = false;
  expect(await wake.hold()).toBe(false);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(wake.state()).toBe('unasked');
});

test('a lock that the browser takes back is taken again at once', async () => {
  await wake.hold();
  screen.take();
  await vi.advanceTimersByTimeAsync(0);
  expect(screen.lock?.released).toBe(false);
  expect(wake.state()).toBe('held');
});

test('one that it does not give back is lost, until it does', async () => {
  const heard: string[] = [];
  wake.subscribe(() => heard.push(wake.state()));
  await wake.hold();
  screen.grants = false; // the battery is low
  screen.take();
  await vi.advanceTimersByTimeAsync(patienceFor.shown - 1);
  expect(wake.state()).toBe('held');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(wake.state()).toBe('lost');
  screen.grants = true; // plugged in
  await vi.advanceTimersByTimeAsync(5_000);
  expect(heard).toEqual(['held', 'lost', 'held']);
});

test('a page that was out of sight for a moment has lost nothing', async () => {
  await wake.hold();
  screen.hide(true);
  await vi.advanceTimersByTimeAsync(30_000);
  screen.hide(false);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(wake.state()).toBe('held');
});

test('one that stays out of sight watches for nobody', async () => {
  await wake.hold();
  screen.hide(true);
  await vi.advanceTimersByTimeAsync(patienceFor.hidden + 5_000);
  expect(wake.state()).toBe('lost');
});

test('whoever ends the watch is not told of a loss', async () => {
  await wake.hold();
  wake.release();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(wake.state()).toBe('unasked');
  expect(screen.lock).toBeUndefined();
});
