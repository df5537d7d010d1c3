import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { flaws, overflow, small } from './judge.ts';
import { night } from './mock/night.ts';
import { Mock } from './mock/server.ts';
import { signIn, showIn, WardPage } from './pages.ts';

/**
 * How the pages look and read on a phone, a tablet and a wall screen, in both
 * languages, light and dark. SHOTS=1 keeps the pictures in e2e/shots.
 */

const shots = process.env.SHOTS === '1' ? join(import.meta.dirname, 'shots') : undefined;
const password = 'correct horse';

let browser: Browser;
let mock: Mock;
beforeAll(async () => {
  browser = await launch();
  mock = new Mock();
  await mock.start();
  night(mock.world, mock.alerting);
});
afterAll(async () => {
  await browser.close();
  await mock.stop();
});

// The phone has the least room and the wall screen is read from afar: those two
// are looked at each time, all of them with LOOKS=all (make look).
const whole = shots !== undefined || process.env.LOOKS === 'all';

// Whether something fits depends on width and language, whether it can be read
// on width and scheme: pairing language with scheme leaves nothing out and takes
// half the time. Pictures are taken of all.
const looks = [390, 820, 1920].flatMap((width) =>
  (['zh', 'en'] as const).flatMap((language) =>
    (['light', 'dark'] as const)
      .filter((scheme) => shots !== undefined || (language === 'zh') === (scheme === 'light'))
      .filter(() => whole || width === 390 || (width === 1920 && language === 'en'))
      .map((scheme) => ({ width, language, scheme })),
  ),
);

async function open(look: (typeof looks)[number]): Promise<Page> {
  const { width, language, scheme } = look;
  const context = await browser.newContext({
    viewport: { width, height: width === 390 ? 844 : width === 820 ? 1180 : 1080 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    timezoneId: 'Europe/Berlin', // a tablet that is set wrongly; times are the site's
  });
  return context.newPage();
}

/** keep takes a picture; of a page with a dialog, which covers the screen, only the screen. */
async function keep(page: Page, name: string): Promise<void> {
  if (shots === undefined) return;
  const fullPage = (await page.locator('dialog').count()) === 0;
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage });
}

async function inspect(page: Page, name: string): Promise<void> {
  await keep(page, name);
  expect.soft(await flaws(page), `${name}: accessibility`).toEqual([]);
  expect.soft(await overflow(page), `${name}: pixels beyond the edge`).toBe(0);
  expect.soft(await small(page), `${name}: buttons that are too small`).toEqual([]);
}

describe.each(looks)('$width px, $language, $scheme', (look) => {
  const name = (page: string) => `${page}-${look.width}-${look.language}-${look.scheme}`;

  test('sign-in', async () => {
    const page = await open(look);
    await page.goto(mock.url);
    await page.getByTestId('signin-submit').click();
    await page.getByTestId('signin-trouble').waitFor();
    await inspect(page, name('signin'));
    await page.context().close();
  });

  test('account', async () => {
    const page = await open(look);
    await page.goto(mock.url);
    await page.getByTestId('login').fill('newcomer');
    await page.getByTestId('password').fill(password);
    await page.getByTestId('signin-submit').click();
    await page.getByTestId('one-time').waitFor();
    await showIn(page, look.language);
    await inspect(page, name('account-first'));
    await page.context().clearCookies();
    await signIn(page, mock.url, 'liulei', password);
    await page.goto(`${mock.url}/account/`);
    await showIn(page, look.language);
    await page.getByTestId('step-text').fill(password);
    await page.getByTestId('step-submit').click();
    await page.getByTestId('step-secret').waitFor();
    await inspect(page, name('account'));
    await page.context().close();
  });

  test('ward', async () => {
    const page = await open(look);
    await signIn(page, mock.url, 'team', password);
    await showIn(page, look.language);
    const ward = new WardPage(page);
    await ward.ready();
    await inspect(page, name('ward-mute'));
    await page.getByTestId('start-shift').click();
    await page.getByTestId('not-heard').click();
    await inspect(page, name('ward-shift'));
    await page.getByTestId('heard').click();
    await ward.recent.locator('summary').click();
    for (const strip of ['duty', 'shelves']) await page.getByTestId(strip).locator('summary').click();
    await page.getByTestId('explained').first().locator('summary').click();
    await page.evaluate(() => scrollTo(0, 0));
    await inspect(page, name('ward'));
    await ward.card('303').getByTestId('resolve').click();
    await inspect(page, name('ward-resolve'));
    await page.keyboard.press('Escape');
    await ward.card('405').getByTestId('note').click();
    await page.getByTestId('trail').waitFor();
    await inspect(page, name('ward-note'));
    await page.keyboard.press('Escape');
    await page.getByTestId('pending').click();
    await inspect(page, name('ward-pending'));
    await page.getByTestId('pending-sheet').getByTestId('explain').first().click();
    await page.getByTestId('explain-sheet').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('shelve').click();
    await page.getByTestId('shelve-class').selectOption('fire');
    await inspect(page, name('ward-shelve'));
    await page.keyboard.press('Escape');
    await page.context().close();
  });

  test('contacts', async () => {
    const page = await open(look);
    await signIn(page, mock.url, 'liulei', password);
    await showIn(page, look.language);
    await page.getByTestId('settings').click();
    await inspect(page, name('settings'));
    await page.getByTestId('contacts').click();
    await page.getByTestId('contacts-try').click();
    await page.getByTestId('tried').first().waitFor();
    await inspect(page, name('contacts'));
    await page.context().close();
  });

  test('plans', async () => {
    const page = await open(look);
    await signIn(page, mock.url, 'team', password);
    await showIn(page, look.language);
    await page.getByTestId('settings').click();
    await page.getByTestId('plans-page').click();
    await page.getByTestId('document').fill('duties:\n\t- id: carer');
    await page.locator('.example summary').click();
    await page.getByTestId('document-save').click();
    await page.getByTestId('mistakes').waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    await inspect(page, name('plans'));
    await page.getByTestId('tab-residents').click();
    await page.getByTestId('resident-row').first().waitFor();
    await inspect(page, name('plans-residents'));
    await page.getByTestId('resident-row').nth(2).getByTestId('care').click();
    await page.getByTestId('care-rule').waitFor();
    await page.getByTestId('add-away').click();
    await inspect(page, name('plans-care'));
    await page.keyboard.press('Escape');
    await page.getByTestId('consent').first().click();
    await inspect(page, name('plans-consent'));
    await page.context().close();
  });

  test('alarm health', async () => {
    const page = await open(look);
    // An inspector does not see where somebody lives.
    await signIn(page, mock.url, look.width === 820 ? 'inspector' : 'team', password);
    await page.getByTestId('settings').click();
    await page.getByTestId('alarm-health').click();
    await showIn(page, look.language);
    await page.getByTestId('answer-overall').waitFor();
    await page.locator('.notes summary').click();
    await page.evaluate(() => scrollTo(0, 0));
    await inspect(page, name('health'));
    await page.context().close();
  });

  test.each([
    ['inspector', 'inspect', 'row'],
    ['daughter', 'family', 'timeline'],
    ['operator', 'admin', 'point-row'],
  ])('%s', async (login, at, shown) => {
    const page = await open(look);
    await signIn(page, mock.url, login, password);
    await page.getByTestId(shown).first().waitFor();
    await inspect(page, name(at));
    await page.context().close();
  });
});

test('a calm board looks calm', { timeout: 240_000 }, async () => {
  const quiet = new Mock();
  await quiet.start();
  for (const look of looks) {
    const page = await open(look);
    await signIn(page, quiet.url, 'wangfang', password);
    const ward = new WardPage(page);
    await ward.ready();
    await ward.startShift();
    await ward.calm.waitFor();
    await inspect(page, `calm-${look.width}-${look.language}-${look.scheme}`);
    await page.context().close();
  }
  await quiet.stop();
});

test('a board that has lost its gateway cannot be overlooked', { timeout: 240_000 }, async () => {
  const dying = new Mock();
  await dying.start();
  night(dying.world);
  const boards: [name: string, ward: WardPage][] = [];
  for (const look of looks) {
    const page = await open(look);
    await signIn(page, dying.url, 'wangfang', password);
    await showIn(page, look.language);
    const ward = new WardPage(page);
    await ward.ready();
    await ward.startShift();
    boards.push([`stale-${look.width}-${look.language}-${look.scheme}`, ward]);
  }
  await dying.stop();
  for (const [name, ward] of boards) {
    await ward.stale.waitFor();
    await inspect(ward.page, name);
    await ward.page.context().close();
  }
});
