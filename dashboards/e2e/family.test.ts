import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { flaws } from './judge.ts';
import { Mock } from './mock/server.ts';
import { showIn, signIn } from './pages.ts';

/** The pages of relatives. SHOTS=1 keeps the pictures in e2e/shots. */

const shots = process.env.SHOTS === '1' ? join(import.meta.dirname, 'shots') : undefined;
const password = 'correct horse';

let browser: Browser;
let mock: Mock;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  mock = new Mock();
  await mock.start();
});
afterEach(() => mock.stop());

async function phone(scheme: 'light' | 'dark' = 'light', width = 390): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 844 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    locale: 'zh-CN',
    timezoneId: 'Europe/Berlin', // a phone abroad; times are the elder's
  });
  return context.newPage();
}

async function judge(page: Page, name: string): Promise<void> {
  if (shots !== undefined) {
    const fullPage = (await page.locator('dialog').count()) === 0;
    await page.screenshot({ path: join(shots, `${name}.png`), fullPage });
  }
  expect.soft(await flaws(page), name).toEqual([]);
  expect
    .soft(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      `${name}: pixels beyond the edge`,
    )
    .toBe(0);
}

test('the daughter comes in by the link that the home sent her', async () => {
  const page = await phone();
  await page.goto(`${mock.url}/family/enter/#AbCdEf`);
  await page.getByTestId('enter-go').waitFor();
  expect(page.url(), 'what opens an account leaves the address bar').toBe(`${mock.url}/family/enter/`);
  await page.getByTestId('enter-go').click();
  await page.getByText('0009').waitFor();
  await page.getByTestId('code').fill('654321');
  await page.getByTestId('enter-go').click();
  await page.getByTestId('enter-trouble').waitFor();
  await page.getByTestId('code').fill('123456');
  await page.getByTestId('enter-go').click();
  await page.waitForURL(`${mock.url}/family/`);
  await page.getByTestId('now').waitFor();
  await page.context().close();
});

test('a link that was used leads to the number of her phone', async () => {
  const page = await phone();
  await page.goto(`${mock.url}/family/enter/#used`);
  await page.getByTestId('enter-go').click();
  await page.getByTestId('use-phone').click();
  await page.getByTestId('phone').fill('138 0000 0009');
  await page.getByTestId('enter-go').click();
  await page.getByTestId('code').fill('123456');
  await page.getByTestId('enter-go').click();
  await page.waitForURL(`${mock.url}/family/`);
  await page.context().close();
});

test('an account with a second step asks for it after the message', async () => {
  const page = await phone();
  await page.goto(`${mock.url}/family/enter/#AbCdEf`);
  await page.getByTestId('enter-go').click();
  await page.getByTestId('code').fill('234567');
  expect(await page.getByTestId('step').count(), 'nobody is asked before').toBe(0);
  await page.getByTestId('enter-go').click();
  await page.getByTestId('step').fill('000000');
  await page.getByTestId('enter-go').click();
  await expect
    .poll(() => page.getByTestId('step').inputValue(), { message: 'a wrong one is asked for once more' })
    .toBe('');
  await page.getByTestId('step').fill('246802');
  await page.getByTestId('enter-go').click();
  await page.waitForURL(`${mock.url}/family/`);
  await page.context().close();
});

test('nobody tells her that all is well while her mother is not watched', async () => {
  mock.family.elder = { watched: false, since: '2026-01-05T04:10:00Z' };
  const page = await phone();
  await signIn(page, mock.url, 'daughter', password);
  await page.locator('[data-now=unwatched]').waitFor();
  expect(await page.getByTestId('now').innerText()).toContain('12:10');
  expect(await page.getByTestId('call').getAttribute('href')).toBe('tel:057188001234');
  await page.context().close();
});

test('without consent she reads whom to ask, and nothing else', async () => {
  const { id, name } = { id: 'r1', name: '陈桂英' };
  mock.family.elder = { id, name, consent: false, watched: false, routine: undefined };
  const page = await phone();
  await signIn(page, mock.url, 'daughter', password);
  await page.locator('[data-now=noConsent]').waitFor();
  expect(await page.getByTestId('routine').count()).toBe(0);
  expect(await page.getByTestId('timeline').count()).toBe(0);
  await page.context().close();
});

test('she says what she wants to be told, and is asked for alerts only when she taps', async () => {
  const page = await phone();
  let asked = 0;
  await page.exposeFunction('countAsked', () => (asked += 1));
  await page.addInitScript(() => {
    Notification.requestPermission = () => {
      void (globalThis as unknown as { countAsked(): void }).countAsked();
      return Promise.resolve('denied');
    };
  });
  await signIn(page, mock.url, 'daughter', password);
  await page.getByTestId('tell').click();
  await page.getByTestId('urgent-only').check();
  await page.getByRole('radio', { name: '这段时间不打扰' }).check();
  await page.getByTestId('quiet-from').fill('21:30');
  await page.getByRole('checkbox', { name: '周一' }).uncheck();
  await page.getByTestId('tell-save').click();
  await page.getByText('已保存').waitFor();
  expect(mock.family.wants.urgent_only).toBe(true);
  expect(mock.family.wants.quiet).toEqual(
    [2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '21:30', to: '07:00' })),
  );
  expect(asked).toBe(0);
  await page.getByTestId('tell-me').click();
  await page.getByText('手机没有允许提醒').waitFor();
  expect(asked).toBe(1);
  await page.context().close();
});

// Each language and each scheme; LOOKS=all has each with each.
const faces = [
  ['zh', 'light'],
  ['zh', 'dark'],
  ['en', 'light'],
  ['en', 'dark'],
] as const;
const whole = shots !== undefined || process.env.LOOKS === 'all';

describe.each(whole ? faces : [faces[0], faces[3]])('%s, %s', (language, scheme) => {
  test.each(shots === undefined ? [390] : [390, 820, 1920])('%d px', async (width) => {
    const name = (page: string) => `${page}-${width}-${language}-${scheme}`;
    const page = await phone(scheme, width);
    await page.goto(`${mock.url}/family/enter/#AbCdEf`);
    await page.getByTestId('enter-go').waitFor();
    await showIn(page, language);
    await page.getByTestId('enter-go').click();
    await page.getByTestId('code').waitFor();
    await judge(page, name('family-enter'));
    mock.family.elder = { watched: false, since: '2026-01-05T04:10:00Z' };
    await page.getByTestId('code').fill('123456');
    await page.getByTestId('enter-go').click();
    await page.locator('[data-now=unwatched]').waitFor();
    await judge(page, name('family-unwatched'));
    await page.getByTestId('tell').click();
    await page.getByTestId('tell-me').waitFor();
    await page.locator('input[name=quiet]').nth(1).check();
    await judge(page, name('family-tell'));
    await page.context().close();
  });
});
