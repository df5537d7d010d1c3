import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { flaws, overflow, small } from './judge.ts';
import { Mock } from './mock/server.ts';
import { signIn, WardPage } from './pages.ts';

/** Photos of incidents: who adds one, where, and what becomes of it. */

const password = 'correct horse';
/** A picture of one pixel, as a telephone might have taken it. */
const shot = {
  name: 'IMG_0001.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
};

let browser: Browser;
let mock: Mock;
let complaints: string[] = [];
beforeAll(async () => {
  browser = await launch();
});
beforeEach(async () => {
  complaints = [];
  mock = new Mock();
  await mock.start();
  return async () => {
    await mock.stop();
    expect(complaints).toEqual([]);
  };
});
afterAll(() => browser.close());

/** open shows the board of somebody on a telephone. */
async function open(login: 'wangfang' | 'team'): Promise<{ page: Page; ward: WardPage }> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    reducedMotion: 'reduce',
    locale: 'zh-CN',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text());
  });
  await signIn(page, mock.url, login, password);
  const ward = new WardPage(page);
  await ward.ready();
  await ward.link('live');
  return { page, ward };
}

test('a leader shows the kitchen and sees it; a carer has no button', { timeout: 120_000 }, async () => {
  mock.world.raise({ class: 'fire', room: '101', photos: 'allowed' });
  const { page, ward } = await open('team');
  await ward.card('101').getByTestId('note').click();
  const sheet = page.getByTestId('note-sheet');
  const add = sheet.getByTestId('add-photo');
  await add.waitFor();
  expect(await add.getAttribute('capture')).toBe('environment');
  expect((await add.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await add.setInputFiles(shot);
  const thumb = sheet.getByTestId('thumb');
  await thumb.waitFor();
  // What left the browser is drawn anew: no PNG any more.
  expect(mock.photos.kept.map(({ picture }) => picture.subarray(0, 2).toString('hex'))).toEqual(['ffd8']);
  expect(await sheet.getByTestId('history').innerText()).toContain('社区小组');
  await thumb.click();
  const large = page.getByTestId('photo-large');
  await large.locator('img').waitFor();
  expect(await large.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
  expect(await flaws(page)).toEqual([]);
  expect(await small(page)).toEqual([]);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await page.keyboard.press('Escape');
  await large.waitFor({ state: 'detached' });
  await sheet.waitFor();

  const { page: hers, ward: board } = await open('wangfang');
  await board.card('101').getByTestId('note').click();
  await hers.getByTestId('history').waitFor();
  for (const none of ['add-photo', 'no-photos', 'thumb', 'show-photos']) {
    expect(await hers.getByTestId(none).count(), none).toBe(0);
  }

  // After 30 days the row stays, and says where the photo went.
  mock.photos.expire();
  await page.keyboard.press('Escape');
  await ward.card('101').getByTestId('note').click();
  await sheet.getByTestId('photo-deleted').waitFor();
  expect(await sheet.getByTestId('thumb').count()).toBe(0);
});

test('in a bedroom there is no button, and a sentence why', { timeout: 120_000 }, async () => {
  mock.world.raise({ class: 'fall', room: '302', bed: '1', resident: 'r1' });
  const { page, ward } = await open('team');
  await ward.card('302').getByTestId('note').click();
  await page.getByTestId('no-photos').waitFor();
  expect(await page.getByTestId('no-photos').innerText()).toContain('居室');
  expect(await page.getByTestId('add-photo').count()).toBe(0);
});

test(
  'without the gateway a photo is not kept for later, and that is said',
  { timeout: 120_000 },
  async () => {
    mock.world.raise({ class: 'fire', room: '101', photos: 'allowed' });
    const { page, ward } = await open('team');
    await ward.card('101').getByTestId('note').click();
    const sheet = page.getByTestId('note-sheet');
    const add = sheet.getByTestId('add-photo');
    await add.waitFor();
    await page.context().route('**/photos', (route) => route.abort());
    await add.setInputFiles(shot);
    await sheet.getByTestId('photo-trouble').waitFor();
    expect(await sheet.getByTestId('photo-trouble').innerText()).toContain('不会自动再发');
    expect(mock.photos.kept).toEqual([]);
    // It is the same photo, and it may be chosen again.
    await page.context().unroute('**/photos');
    await add.setInputFiles(shot);
    await sheet.getByTestId('thumb').waitFor();
  },
);
