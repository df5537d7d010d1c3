import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { Mock } from './mock/server.ts';
import { signIn, showIn, WardPage } from './pages.ts';

/**
 * How the ward board behaves in a real browser: two carers at once, a gateway
 * that goes and comes back, sound, keyboard, language. The gateway is a mock,
 * so that it can fail in the very moment that a story needs.
 */

const password = 'correct horse';
let browser: Browser;
let mock: Mock;
let contexts: BrowserContext[] = [];
/** What the browsers complained of: blocked by the policy, or failed. */
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

async function tablet(): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 820, height: 1180 },
    reducedMotion: 'reduce',
    locale: 'zh-CN',
  });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text());
  });
  return page;
}

/** carer opens the board of a carer on a tablet of her own. */
async function carer(login: 'wangfang' | 'liulei'): Promise<WardPage> {
  const page = await tablet();
  await signIn(page, mock.url, login, password);
  const ward = new WardPage(page);
  await ward.ready();
  await ward.link('live');
  return ward;
}

test('every step of one carer is seen by the other', async () => {
  const [wang, liu] = [await carer('wangfang'), await carer('liulei')];
  const { id } = mock.world.raise({ class: 'fall', room: '302', bed: '1', resident: 'r1' });
  await liu.inState('302', 'raised');

  await wang.accept('302');
  await liu.inState('302', 'accepted');
  expect(await liu.card('302').getByTestId('people').innerText()).toContain('王芳');

  await liu.arrive('302');
  await wang.inState('302', 'arrived');
  expect(await wang.card('302').getByTestId('people').innerText()).toContain('刘磊');

  await liu.card('302').getByTestId('mark-active').waitFor();
  mock.world.clear(id);
  await liu.card('302').getByTestId('mark-cleared').waitFor();
  await liu.resolve('302', 'real-comforted', '已量血压');
  await wang.calm.waitFor();
  await wang.recent.locator('summary').click();
  const row = await wang.page.getByTestId('recent-row').innerText();
  for (const word of ['跌倒', '302', '陈桂英', '刘磊', '安抚', '已量血压']) expect(row).toContain(word);
});

test('of two carers who accept at once the second is told who was first', async () => {
  const [wang, liu] = [await carer('wangfang'), await carer('liulei')];
  mock.world.raise({ class: 'sos', room: '306' });
  await liu.inState('306', 'raised');
  await wang.inState('306', 'raised');
  mock.hold(); // neither sees the other's press before her own
  await wang.accept('306');
  await wang.inState('306', 'accepted');
  await liu.accept('306');
  const refused = liu.card('306').getByTestId('refused');
  await refused.waitFor();
  expect(await refused.innerText()).toMatch(/王芳 已在 \d\d:\d\d 接手/);
  mock.release();
  await liu.inState('306', 'accepted');
  await refused.getByRole('button').click();
  await refused.waitFor({ state: 'detached' });
  expect(mock.world.feed.filter(({ frame }) => frame.kind === 'incident.accepted')).toHaveLength(1);
});

test('a gateway that is gone is said in the large, sounds, and what was missed is caught up', async () => {
  const first = mock.world.raise({ class: 'call', room: '208' });
  const done = mock.world.raise({ class: 'bed_exit', room: '303', active: false });
  const ward = await carer('wangfang');
  await ward.startShift();
  await ward.sounding('medium');

  await mock.stop();
  await ward.link('reconnecting');
  await ward.stale.waitFor(); // after 15 s
  await ward.link('offline');
  await ward.sounding('lost');
  const age = ward.page.getByTestId('stale-age');
  expect(await age.innerText()).toMatch(/已停 \d+ (秒|分钟)/);
  const size = await age.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  expect(size).toBeGreaterThanOrEqual(48);
  expect(await ward.calm.count()).toBe(0);
  // What was known stays readable.
  expect(await ward.card('208').count()).toBe(1);

  // Meanwhile the night goes on.
  mock.world.act(first.id, 'accept', '刘磊', {});
  mock.world.act(done.id, 'resolve', '刘磊', { cause: 'real' });
  mock.world.raise({ class: 'fall', room: '302' });
  mock.world.raise({ class: 'fire', room: '405' });
  await mock.start();

  await ward.link('live');
  await ward.stale.waitFor({ state: 'detached' });
  await ward.sounding('urgent');
  await ward.inState('208', 'accepted');
  expect(await ward.places()).toHaveLength(3);
  for (const room of ['302', '405', '208']) expect(await ward.card(room).count(), room).toBe(1);
  expect(await ward.card('303').count()).toBe(0);
});

test('a calm board does not say calm of an old picture', async () => {
  const ward = await carer('wangfang');
  await ward.calm.waitFor();
  await mock.stop();
  await ward.page.getByTestId('unknown').waitFor();
  expect(await ward.calm.count()).toBe(0);
});

describe('sound', () => {
  test('is locked until somebody presses, and the board says so in the large', async () => {
    mock.world.raise({ class: 'fall', room: '302' });
    const ward = await carer('wangfang');
    await ward.page.reload(); // a press on another page does not count here
    await ward.ready();
    await ward.sounding('locked');
    expect(await ward.mute.innerText()).toContain('声音没有打开');
    await ward.startShift();
    await ward.sounding('urgent');
    await ward.mute.waitFor({ state: 'detached' });
  });

  test('lasts until accepted, by whomever, and begins again with a re-alarm', async () => {
    const ward = await carer('wangfang');
    await ward.startShift();
    await ward.sounding('off');
    const fall = mock.world.raise({ class: 'fall', room: '302' });
    const call = mock.world.raise({ class: 'call', room: '208' });
    await ward.sounding('urgent');
    await ward.accept('302');
    await ward.sounding('medium');
    mock.world.act(call.id, 'accept', '刘磊', {});
    await ward.sounding('off');
    mock.world.realarm(fall.id);
    await ward.sounding('urgent');
  });

  test('can be held for a while, but not against a new alarm', async () => {
    mock.world.raise({ class: 'call', room: '208' });
    const ward = await carer('wangfang');
    await ward.startShift();
    await ward.sounding('medium');
    await ward.page.getByTestId('quiet').click();
    await ward.sounding('quiet');
    mock.world.raise({ class: 'fall', room: '302' });
    await ward.sounding('urgent');
  });

  test('comes back by any press, such as accepting', async () => {
    mock.world.raise({ class: 'fall', room: '302' });
    mock.world.raise({ class: 'call', room: '208' });
    const ward = await carer('wangfang');
    await ward.page.reload();
    await ward.ready();
    await ward.accept('302');
    await ward.inState('302', 'accepted');
    await ward.sounding('medium');
  });
});

describe('an action', () => {
  test('that did not reach the gateway says that nobody knows, and is sent again by itself', async () => {
    mock.world.raise({ class: 'fall', room: '302' });
    const ward = await carer('wangfang');
    mock.actions = 'cut';
    await ward.accept('302');
    await ward.card('302').getByTestId('queued').waitFor();
    await ward.inState('302', 'raised');
    mock.actions = 'work';
    await ward.inState('302', 'accepted');
  });

  test('that needs the present can be sent again by hand only', async () => {
    mock.world.raise({ class: 'fall', room: '302', active: false });
    const ward = await carer('wangfang');
    mock.actions = 'cut';
    await ward.card('302').getByTestId('resolve').click();
    const sheet = ward.page.getByTestId('resolve-sheet');
    await sheet.getByTestId('cause-real-toilet').click();
    await sheet.getByRole('alert').waitFor();
    await ward.page.keyboard.press('Escape');
    mock.actions = 'work';
    await ward.card('302').getByTestId('retry').click();
    await ward.calm.waitFor();
  });

  test('of a sensor that is still active can be ended as false only', async () => {
    mock.world.raise({ class: 'fire', room: '405' });
    const ward = await carer('wangfang');
    await ward.card('405').getByTestId('resolve').click();
    const sheet = ward.page.getByTestId('resolve-sheet');
    expect(await sheet.getByTestId('cause-real-first_aid').isDisabled()).toBe(true);
    await sheet.getByTestId('cause-false-cooking').click();
    await ward.calm.waitFor();
  });

  test('of a form that was left open does not end what has alarmed again', async () => {
    const { id } = mock.world.raise({ class: 'sos', room: '306' });
    const ward = await carer('wangfang');
    await ward.arrive('306');
    await ward.inState('306', 'arrived');
    await ward.card('306').getByTestId('resolve').click();
    mock.world.realarm(id);
    const sheet = ward.page.getByTestId('resolve-sheet');
    await sheet.getByTestId('realarmed').waitFor();
    await sheet.getByTestId('cause-test').click();
    await sheet.getByText('又报警了').nth(1).waitFor();
    expect(mock.world.get(id).state).toBe('raised');
    await ward.page.keyboard.press('Escape');
    await ward.resolve('306', 'test');
    await ward.calm.waitFor();
  });

  test('note is kept, and the other carer reads it', async () => {
    const [wang, liu] = [await carer('wangfang'), await carer('liulei')];
    mock.world.raise({ class: 'fall', room: '302' });
    await wang.accept('302');
    expect(await wang.note('302', '家属已知')).toMatch(/王芳 备注\s*家属已知/);
    const told = await liu.history('302');
    for (const words of ['报警', '王芳 接手', '家属已知']) expect(told).toContain(words);
  });
});

describe('what alerting adds', () => {
  test('a call that its resident takes back goes on softly', async () => {
    const { id } = mock.world.raise({ class: 'sos', room: '306', active: false });
    const ward = await carer('wangfang');
    await ward.startShift();
    await ward.sounding('urgent');
    mock.world.cancel(id);
    await ward.card('306').getByTestId('mark-cancelled').waitFor();
    await ward.sounding('medium');
    await ward.accept('306');
    await ward.sounding('off');
  });

  test('a confirmed fire goes to the top and says what confirmed it', async () => {
    mock.world.raise({ class: 'fall', room: '302', waited: 300 });
    const { id } = mock.world.raise({ class: 'fire', room: '405' });
    const ward = await carer('wangfang');
    expect((await ward.places())[0]).toContain('302');
    mock.world.confirm(id, '走廊烟感', 'Corridor');
    expect(await ward.card('405').getByTestId('mark-confirmed').innerText()).toContain('走廊烟感');
    expect((await ward.places())[0]).toContain('405');
  });

  test('where nobody arrived, the next one sees who wanted to come', async () => {
    const { id } = mock.world.raise({ class: 'fall', room: '302' });
    const ward = await carer('wangfang');
    await ward.startShift();
    mock.world.act(id, 'accept', '刘磊', {});
    await ward.sounding('off');
    mock.world.giveBack(id);
    await ward.sounding('urgent');
    expect(await ward.card('302').getByTestId('mark-returned').innerText()).toContain('刘磊');
  });

  test('what one outage explains is one card, and each part can be looked at', async () => {
    const edge = mock.world.raise({ class: 'silent', room: '2' });
    for (const room of ['201', '202']) mock.world.raise({ class: 'silent', room, under: edge.id });
    const ward = await carer('wangfang');
    const card = ward.page.getByTestId('card');
    expect(await card.count()).toBe(1);
    await card.getByTestId('explained').locator('summary').click();
    const rows = card.getByTestId('explained-row');
    expect(await rows.count()).toBe(2);
    await rows.first().getByTestId('note').click();
    await ward.page.getByTestId('note-sheet').getByText('201').waitFor();
  });

  test('a cause can wait for the hand-over, and is asked for until it is told', async () => {
    for (const room of ['208', '209']) mock.world.raise({ class: 'call', room, active: false });
    const ward = await carer('wangfang');
    const pending = ward.page.getByTestId('pending');
    await ward.resolve('208', 'pending');
    await ward.resolve('209', 'pending');
    await pending.getByText('2').waitFor();
    await pending.click();
    for (const cause of ['real-toilet', 'false-pressed_by_mistake']) {
      await ward.page.getByTestId('pending-sheet').getByTestId('explain').first().click();
      await ward.page.getByTestId('explain-sheet').getByTestId(`cause-${cause}`).click();
      await ward.page.getByTestId('explain-sheet').waitFor({ state: 'detached' });
    }
    await pending.waitFor({ state: 'detached' });
    const causes = [...mock.world.incidents.values()].map(({ cause, reason }) => [cause, reason]);
    expect(causes).toEqual([
      ['real', 'toilet'],
      ['false', 'pressed_by_mistake'],
    ]);
  });
});

test('the keyboard is enough', async () => {
  mock.world.raise({ class: 'fall', room: '302', active: false });
  const ward = await carer('wangfang');
  const { keyboard } = ward.page;
  await ward.startShift();
  const tabTo = async (name: string) => {
    const focused = () =>
      ward.page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.testid ?? '');
    for (let presses = 0; presses < 40 && (await focused()) !== name; presses++) await keyboard.press('Tab');
    expect(await focused()).toBe(name);
  };
  await tabTo('accept');
  await keyboard.press('Enter');
  await ward.inState('302', 'accepted');
  await tabTo('resolve');
  await keyboard.press('Enter');
  const sheet = ward.page.getByTestId('resolve-sheet');
  await sheet.waitFor();
  await keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await tabTo('resolve');
  await keyboard.press('Space');
  await sheet.waitFor();
  await tabTo('cause-real-toilet');
  await keyboard.press('Enter');
  await ward.calm.waitFor();
});

test('the language changes at once and stays', async () => {
  mock.world.raise({ class: 'wandering', room: '101' });
  const ward = await carer('wangfang');
  await ward.card('101').getByRole('button', { name: '我去处理' }).waitFor();
  await showIn(ward.page, 'en');
  await ward.card('101').getByRole('button', { name: 'I am going' }).waitFor();
  expect(await ward.card('101').innerText()).toContain('Wandering');
  await ward.page.reload();
  await ward.card('101').getByRole('button', { name: 'I am going' }).waitFor();
  await showIn(ward.page, 'zh');
  expect(await ward.card('101').innerText()).toContain('夜间外出');
});

test('where the live channel is blocked the picture is fetched, and the board says so', async () => {
  mock.sockets = false;
  const page = await tablet();
  await signIn(page, mock.url, 'wangfang', password);
  const ward = new WardPage(page);
  await ward.ready();
  await page.getByTestId('polling').waitFor();
  mock.world.raise({ class: 'fall', room: '302' });
  await ward.inState('302', 'raised');
  mock.sockets = true;
  await ward.link('live');
  await page.getByTestId('polling').waitFor({ state: 'detached' });
});

test('whoever is signed out elsewhere signs in again', async () => {
  const ward = await carer('wangfang');
  mock.bye('signed_out');
  await ward.page.getByTestId('login').waitFor();
});
