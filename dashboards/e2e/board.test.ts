import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Incident } from '../shared/api/types.ts';
import { pace, watchFrames, worstSecond } from './bench/frames.ts';
import { launch } from './browser.ts';
import { Mock } from './mock/server.ts';
import { signIn, WardPage } from './pages.ts';

/**
 * The worst evening of a board: 200 open incidents, and 50 changes in every
 * second. It runs with BENCH=1 (make bench) and prints how smoothly the page is
 * drawn; what must be true is only that in the end it shows all of them.
 */
const open = 200;
const aSecond = 50;
const seconds = 20;

describe('the fewest frames of a second', () => {
  const steady = (from: number, count: number, gap: number) =>
    Array.from({ length: count }, (_, i) => from + i * gap);

  test('of an even pace are those of any second', () => {
    expect(worstSecond(steady(0, 181, 20))).toBe(50);
  });

  test('are counted where the page stood still', () => {
    expect(worstSecond([...steady(0, 101, 20), ...steady(2600, 101, 20)])).toBe(21);
  });
});

let browser: Browser;
let mock: Mock;

const classes = ['sos', 'fall', 'call', 'fire', 'bed_exit', 'silent', 'wandering', 'water_leak'] as const;

/** evening changes the incidents of a world, one at each call, in turns. */
function evening(): () => void {
  const { world } = mock;
  let number = 0;
  const going: Incident[] = [];
  const raise = () => {
    const room = `${101 + (number % 60) + 100 * (number % 6)}`;
    going.push(
      world.raise({ class: classes[number++ % classes.length]!, room, bed: '1', resident: 'r1', waited: 30 }),
    );
  };
  while (going.length < open) raise();
  let turn = 0;
  return () => {
    const one = going[turn % going.length]!;
    switch (turn++ % 5) {
      case 0:
        if (world.get(one.id).state === 'raised') world.act(one.id, 'accept', '刘磊', {});
        else world.realarm(one.id);
        break;
      case 1:
        world.realarm(one.id);
        break;
      case 2:
        world.clear(one.id);
        break;
      case 3: // over, whatever its sensor says, so that the next one is new
        going.splice(going.indexOf(one), 1);
        world.act(one.id, 'resolve', '王芳', { cause: 'test' });
        break;
      case 4:
        raise();
    }
  };
}

describe.skipIf(process.env.BENCH === undefined)('a busy evening', () => {
  beforeAll(async () => {
    mock = new Mock();
    await mock.start();
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    await mock.stop();
  });

  test('a board of 200 open incidents follows 50 changes a second', async () => {
    const change = evening();
    const context = await browser.newContext({ viewport: { width: 820, height: 1180 }, locale: 'zh-CN' });
    const page = await context.newPage();
    page.setDefaultTimeout(45_000);
    await signIn(page, mock.url, 'wangfang', 'correct horse');
    const ward = new WardPage(page);
    await ward.ready();
    await ward.link('live');

    await watchFrames(page);
    const began = performance.now();
    let changes = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const due = Math.floor(((performance.now() - began) / 1000) * aSecond);
        for (; changes < due && changes < seconds * aSecond; changes++) change();
        if (changes < seconds * aSecond) return;
        clearInterval(timer);
        resolve();
      }, 5);
    });
    const took = (performance.now() - began) / 1000;
    const drawn = await pace(page);

    console.log(
      `ward board, ${open} open incidents at 820 px, ${(changes / took).toFixed(0)} changes/s: ` +
        `${(drawn.frames / drawn.seconds).toFixed(1)} frames/s over ${drawn.seconds.toFixed(1)} s, ` +
        `${drawn.worstSecond} in the worst second, longest gap ${drawn.longestGap.toFixed(0)} ms, ` +
        `${drawn.longTasks} long tasks (longest ${drawn.longestTask.toFixed(0)} ms)`,
    );

    const states = new Map([...mock.world.incidents.values()].map(({ id, state }) => [id, state]));
    const expected = [...states].filter(([, state]) => state !== 'resolved').length;
    await expect.poll(() => ward.page.getByTestId('card').count(), { timeout: 30_000 }).toBe(expected);
    for (const state of ['raised', 'accepted'] as const) {
      const shown = ward.page.locator(`[data-testid=card][data-state=${state}]`);
      const known = [...states.values()].filter((one) => one === state).length;
      await expect.poll(() => shown.count(), { timeout: 30_000 }).toBe(known);
    }
    await context.close();
  }, 300_000);
});
