import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { Mock } from './mock/server.ts';
import { showIn, signIn, signOut, WardPage } from './pages.ts';

/**
 * A carer at night while the gateway is away: she never believes that somebody
 * knows what nobody knows, and never takes an old picture for the present.
 * SHOTS=1 keeps pictures in e2e/shots.
 */

const password = 'correct horse';
const shots = process.env.SHOTS === '1' ? join(import.meta.dirname, 'shots') : undefined;
let browser: Browser;
let mock: Mock;
let contexts: BrowserContext[] = [];
let complaints: string[] = [];

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  mock = new Mock();
  await mock.start();
  complaints = [];
});
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
  await mock.stop();
  expect(complaints).toEqual([]);
});

interface Look {
  width: number;
  language: 'zh' | 'en';
  scheme: 'light' | 'dark';
}

async function tablet(look: Look = { width: 820, language: 'zh', scheme: 'light' }): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.width === 390 ? 844 : 1180 },
    colorScheme: look.scheme,
    reducedMotion: 'reduce',
    locale: look.language === 'zh' ? 'zh-CN' : 'en-GB',
  });
  contexts.push(context);
  return context;
}

function watch(page: Page): Page {
  page.setDefaultTimeout(45_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text());
  });
  return page;
}

/** board opens another page of whoever is signed in on a tablet. */
async function board(context: BrowserContext): Promise<WardPage> {
  const page = watch(await context.newPage());
  await page.goto(`${mock.url}/ward/`);
  const ward = new WardPage(page);
  await ward.ready();
  await ward.link('live');
  return ward;
}

/** carer signs in on a tablet whose browser then has all that it needs without the gateway. */
async function carer(context: BrowserContext, login = 'wangfang'): Promise<WardPage> {
  const page = watch(await context.newPage());
  await signIn(page, mock.url, login, password);
  const ward = new WardPage(page);
  await ward.ready();
  await ward.link('live');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  return ward;
}

/** kept waits until the browser has written the picture with a card down. */
async function kept(ward: WardPage, id: string): Promise<void> {
  await ward.page.waitForFunction((one) => localStorage.getItem('shouwang.picture')?.includes(one), id);
}

const acceptances = () =>
  mock.world.feed
    .filter(({ frame }) => frame.kind === 'incident.accepted')
    .map(({ frame }) => frame.incident);

test('accepted while the gateway is away, the page closed and opened: known once, when it is back', async () => {
  const { id } = mock.world.raise({ class: 'fall', room: '302', resident: 'r1' });
  const context = await tablet();
  const first = await carer(context);
  await kept(first, id);
  await mock.stop();
  await first.link('reconnecting');
  await first.accept('302');
  const queued = first.card('302').getByTestId('queued');
  await queued.getByText('还没有任何人知道').waitFor();
  await first.inState('302', 'raised');
  expect(await first.page.getByTestId('queued-bar').innerText()).toContain('1 次');

  // The page is closed, as by a tablet that restarts, and opened again.
  await first.page.close();
  const page = watch(await context.newPage());
  await page.goto(`${mock.url}/ward/`);
  const ward = new WardPage(page);
  await ward.stale.waitFor();
  const age = page.getByTestId('stale-age');
  expect(await age.innerText()).toMatch(/已停 \d+ (秒|分钟)/);
  const size = await age.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  expect(size).toBeGreaterThanOrEqual(48);
  await page.getByText(/这是 \d\d:\d\d:\d\d 的画面，不是现在的/).waitFor();
  await ward.card('302').getByTestId('queued').waitFor();
  expect(await ward.card('302').getByTestId('state').innerText()).toMatch(/\d\d 时：未接警/);
  expect(acceptances()).toHaveLength(0);

  await mock.start();
  await ward.link('live');
  await ward.inState('302', 'accepted');
  await ward.card('302').getByTestId('queued').waitFor({ state: 'detached' });
  expect(acceptances().map((one) => one?.accepted?.by)).toEqual(['u-wangfang']);
  expect(await ward.history('302')).toMatch(/王芳 接手/);
});

test('two tabs, and an answer that was lost: one entry in the log', async () => {
  mock.world.raise({ class: 'sos', room: '306' });
  const context = await tablet();
  const [one, two] = [await carer(context), await board(context)];
  mock.actions = 'lose';
  await one.accept('306');
  for (const ward of [one, two]) {
    await ward.inState('306', 'accepted');
    await ward.card('306').getByTestId('queued').waitFor({ state: 'detached' });
  }
  mock.actions = 'work';
  await one.page.reload();
  await one.inState('306', 'accepted');
  expect(
    await one.page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('act.'))),
  ).toEqual([]);
  expect(acceptances()).toHaveLength(1);
});

test('what alarmed again, or was accepted by another, meanwhile is told and not accepted unseen', async () => {
  const sos = mock.world.raise({ class: 'sos', room: '306' });
  const call = mock.world.raise({ class: 'call', room: '208' });
  const ward = await carer(await tablet());
  await mock.stop();
  await ward.link('reconnecting');
  await ward.accept('306');
  await ward.accept('208');
  await ward.card('306').getByTestId('queued').waitFor();
  mock.world.realarm(sos.id);
  mock.world.act(call.id, 'accept', '刘磊', {});
  await mock.start();
  await ward.card('306').getByTestId('refused').getByText('又报警了').waitFor();
  await ward.inState('306', 'raised');
  const told = ward.card('208').getByTestId('refused');
  expect(await told.innerText()).toMatch(/刘磊 已在 \d\d:\d\d 接手，您不用再去/);
  expect(await told.getAttribute('role')).toBe('status');
  await ward.accept('306');
  await ward.inState('306', 'accepted');
});

test('nothing that needs the present can be done while the gateway is away', async () => {
  mock.world.raise({ class: 'fall', room: '302', active: false });
  const ward = await carer(await tablet());
  await mock.stop();
  await ward.link('offline');
  await ward.card('302').getByTestId('resolve').click();
  await ward.page.getByTestId('away-sheet').getByText('断开时不能做这一步').waitFor();
});

test('whoever signed out, also without the gateway, leaves nothing behind and is not let in again', async () => {
  const { id } = mock.world.raise({ class: 'fall', room: '302', resident: 'r1' });
  const ward = await carer(await tablet());
  await kept(ward, id);
  await mock.stop();
  await ward.link('reconnecting');
  await ward.accept('302');
  await ward.card('302').getByTestId('queued').waitFor();
  await signOut(ward.page);
  const left = () => ward.page.evaluate(() => Object.keys(localStorage).join(' '));
  expect(await left()).not.toMatch(/picture|lists|act\./);
  await ward.page.goto(`${mock.url}/ward/`);
  await ward.page.getByTestId('login').waitFor();
  expect(await ward.page.getByText('陈桂英').count()).toBe(0);
  await mock.start();
  await ward.page.goto(`${mock.url}/ward/`);
  await ward.page.getByTestId('login').waitFor();
  await ward.page.waitForFunction(() => localStorage.getItem('shouwang.leaving') === null);
  expect(acceptances()).toHaveLength(0);
});

test('a screen that may go dark says so, and asks for help with its own tone', async () => {
  const context = await tablet();
  await context.addInitScript(() => {
    let grants = true;
    const locks: EventTarget[] = [];
    const request = () => {
      if (!grants) return Promise.reject(new DOMException('low battery', 'NotAllowedError'));
      const lock = Object.assign(new EventTarget(), { released: false, release: () => Promise.resolve() });
      locks.push(lock);
      return Promise.resolve(lock);
    };
    Object.defineProperty(navigator, 'wakeLock', { value: { request } });
    addEventListener('test-battery', (event) => {
      grants = (event as CustomEvent<boolean>).detail;
      if (!grants) locks.at(-1)?.dispatchEvent(new Event('release'));
    });
  });
  const ward = await carer(context);
  await ward.startShift();
  await ward.sounding('off');
  const battery = (good: boolean) =>
    ward.page.evaluate((detail) => dispatchEvent(new CustomEvent('test-battery', { detail })), good);
  await battery(false);
  const dark = ward.page.getByTestId('dark');
  await dark.waitFor();
  await ward.page.locator('[data-testid=board][data-sounding=dark]').waitFor();
  await battery(true);
  await dark.click();
  await dark.waitFor({ state: 'detached' });
  await ward.sounding('off');
});

test('the pages can be installed', async () => {
  const ward = await carer(await tablet());
  const found = await ward.page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=manifest]');
    const manifest = (await (await fetch(link?.href ?? '')).json()) as { icons: { src: string }[] };
    const icons = await Promise.all(manifest.icons.map(async ({ src }) => (await fetch(src)).status));
    const caches = await globalThis.caches.keys();
    const stored = await Promise.all(
      caches.map(async (name) => (await (await globalThis.caches.open(name)).keys()).map(({ url }) => url)),
    );
    return { icons, stored: stored.flat() };
  });
  expect(found.icons).toEqual([200, 200, 200, 200]);
  expect(found.stored.some((url) => url.endsWith('/ward/'))).toBe(true);
  expect(found.stored.filter((url) => /\/api\/|inspect|admin/.test(url))).toEqual([]);
});

const looks: Look[] = [
  { width: 390, language: 'zh', scheme: 'dark' },
  { width: 390, language: 'en', scheme: 'light' },
  { width: 820, language: 'zh', scheme: 'light' },
  { width: 820, language: 'en', scheme: 'dark' },
];

test.skipIf(shots === undefined).each(looks)('looks: $width px, $language, $scheme', async (look) => {
  mock.world.raise({ class: 'fall', room: '302', resident: 'r1' });
  mock.world.raise({ class: 'call', room: '208' });
  mock.world.raise({ class: 'sos', room: '306' });
  const ward = await carer(await tablet(look));
  await showIn(ward.page, look.language);
  await ward.startShift();
  await mock.stop();
  await ward.link('offline');
  await ward.accept('302');
  await ward.accept('306');
  const name = join(shots!, `offline-${look.width}-${look.language}-${look.scheme}`);
  await ward.page.screenshot({ path: `${name}.png`, fullPage: true });
  await ward.page.evaluate(() => {
    for (const key of Object.keys(localStorage).filter((one) => one.includes('act.'))) {
      const act = JSON.parse(localStorage.getItem(key)!) as { at: number; until: number };
      localStorage.setItem(key, JSON.stringify({ ...act, at: act.at - 600_000, until: act.until - 600_000 }));
    }
  });
  await ward.page.locator('[data-testid=queued][data-old=true]').first().waitFor();
  await ward.page.screenshot({ path: `${name}-old.png`, fullPage: true });
  await ward.page.getByTestId('sound-on').or(ward.page.getByTestId('quiet')).first().waitFor();
  await mock.start();
});
