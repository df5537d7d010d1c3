import { fetchBoard } from './api/client.ts';
import { ServerClock, Ticker } from './clock.ts';
import { goTo } from './home.ts';
import { drawer, forgetPicture } from './kept.ts';
import { Live, type Socket } from './live.ts';

/** Session is what all parts of a live page share. */
export interface Session {
  clock: ServerClock;
  ticker: Ticker;
  live: Live;
}

/** endSession leads to the sign-in page; nothing of what was shown stays on this device. */
export function endSession(): void {
  forgetPicture(drawer());
  goTo('');
}

/** openSession connects a page to the gateway that served it. */
export function openSession(): Session {
  const clock = new ServerClock();
  const live = new Live({
    clock,
    dial: () => {
      const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
      return new WebSocket(`${scheme}://${location.host}/api/live`) as unknown as Socket;
    },
    board: fetchBoard,
    signedOut: endSession,
    online: () => navigator.onLine,
  });
  // A tablet that wakes up, or whose network is back, does not wait for the timer.
  addEventListener('online', () => live.retryNow());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) live.retryNow();
  });
  return { clock, ticker: new Ticker(clock), live };
}
