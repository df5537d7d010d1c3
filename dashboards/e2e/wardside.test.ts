import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { flaws, overflow, small } from './judge.ts';
import { night } from './mock/night.ts';
import { Mock } from './mock/server.ts';
import { showIn, signIn, WardPage } from './pages.ts';

/**
 * The pages beside the board: how they look and read, and the evacuation list on
 * two tablets, one of which loses the gateway. SHOTS=1 keeps the pictures.
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
  night(mock.world, mock.alerting);
  return () => mock.stop();
});
afterAll(() => browser.close());

/** inspect takes a picture and says what would keep somebody from using the page. */
async function inspect(page: Page, name: string): Promise<void> {
  if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  expect(await flaws(page), name).toEqual([]);
  expect(await overflow(page), `${name} is wider than the screen`).toBeLessThanOrEqual(0);
}

async function open(width: number, scheme: 'light' | 'dark', language: 'zh' | 'en', login = 'wangfang') {
  const context = await browser.newContext({
    viewport: { width, height: width > 1000 ? 1080 : 900 },
    colorScheme: scheme,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
  });
  const page = await context.newPage();
  await signIn(page, mock.url, login, password);
  await showIn(page, language);
  await new WardPage(page).ready();
  return page;
}

// The phone has the least room and the wall screen is read from afar; LOOKS=all
// has the tablet too.
const faces = [
  [390, 'dark', 'zh'],
  [390, 'light', 'en'],
  [820, 'light', 'zh'],
  [1920, 'dark', 'en'],
] as const;
const whole = process.env.SHOTS === '1' || process.env.LOOKS === 'all';

describe.each(faces.filter(([width]) => whole || width !== 820))(
  'at %i, %s, %s',
  (width, scheme, language) => {
    test('every page can be read', { timeout: 120_000 }, async () => {
      const page = await open(width, scheme, language);
      const name = (what: string) => `side-${what}-${width}-${language}-${scheme}`;
      await page.getByTestId('tab-plan').click();
      await page.getByTestId('plan-map').waitFor();
      await inspect(page, name('plan'));
      await page.getByTestId('tab-evacuation').click();
      await page.getByTestId('evac-floor').waitFor();
      await inspect(page, name('evacuation'));
      await page.getByTestId('tab-handover').click();
      await page.getByTestId('sign').waitFor();
      await page.getByTestId('partner').selectOption('王芳');
      await inspect(page, name('handover'));
      await page.getByTestId('tab-board').click();
      await page.getByTestId('resident-link').first().click();
      await page.getByTestId('resident-page').waitFor();
      await page.getByTestId('show-charts').first().click();
      await page.getByTestId('course').first().waitFor();
      const warm = page.locator('[data-testid=course][data-quantity=temperature]');
      expect(await warm.getByTestId('course-limit').allTextContents()).toEqual(['< 16 ℃', '> 32 ℃']);
      expect(await warm.innerText()).toContain(
        language === 'zh' ? '室内高温：≥ 38 ℃' : 'Heat indoors: ≥ 38 ℃',
      );
      await inspect(page, name('resident'));
      await page.context().close();
    });
  },
);

describe('an evacuation list on two tablets', () => {
  const person = (page: Page, at: number) => page.getByTestId('evacuee').nth(at);
  const out = (page: Page) => page.getByTestId('count-out').innerText();

  /** list opens the list by the card of the fire. */
  async function list(login: string): Promise<Page> {
    const page = await open(820, 'light', 'zh', login);
    await page.getByTestId('evacuation-link').first().click();
    await page.getByTestId('tick').first().waitFor();
    return page;
  }

  test('a tick of one is on the other, and what was ticked without a gateway is sent once', async () => {
    const [one, other] = [await list('wangfang'), await list('liulei')];
    await person(one, 0).getByTestId('tick').click();
    await expect.poll(() => out(other), { timeout: 15_000 }).toBe('1');
    expect(await person(other, 0).getByTestId('ticked-by').innerText()).toContain('王芳');

    await mock.stop();
    await person(one, 1).getByTestId('tick').click();
    await person(one, 2).getByTestId('tick').click();
    await one.locator('[data-testid=evac][data-waiting="2"]').waitFor();
    expect(await out(one)).toBe('3');

    await mock.start();
    await one.locator('[data-testid=evac][data-waiting="0"]').waitFor();
    await expect.poll(() => out(other), { timeout: 20_000 }).toBe('3');
    await one.context().close();
    await other.context().close();
  });

  test('it prints each floor on a page, with boxes to tick by hand', async () => {
    const page = await list('wangfang');
    await page.emulateMedia({ media: 'print' });
    const floors = page.locator('.evac-floor');
    for (const floor of await floors.all()) expect(await floor.isVisible()).toBe(true);
    expect(await page.locator('.evac-box').first().isVisible()).toBe(true);
    expect(await page.getByTestId('tick').first().isVisible()).toBe(false);
    const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length;
    expect(pages).toBe(await floors.count());
    if (shots !== undefined)
      await page.screenshot({ path: join(shots, 'side-evacuation-print.png'), fullPage: true });
    await page.context().close();
  });
});

test('a hand-over is signed by both, and a wrong secret is told', async () => {
  const page = await open(820, 'light', 'zh', 'liulei');
  await page.getByTestId('tab-handover').click();
  await page.getByTestId('handover-note').fill('203 夜里发热');
  await page.getByTestId('partner').selectOption('王芳');
  await page.getByTestId('partner-secret').fill('wrong');
  await page.getByTestId('sign-send').click();
  await page.getByTestId('sign-trouble').waitFor();
  await page.getByTestId('partner-secret').fill('right');
  await page.getByTestId('sign-send').click();
  await page.getByTestId('handed-over').waitFor();
  expect(await page.getByTestId('handover-note').inputValue()).toBe('');
  await page.context().close();
});

/** resident opens the page of somebody with an open incident. */
async function resident(width: number, language: 'zh' | 'en', login: string): Promise<Page> {
  const page = await open(width, 'light', language, login);
  await page.getByTestId('resident-link').first().click();
  await page.getByTestId('resident-page').waitFor();
  return page;
}

test('a leader invites a relative by a link that is shown once', async () => {
  const page = await resident(390, 'zh', 'zhaomin');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: mock.url });
  expect(await page.getByTestId('invite').count()).toBe(1);
  expect(await page.getByTestId('export').count()).toBe(0);
  expect(await page.getByTestId('erase').count()).toBe(0);
  await page.getByTestId('invite').click();
  await page.getByTestId('invite-make').click();
  const link = await page.getByTestId('invite-link').innerText();
  expect(link).toMatch(/^https:\/\/care\.example\.org\/family\/enter\/#./);
  expect(await page.getByTestId('invite-sms').innerText()).toContain('尾号 5678');
  // The policy of the page lets the code be drawn.
  const code = page.getByTestId('invite-code');
  await expect.poll(() => code.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  await page.getByTestId('invite-copy').click();
  await page.getByTestId('invite-copy').getByText('已复制').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
  await inspect(page, 'side-invite-390');
  expect(await small(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByTestId('invite-sheet').waitFor({ state: 'detached' });
  await page.getByTestId('invite').click();
  await page.getByTestId('invite-make').waitFor();
  expect(await page.getByTestId('invite-link').count()).toBe(0);
  await page.context().close();
});

test('without the gateway there is no inviting, exporting or erasing, and the page says why', async () => {
  const page = await resident(390, 'en', 'head');
  const buttons = page.locator('[data-testid=invite], [data-testid=export], [data-testid=erase]');
  expect(await buttons.count()).toBe(3);
  await mock.stop();
  await expect.poll(() => buttons.and(page.locator(':disabled')).count()).toBe(3);
  expect(await page.getByText('This can be done when it is back.').count()).toBe(2);
  await mock.start();
  await expect.poll(() => buttons.and(page.locator(':enabled')).count(), { timeout: 15_000 }).toBe(3);
  await page.context().close();
});

test('a manager takes the data of a resident along', async () => {
  const page = await resident(390, 'en', 'head');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export').click()]);
  expect(download.suggestedFilename()).toMatch(/^resident-r\d\.zip$/);
  expect(
    readFileSync(await download.path())
      .subarray(0, 2)
      .toString(),
  ).toBe('PK');
  await page.getByTestId('exported').waitFor();
  await inspect(page, 'side-export-390');
  expect(await small(page)).toEqual([]);
  await page.context().close();
});

test('a manager erases a resident by his name, once no incident is open', async () => {
  const page = await resident(390, 'zh', 'head');
  await page.getByTestId('erase').click();
  const sheet = page.getByTestId('erase-sheet');
  const send = sheet.getByTestId('erase-send');
  await sheet.getByTestId('erase-reason').selectOption('requested');
  await sheet.getByTestId('erase-name').fill('张秀');
  expect(await send.isDisabled()).toBe(true);
  await sheet.getByTestId('erase-name').fill('张秀英');
  await send.click();
  expect(await sheet.getByTestId('erase-trouble').innerText()).toContain('还有没处理完的报警');
  await inspect(page, 'side-erase-390');
  expect(await small(page)).toEqual([]);

  for (const { id, state, resident } of mock.world.incidents.values()) {
    if (resident !== undefined && state !== 'resolved') {
      mock.world.act(id, 'resolve', '王芳', { cause: 'test' });
    }
  }
  await send.click();
  await page.getByTestId('erased').waitFor();
  expect(await page.getByTestId('resident-page').count()).toBe(0);
  await inspect(page, 'side-erased-390');
  await page.context().close();
});

test('a carer has no button to invite, to export or to erase', async () => {
  const page = await resident(390, 'zh', 'wangfang');
  for (const button of ['invite', 'export', 'erase']) {
    expect(await page.getByTestId(button).count(), button).toBe(0);
  }
  await page.context().close();
});
