import type { Page } from 'playwright-core';

/** Pace is how smoothly a page was drawn while it was watched. */
export interface Pace {
  seconds: number;
  frames: number;
  /** Frames of the second that had the fewest, whenever it began. */
  worstSecond: number;
  /** The longest pause between two frames, in milliseconds. */
  longestGap: number;
  /** Tasks that kept the page from drawing for more than 50 ms. */
  longTasks: number;
  longestTask: number;
}

interface Watched {
  times: number[];
  tasks: number[];
  running: boolean;
}

declare global {
  interface Window {
    watched?: Watched;
  }
}

/** watchFrames begins to note each frame that the page draws, and its long tasks. */
export function watchFrames(page: Page): Promise<void> {
  return page.evaluate(() => {
    const watched: Watched = { times: [], tasks: [], running: true };
    window.watched = watched;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) watched.tasks.push(entry.duration);
    }).observe({ type: 'longtask' });
    const note = (at: number) => {
      watched.times.push(at);
      if (watched.running) requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
}

/** pace ends the watching. */
export async function pace(page: Page): Promise<Pace> {
  const { times, tasks } = await page.evaluate(() => {
    const watched = window.watched!;
    watched.running = false;
    return { times: watched.times, tasks: watched.tasks };
  });
  return {
    seconds: (times.at(-1)! - times[0]!) / 1000,
    frames: times.length - 1,
    worstSecond: worstSecond(times),
    longestGap: Math.max(...times.slice(1).map((at, i) => at - times[i]!)),
    longTasks: tasks.length,
    longestTask: Math.max(0, ...tasks),
  };
}

/** worstSecond counts the frames in the window of one second that has the fewest. */
export function worstSecond(times: number[]): number {
  const last = times.at(-1)!;
  let fewest = Infinity;
  // The emptiest window begins just after a frame.
  for (let first = 0, end = 0; first < times.length; first++) {
    if (times[first]! + 1000 > last) break;
    while (end < times.length && times[end]! <= times[first]! + 1000) end++;
    fewest = Math.min(fewest, end - first - 1);
  }
  return fewest;
}
