import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { flaws, overflow, small } from './judge.ts';
import { Mock } from './mock/server.ts';
import { villagers } from './mock/villagers.ts';
import { showIn, signIn } from './pages.ts';

/**
 * A community worker's telephone at three in the morning: a fall in a village,
 * whom to call, what to tell the ambulance. SHOTS=1 keeps the pictures.
 */

const shots = process.env.SHOTS === '1' ? join(import.meta.dirname, 'shots') : undefined;
const password = 'correct horse';

let browser: Browser;
let mock: Mock;
beforeAll(async () => {
  browser = await launch();
});
beforeEach(async () => {
  mock = new Mock();
  await mock.start();
  return () => mock.stop();
});
afterAll(() => browser.close());

/** fallAt raises a fall at a home, which has waited for so many seconds. */
function fallAt(n: number, waited = 42, of: 'fall' | 'fire' = 'fall') {
  const { site, resident } = villagers[n]!;
  return mock.world.raise({ class: of, site, resident: resident.id, room: '1', waited });
}

async function open(scheme: 'light' | 'dark', language: 'zh' | 'en', login = 'worker'): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    colorScheme: scheme,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  await signIn(page, mock.url, login, password);
  await showIn(page, language);
  return page;
}

/** dialled keeps the browser from opening its dialler, and lists what it would have called. */
async function dialled(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const called: string[] = [];
    (globalThis as unknown as { called: string[] }).called = called;
    document.addEventListener('click', (event) => {
      const link = (event.target as Element).closest('a[href^="tel:"]');
      if (link === null) return;
      event.preventDefault();
      called.push(link.getAttribute('href') ?? '');
    });
  });
  return () => page.evaluate(() => (globalThis as unknown as { called: string[] }).called);
}

const whom = (page: Page, name: string) => page.getByTestId('whom').filter({ hasText: name });

test('a fall in the night, from the list to the ambulance', { timeout: 120_000 }, async () => {
  const fall = fallAt(0);
  const page = await open('dark', 'zh');
  expect(new URL(page.url()).pathname).toBe('/community/');
  await page.getByTestId('start-shift').click();
  await page.getByTestId('heard').click();
  const sounding = (as: string) => page.locator(`[data-testid=community][data-sounding=${as}]`).waitFor();
  await sounding('urgent');
  await page.getByTestId('village').first().waitFor();
  expect(await page.getByTestId('village').count()).toBe(3);
  expect(await page.getByTestId('home').count()).toBe(villagers.length);
  await page.getByTestId('count-silent').click();
  expect(await page.getByTestId('home').count()).toBe(1);
  await page.getByTestId('count-silent').click();
  await page.getByTestId('search').fill('王桂');
  expect(await page.getByTestId('home').count()).toBe(1);
  await page.getByTestId('search').fill('');

  await page.getByTestId('line').click();
  expect(await page.getByTestId('who').innerText()).toBe('王桂兰');
  expect(await page.getByTestId('address').innerText()).toContain('松下村12号');
  await page.getByTestId('access').waitFor();
  await page.getByTestId('copy').click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('松下村12号');

  const called = await dialled(page);
  await whom(page, '王桂兰').getByTestId('tel').click();
  await sounding('quiet'); // nothing sounds into a call
  await page.getByTestId('outcome-no_answer').click();
  await whom(page, '周玉梅').getByTestId('tel').click();
  await page.getByTestId('outcome-no_answer').click();
  await expect.poll(() => page.getByTestId('try').count()).toBe(2);
  expect(await called()).toEqual(['tel:+860000000112', 'tel:+8600000000202']);
  // Whoever has the key is next, and still nobody has taken it.
  expect(await page.locator('[data-testid=whom][data-next=true]').innerText()).toContain('何惠芳');
  expect(mock.world.get(fall.id).state).toBe('raised');
  expect(mock.world.rows.get(fall.id)?.map(({ kind }) => kind)).toContain('incident.called');

  await page.getByTestId('accept').click();
  await page.locator('[data-testid=case][data-state=accepted]').waitFor();
  await page.getByTestId('arrive').click();
  await page.locator('[data-testid=case][data-state=arrived]').waitFor();

  await page.getByTestId('emergency').click();
  const said = await page.getByTestId('say').innerText();
  for (const part of ['松下村12号', '王桂兰', '跌倒', '吸氧', '陈志远', '+860000000900']) {
    expect(said).toContain(part);
  }
  await page.getByTestId('dial-120').click();
  await page.getByTestId('called-120').click();
  await page.getByTestId('logged-120').waitFor();
  expect((await called()).at(-1)).toBe('tel:120');
  await page.keyboard.press('Escape');

  await page.getByTestId('note').click();
  const history = page.getByTestId('note-sheet').getByTestId('history');
  await history.getByText('陈志远 打了电话 周玉梅 没人接').waitFor();
  await history.getByText('陈志远 打了电话 120 已拨打').waitFor();
  await page.keyboard.press('Escape');

  await page.getByTestId('resolve').click();
  await page.getByTestId('resolve-sheet').getByTestId('cause-false-other').click();
  await expect.poll(() => mock.world.get(fall.id).state).toBe('resolved');
  await page.getByTestId('back').click();
  await page.getByTestId('homes').waitFor();
  expect(await page.getByTestId('line').count()).toBe(0);
  await page.context().close();
});

test('a fire is for 119 first', async () => {
  fallAt(1, 10, 'fire');
  const page = await open('light', 'zh');
  await page.getByTestId('line').click();
  await page.getByTestId('tel').first().waitFor();
  await page.getByTestId('emergency').click();
  expect(await page.locator('[data-first=true]').innerText()).toContain('119');
  await page.context().close();
});

test('what was pressed without a gateway is told to it when it is back', { timeout: 120_000 }, async () => {
  const fall = fallAt(2);
  const page = await open('light', 'zh');
  await page.getByTestId('line').click();
  await whom(page, '周玉梅').getByTestId('tel').waitFor();
  await dialled(page);
  await mock.stop();
  await whom(page, '周玉梅').getByTestId('tel').click();
  await page.getByTestId('outcome-reached').click();
  await page.getByTestId('try-pending').waitFor();
  await page.getByTestId('accept').click();
  await page.getByTestId('queued').waitFor();
  await mock.start();
  await expect.poll(() => mock.world.get(fall.id).state, { timeout: 30_000 }).toBe('accepted');
  await expect.poll(() => page.getByTestId('try').count(), { timeout: 30_000 }).toBe(1);
  expect(await page.getByTestId('try-pending').count()).toBe(0);
  await page.context().close();
});

test('who works in a house and for homes goes from one page to the other', async () => {
  const page = await open('light', 'zh', 'team');
  expect(new URL(page.url()).pathname).toBe('/ward/');
  await page.getByTestId('settings').click();
  await page.getByTestId('community-page').click();
  await page.waitForURL(/\/community\/$/);
  await page.getByTestId('settings').click();
  await page.getByTestId('ward-page').click();
  await page.waitForURL(/\/ward\/$/);
  await page.context().close();
});

test('who watches no home is sent where he belongs', async () => {
  const page = await open('light', 'zh', 'wangfang');
  await page.goto(`${mock.url}/community/`);
  await page.waitForURL(/\/ward\/$/);
  await page.context().close();
});

describe.each([
  ['light', 'zh'],
  ['dark', 'en'],
] as const)('at 390, %s, %s', (scheme, language) => {
  test('every screen can be read and pressed', { timeout: 120_000 }, async () => {
    fallAt(0, 95);
    const other = fallAt(5, 900);
    mock.world.act(other.id, 'accept', '陈志远', {});
    const page = await open(scheme, language);
    const look = async (name: string) => {
      if (shots !== undefined) {
        await page.screenshot({ path: join(shots, `community-${name}-${language}-${scheme}.png`) });
        await page.screenshot({
          path: join(shots, `community-${name}-${language}-${scheme}-whole.png`),
          fullPage: true,
        });
      }
      expect(await flaws(page), name).toEqual([]);
      expect(await overflow(page), `${name} is wider than the screen`).toBeLessThanOrEqual(0);
      expect(await small(page), name).toEqual([]);
    };
    await page.getByTestId('village').first().waitFor();
    await look('mute');
    await page.getByTestId('start-shift').click();
    await page.getByTestId('heard').click();
    await look('homes');
    await page.getByTestId('line').first().click();
    await page.getByTestId('tel').first().waitFor();
    await dialled(page);
    await look('case');
    await page.getByTestId('tel').nth(1).click();
    await page.getByTestId('call-sheet').waitFor();
    await look('call');
    await page.getByTestId('outcome-no_answer').click();
    await page.getByTestId('try').waitFor();
    await look('tried');
    await page.getByTestId('emergency').click();
    await page.getByTestId('say').waitFor();
    await look('emergency');
    await page.context().close();
  });
});
