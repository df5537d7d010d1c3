import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { Chain } from './chain/chain.ts';
import { password, secret } from './chain/home.ts';
import { built, until } from './chain/process.ts';
import { signIn, WardPage } from './pages.ts';

/**
 * A tablet at a nurse station, a screen on the wall and the telephone of nobody,
 * against a real gateway. SHOTS=1 keeps the pictures in e2e/shots.
 */

const shots = process.env.SHOTS === '1' ? join(import.meta.dirname, 'shots') : undefined;
const site = 'heyuan';
const people = ['张秀英', '李德福', '王芳', '刘磊', '赵敏', '孙悦', '刘阿姨'];

interface Shown {
  id: string;
  class: string;
  state: string;
  active: boolean;
  accepted?: { name: string; by: string };
  place: { point?: { zh: string } };
}

/** plan adds to the home a station of floor 1, a wall screen, and carers with a PIN or a badge. */
function plan(): object {
  const scope = { sites: [site] };
  const user = (login: string, name: string, more: object) => ({
    id: `u-${login}`,
    login,
    name,
    role: 'carer',
    password,
    scope,
    ...more,
  });
  return {
    regions: [],
    sites: [],
    users: [
      user('st1', '1楼护理站', { station: 'station', scope: { ...scope, floors: ['1'] } }),
      user('wall', '大屏', { station: 'wall' }),
      user('zhaomin', '赵敏', { pin: '4071' }),
      user('sunyue', '孙悦', { badge: '0007788990' }),
    ],
  };
}

describe.skipIf(!built())('at the nurse station (needs `make build`)', { timeout: 240_000 }, () => {
  let browser: Browser;
  const chain = new Chain();
  let station: WardPage;
  let wall: Page;
  const frames: string[] = [];
  const complaints: string[] = [];

  async function context(width: number, height: number): Promise<BrowserContext> {
    return browser.newContext({ viewport: { width, height }, locale: 'zh-CN', colorScheme: 'light' });
  }

  /** press has the button of bed 110-2 pressed, as its edge would tell over HTTPS. */
  async function press(
    phase: 'active' | 'clear' = 'active',
    of = 'call',
    point = 'r110-call',
    edge = 'edge-110',
  ) {
    const answer = await fetch(`${chain.addresses.web}/api/events`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/cloudevents+json',
        Authorization: `Basic ${Buffer.from(`${site}/${edge}:${secret}`).toString('base64')}`,
      },
      body: JSON.stringify({
        specversion: '1.0',
        id: randomUUID(),
        source: `/${site}/${edge}/call`,
        type: `care.shouwang.${of}.${phase}`,
        subject: point,
        time: new Date().toISOString(),
        datacontenttype: 'application/json',
        data: {},
      }),
    });
    expect(answer.status, await answer.text()).toBe(200);
  }

  async function board(page: Page): Promise<Shown[]> {
    const answer = await page.request.get(`${chain.addresses.web}/api/board`);
    return ((await answer.json()) as { incidents: Shown[] }).incidents;
  }

  /** enter types a PIN on the keys of the sheet. */
  async function enter(pin: string): Promise<void> {
    const { page } = station;
    for (const digit of pin) await page.getByTestId(`key-${digit}`).click();
    await page.getByTestId('key-enter').click();
  }

  beforeAll(async () => {
    [browser] = await Promise.all([launch(), chain.open()]);
    const path = join(chain.folder, 'stations.json');
    writeFileSync(path, JSON.stringify(plan()));
    const { code, text } = await chain.command('import', path);
    expect(code, text).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 3_000)); // the gateway looks every 2 s

    const page = await (await context(820, 1180)).newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    await signIn(page, chain.addresses.web, 'st1', password);
    station = new WardPage(page);
    await station.ready();
    await station.link('live');
    await station.startShift();

    wall = await (await context(1920, 1080)).newPage();
    wall.setDefaultTimeout(60_000);
    wall.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => frames.push(String(payload))),
    );
    wall.on('pageerror', (error) => complaints.push(error.message));
    await signIn(wall, chain.addresses.web, 'wall', password);
    await wall.locator('[data-testid=wall][data-ready=true]').waitFor();
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await chain.end();
    chain.forget();
    expect(complaints).toEqual([]);
  }, 120_000);

  test('an alarm, a tile and four digits: the trail has the person', async () => {
    await press();
    await station.inState('110', 'raised');
    await station.card('110').getByTestId('accept').click();
    await station.page.getByTestId('hand-sheet').waitFor();
    expect(await station.page.getByTestId('hand-for').innerText()).toContain('110');
    if (shots !== undefined) await station.page.screenshot({ path: join(shots, 'station-tiles.png') });
    await station.page.getByTestId('tile').filter({ hasText: '赵敏' }).click();
    if (shots !== undefined) await station.page.screenshot({ path: join(shots, 'station-pin.png') });
    await enter('9999');
    await station.page.getByTestId('pin-wrong').waitFor();
    await enter('4071');
    await station.inState('110', 'accepted');
    await station.page.getByTestId('hand-sheet').waitFor({ state: 'detached' });
    const shown = (await board(station.page)).find((i) => i.class === 'call');
    expect(shown?.accepted).toMatchObject({ name: '赵敏', by: 'u-zhaomin' });
  });

  test('the next act asks again: nobody acts in her name', async () => {
    await station.card('110').getByTestId('arrive').click();
    await station.page.getByTestId('hand-sheet').waitFor();
    await station.page.keyboard.press('Escape');
    await station.card('110').getByTestId('refused').waitFor();
    await station.inState('110', 'accepted');
    await station.card('110').getByTestId('dismiss').click();
  });

  test('a badge says who she is', async () => {
    await station.card('110').getByTestId('arrive').click();
    await station.page.getByTestId('tile').first().waitFor();
    await station.page.keyboard.type('0007788990\n');
    await station.inState('110', 'arrived');
    const answer = await board(station.page);
    expect(answer.find((i) => i.class === 'call')).toMatchObject({ arrived: { name: '孙悦' } });
  });

  test('without a name the sound is held once, and the alarm stays', async () => {
    await press('active', 'sos');
    await station.inState('110', 'raised', 'sos');
    await station.sounding('urgent');
    await station.page.getByTestId('quiet').click();
    await station.sounding('quiet');
    await station.page.getByTestId('quiet-end').click();
    await station.sounding('urgent');
    await station.page.getByTestId('quiet').click();
    await station.page.getByTestId('hand-sheet').waitFor();
    await station.page.keyboard.press('Escape');
    await station.sounding('urgent');
    await station.inState('110', 'raised', 'sos');
  });

  test('the screen on the wall shows room and bed and no name, in what it draws and in what it is sent', async () => {
    const row = wall.locator('[data-testid=wall-row][data-class=sos]');
    await row.waitFor();
    expect(await row.innerText()).toMatch(/110 房\s*2床/);
    expect(frames.length).toBeGreaterThan(0);
    const said = [await wall.content(), ...frames, JSON.stringify(await board(wall))].join('\n');
    for (const person of people) expect(said).not.toContain(person);
    expect(await wall.locator('button, a, input').count()).toBe(0);
    const incident = (await board(wall))[0]!;
    for (const path of [`/api/incidents/${incident.id}`, '/api/residents', '/api/incidents']) {
      expect((await wall.request.get(chain.addresses.web + path)).status(), path).toBe(403);
    }
    if (shots !== undefined) {
      await press('active', 'sos', 'r214-cord', 'edge-214');
      await press('active', 'fire', 'kitchen-smoke', 'edge-kitchen');
      await press('active', 'fall', 'r203-fall', 'edge-203');
      await wall.locator('[data-testid=wall-row][data-class=fire]').waitFor();
      for (const [width, height] of [
        [1920, 1080],
        [820, 1180],
        [390, 844],
      ] as const) {
        await wall.setViewportSize({ width, height });
        for (const theme of ['light', 'dark']) {
          await wall.evaluate((to) => (document.documentElement.dataset.theme = to), theme);
          await wall.screenshot({ path: join(shots, `wall-${width}-${theme}.png`) });
        }
      }
    }
  });

  test('a tablet whose page is gone is missed within a good minute, and found again', async () => {
    await station.page.goto('about:blank');
    const silent = async () => {
      const all = await board(wall);
      return all.find((i) => i.class === 'silent' && i.place.point?.zh === '1楼护理站看板');
    };
    await until('the floor is told to have no board', silent, () => chain.gateway.tail());
    await wall.locator('[data-testid=wall-row][data-class=silent]').waitFor();

    await station.page.goto(`${chain.addresses.web}/ward/`);
    await station.ready();
    await station.startShift();
    await until(
      'its loss is over',
      async () => (await silent())?.active === false,
      () => chain.gateway.tail(),
    );
  });
});
