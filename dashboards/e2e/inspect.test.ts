import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { flaws } from './judge.ts';
import { night } from './mock/night.ts';
import { Mock } from './mock/server.ts';
import { showIn, signIn } from './pages.ts';

/**
 * The pages of inspectors: how they look and read, and the way from the tree to a
 * site, its report, a figure and its rows. SHOTS=1 keeps pictures in e2e/shots.
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

/** said gathers what the console says of errors, such as of the policy of the gateway. */
function said(page: Page): string[] {
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  return errors;
}

// English needs the most room, which a phone has the least of. LOOKS=all has the rest.
const whole = shots !== undefined || process.env.LOOKS === 'all';
const looks = [390, 820, 1920].flatMap((width) =>
  (['zh', 'en'] as const).flatMap((language) =>
    (['light', 'dark'] as const)
      .filter((scheme) => (language === 'zh') === (scheme === 'light'))
      .filter(() => whole || (width === 390 && language === 'en') || (width === 1920 && language === 'zh'))
      .map((scheme) => ({ width, language, scheme })),
  ),
);

const faces: [name: string, address: string, ready: string][] = [
  ['now', '/inspect/', 'call'],
  ['site', '/inspect/?view=site&site=heyuan', 'gap-table'],
  ['sites', '/inspect/?view=sites', 'site-row'],
  ['rows', '/inspect/?view=incidents', 'incident-row'],
  ['gaps', '/inspect/?view=coverage', 'gap-row'],
  ['report', '/inspect/?view=report&from=2026-01-01&to=2026-06-30', 'report-coverage'],
];

describe.each(looks)('$width px, $language, $scheme', ({ width, language, scheme }) => {
  test('every face can be read and used', { timeout: 240_000 }, async () => {
    const context = await browser.newContext({
      viewport: { width, height: width === 390 ? 844 : width === 820 ? 1180 : 1080 },
      colorScheme: scheme,
      reducedMotion: 'reduce',
      locale: language === 'zh' ? 'zh-CN' : 'en-GB',
      timezoneId: 'Europe/Berlin',
    });
    const page = await context.newPage();
    await signIn(page, mock.url, 'inspector', password);
    const errors = said(page);
    await showIn(page, language);
    for (const [name, address, ready] of faces) {
      await page.goto(mock.url + address);
      await page.getByTestId(ready).first().waitFor();
      if (name === 'report') await page.locator('.chart canvas').waitFor();
      const look = `inspect-${name}-${width}-${language}-${scheme}`;
      if (shots !== undefined) await page.screenshot({ path: join(shots, `${look}.png`), fullPage: true });
      expect.soft(await flaws(page), `${look}: accessibility`).toEqual([]);
      const beyond = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect.soft(beyond, `${look}: pixels beyond the edge`).toBe(0);
      if (name !== 'now') continue;
      await page.getByTestId('show-map').click();
      await page.getByTestId('mark').first().waitFor();
      await page.getByTestId('map').scrollIntoViewIfNeeded();
      if (shots !== undefined) await page.screenshot({ path: join(shots, `${look}-map.png`) });
      expect.soft(await flaws(page), `${look} with the map: accessibility`).toEqual([]);
    }
    expect(errors).toEqual([]);
    await context.close();
  });
});

test('from the tree to a site, its report, a figure and its rows', async () => {
  const page = await browser.newPage();
  await signIn(page, mock.url, 'inspector', password);
  const errors = said(page);
  await page.getByTestId('branch').nth(1).click();
  await page.waitForURL(/region=xitang/);
  await page.getByTestId('call').first().getByRole('link').first().click();
  await page.getByTestId('site-page').waitFor();
  await page.getByTestId('site-report').click();
  const figure = page.locator('[data-testid=report-classes] tr[data-key=total] [data-column=incidents] a');
  const count = Number(await figure.innerText());
  expect(count).toBeGreaterThan(0);
  await figure.click();
  await page.locator(`[data-testid=rows][data-total="${count}"]`).waitFor();
  expect(await page.getByTestId('incident-row').count()).toBe(count);
  await page.goBack();
  await page.getByTestId('report').waitFor();
  expect(errors).toEqual([]);
  await page.close();
});

test('columns that are taken away stay away, in this browser and for this user', async () => {
  const page = await browser.newPage();
  await signIn(page, mock.url, 'inspector', password);
  await page.getByTestId('tab-incidents').click();
  await page.getByTestId('columns').click();
  await page.getByTestId('column-cause').uncheck();
  await page.getByTestId('column-wait').check();
  await page.reload();
  await page.getByTestId('incident-row').first().waitFor();
  expect(await page.getByTestId('sort-cause').count()).toBe(0);
  expect(await page.getByTestId('sort-wait').count()).toBe(1);
  const file = await page.getByTestId('excel').getAttribute('href');
  expect(file).toContain('column=wait');
  expect(file).not.toContain('column=cause');
  await page.close();
});

test('each table has its own columns, order and file', async () => {
  const page = await browser.newPage();
  await signIn(page, mock.url, 'inspector', password);
  await page.goto(`${mock.url}/inspect/?view=report&from=2026-01-01&to=2026-06-30`);
  const sites = page.getByTestId('part-by_site');
  const classes = page.getByTestId('part-classes');
  await sites.getByTestId('columns').click();
  await sites.getByTestId('column-real').uncheck();
  await sites.getByTestId('columns').click();
  expect(await sites.getByTestId('sort-real').count()).toBe(0);
  expect(await classes.getByTestId('sort-real').count()).toBe(1);
  await sites.getByTestId('sort-late').click();
  await page.waitForURL(/sort=by_site\.late\.desc/);
  await classes.getByTestId('sort-name').click();
  await page.waitForURL(/sort=by_site\.late\.desc&sort=classes\.name\.asc/);
  const file = async (part: typeof sites) => (await part.getByTestId('excel').getAttribute('href')) ?? '';
  expect(await file(sites)).toContain('table=by_site');
  expect(await file(sites)).toContain('sort=by_site.late.desc');
  expect(await file(sites)).not.toContain('column=real');
  expect(await file(classes)).toContain('column=real');
  expect(await sites.locator('th[aria-sort=descending]').count()).toBe(1);

  await page.getByTestId('tab-now').click();
  await page.getByTestId('sites-as-table').click();
  await page.getByTestId('sort-silent').click();
  await page.waitForURL(/view=sites.*sort=silent&order=desc/);
  await page.getByTestId('ask-state').selectOption('gaps');
  await page.waitForURL(/state=gaps/);
  await page.locator('[data-testid=site-table-page][aria-busy=false]').waitFor();
  expect(await page.getByTestId('excel').getAttribute('href')).toMatch(/sites\.xlsx\?.*state=gaps/);
  await page.close();
});
