import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { flaws } from './judge.ts';
import { Chain } from './chain/chain.ts';
import { password, secret } from './chain/home.ts';
import { built, until } from './chain/process.ts';
import { signIn } from './pages.ts';

/**
 * Saturday: the manager of a home and one electrician install buttons. A real
 * gateway takes what they enter, never starts again, and hears the buttons by
 * its own way in. SHOTS=1 keeps pictures in e2e/shots.
 */

const shots = process.env.SHOTS === '1' ? join(import.meta.dirname, 'shots') : undefined;
const people = {
  users: [
    { login: 'gao', name: '高建国', role: 'manager', password, scope: { sites: ['heyuan'] } },
    { login: 'lin', name: '林静', role: 'leader', password, scope: { sites: ['heyuan'] } },
    { login: 'admin', name: '系统管理员', role: 'operator', password },
  ],
};

describe.skipIf(!built())('a home is entered (needs `make build`)', { timeout: 200_000 }, () => {
  const chain = new Chain();
  let browser: Browser;
  let page: Page;
  const troubles: string[] = [];
  /** The service behind the channel desk: what it heard, and how it answers. */
  const heard: string[] = [];
  let status = 204;
  const service = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      heard.push(text);
      response.writeHead(status).end();
    });
  });

  async function sit(login: string, width: number, look: object = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, locale: 'zh-CN', ...look });
    const next = await context.newPage();
    next.on('console', (message) => {
      // A form that is refused is an answer, not a fault of the page.
      if (message.type() === 'error' && !message.text().includes('status of 4'))
        troubles.push(message.text());
    });
    await signIn(next, chain.addresses.web, login, password);
    return next;
  }

  async function part(of: Page, name: string): Promise<void> {
    if (!of.url().includes('/admin/')) await of.goto(`${chain.addresses.web}/admin/#${name}`);
    await of.getByTestId(`part-${name}`).click();
  }

  /** press is a button behind an edge: an event on the way of HTTPS. */
  async function press(point: string, kind = 'sos'): Promise<void> {
    const id = crypto.randomUUID();
    const answer = await fetch(`${chain.addresses.web}/api/events`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/cloudevents+json',
        Authorization: `Basic ${btoa(`heyuan/edge-110:${secret}`)}`,
      },
      body: JSON.stringify({
        specversion: '1.0',
        id,
        source: `/heyuan/edge-110/${point}`,
        type: `care.shouwang.${kind}.active`,
        time: new Date().toISOString(),
        subject: point,
        data: {},
      }),
    });
    expect(answer.status, await answer.text()).toBe(200);
  }

  async function board(): Promise<number> {
    const answer = await page.request.get(`${chain.addresses.web}/api/board`);
    return ((await answer.json()) as { incidents: unknown[] }).incidents.length;
  }

  beforeAll(async () => {
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    const channels = join(chain.folder, 'channels.yaml');
    const { port } = service.address() as AddressInfo;
    const signing = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const options = `{url: "http://127.0.0.1:${port}/", plain: true, secret: "${signing}"}`;
    writeFileSync(channels, `desk: {type: webhook, options: ${options}}\n`, { mode: 0o600 });
    chain.settings = { channels };
    [browser] = await Promise.all([launch(), chain.open()]);
    const plan = join(chain.folder, 'people.yaml');
    writeFileSync(plan, JSON.stringify(people));
    const { code, text } = await chain.command('import', plan);
    expect(code, text).toBe(0);
    await until('the gateway has taken the people up', async () => {
      const answer = await fetch(`${chain.addresses.web}/api/session`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ login: 'gao', password }),
      });
      return answer.ok && ((await answer.json()) as { sites: unknown[] }).sites.length > 0;
    });
    page = await sit('gao', 390);
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await chain.end();
    chain.forget();
    service.close();
  }, 120_000);

  test('a file with two mistakes: they stand beside their lines, are mended, and all is saved', async () => {
    await part(page, 'files');
    const file = (power: string, zone: string) => ({
      name: 'buttons.yaml',
      mimeType: 'application/yaml',
      buffer: Buffer.from(`sites:
  - id: heyuan
    kind: nursing_home
    name: {zh: 和园养老院, en: Heyuan Nursing Home}
    region: liuhe
    address: {zh: 柳河路 18 号, en: 18 Liuhe Road}
    time_zone: Asia/Shanghai
    points:
      - {id: r110-2-call, edge: edge-110, zone: ${zone}, name: {zh: 床头按钮, en: Bedside button}, bed: "1"}
      - {id: r110-3-call, edge: edge-110, zone: z110, name: {zh: 门边按钮, en: Door button}, power: ${power}}
`),
    });
    await page.getByTestId('import-file').setInputFiles(file('steam', 'z999'));
    await page.getByTestId('import-mistake').first().waitFor();
    const mistakes = await page.getByTestId('import-mistake').allInnerTexts();
    expect(mistakes.map((text) => text.match(/line \d+/)?.[0])).toEqual(['line 9', 'line 10']);
    expect(mistakes[0]).toContain('还没有登记');
    if (shots !== undefined)
      await page.screenshot({ path: join(shots, 'admin-mistakes-390.png'), fullPage: true });
    await page.getByTestId('import-file').setInputFiles(file('battery', 'z110'));
    await page.getByTestId('import-apply').click();
    await page.getByTestId('import-said').filter({ hasText: '已保存' }).waitFor();
  });

  test('what goes out as a workbook comes back unchanged', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('export-excel').click(),
    ]);
    const path = join(chain.folder, 'out.xlsx');
    await download.saveAs(path);
    await page.getByTestId('import-file').setInputFiles(path);
    await page.getByTestId('import-said').filter({ hasText: '新增 0，修改 0' }).waitFor();
  });

  test('a button is entered on the telephone, with what is wrong beside its field', async () => {
    await part(page, 'point');
    await page.getByTestId('registry-add').click();
    await page.getByTestId('field-id').fill('R110 4');
    await page.getByTestId('field-name.zh').fill('窗边按钮');
    await page.getByTestId('field-zone').selectOption('z110');
    await page.getByTestId('field-edge').selectOption('edge-110');
    await page.getByTestId('row-save').click();
    await page.getByTestId('field-mistake').filter({ hasText: '编号' }).waitFor();
    await page.getByTestId('field-id').fill('r110-4-call');
    await page.getByTestId('row-save').click();
    await page.getByTestId('registry-note').filter({ hasText: '不用重启' }).waitFor();
    await page.locator('[data-testid=registry-row][data-id=r110-4-call]').waitFor();
  });

  test('it is not commissioned until it is pressed in a walk test, which calls nobody', async () => {
    const row = page.locator('[data-testid=registry-row][data-id=r110-4-call]');
    await row.filter({ hasText: '未投用' }).waitFor();
    const leader = await sit('lin', 390);
    await part(leader, 'walk');
    await leader.getByTestId('walk-floor').selectOption('1');
    await leader.getByTestId('walk-start').click();
    await leader.locator('[data-testid=sheet][data-running=true]').waitFor();
    const before = await board();
    await press('r110-4-call');
    await leader.getByTestId('trigger').filter({ hasText: '窗边按钮' }).waitFor();
    expect(await board()).toBe(before);
    await row.filter({ hasText: '已投用' }).waitFor();
    await page.getByTestId('walk-banner').filter({ hasText: '林静' }).waitFor({ timeout: 30_000 });
    if (shots !== undefined)
      await leader.screenshot({ path: join(shots, 'admin-walk-390.png'), fullPage: true });
    expect(await flaws(leader)).toEqual([]);
    // Somebody pressed elsewhere: the leader makes an alarm of it.
    await press('r110-2-call');
    await leader.getByTestId('trigger').filter({ hasText: '床头按钮' }).getByTestId('disown').click();
    await expect.poll(board, { timeout: 20_000 }).toBe(before + 1);
    leader.on('dialog', (dialog) => void dialog.accept());
    await leader.getByTestId('walk-end').click();
    await leader.locator('[data-testid=sheet][data-running=false]').waitFor();
    await leader.context().close();
  });

  test('a village is entered below its township, and removed while nothing stands in it', async () => {
    const operator = await sit('admin', 390);
    await part(operator, 'region');
    await operator.getByTestId('registry-add').click();
    await operator.getByTestId('field-id').fill('liuhe-east');
    await operator.getByTestId('field-name.zh').fill('柳东村');
    await operator.getByTestId('field-level').selectOption('district');
    await operator.getByTestId('field-parent').selectOption('liuhe');
    await operator.getByTestId('row-save').click();
    await operator.getByTestId('field-mistake').filter({ hasText: '级别' }).waitFor();
    await operator.getByTestId('field-level').selectOption('village');
    await operator.getByTestId('row-save').click();
    await operator.getByTestId('registry-note').filter({ hasText: '不用重启' }).waitFor();
    const row = (id: string) => operator.locator(`[data-testid=registry-row][data-id=${id}]`);
    await row('liuhe').getByTestId('deed-remove').click();
    await row('liuhe').getByTestId('deed-sure').click();
    await row('liuhe').getByRole('alert').filter({ hasText: '不能删除' }).waitFor();
    await row('liuhe-east').getByTestId('deed-remove').click();
    await row('liuhe-east').getByTestId('deed-sure').click();
    await row('liuhe-east').waitFor({ state: 'detached' });
    expect(await flaws(operator)).toEqual([]);
    await operator.context().close();
  });

  test('a test by a channel shows what its service really answers', async () => {
    const operator = await sit('admin', 390);
    await part(operator, 'channel');
    const desk = operator.locator('[data-testid=channel][data-name=desk]');
    const send = async () => {
      await desk.getByTestId('trial-address').fill('night-desk');
      await desk.getByTestId('trial-send').click();
      await desk.getByTestId('trial-answer').waitFor();
    };
    await send();
    await desk.getByTestId('trial-answer').filter({ hasText: '服务商已接收' }).waitFor();
    expect(heard).toHaveLength(1);
    expect(heard[0]).toContain('night-desk');
    status = 410;
    await send();
    const answer = desk.getByTestId('trial-answer').and(operator.locator('[data-reason]'));
    await answer.filter({ hasText: '410' }).waitFor();
    await desk.getByTestId('channel-state').filter({ hasText: '没有发出' }).waitFor();
    if (shots !== undefined)
      await operator.screenshot({ path: join(shots, 'admin-tried-390.png'), fullPage: true });
    expect(await flaws(operator)).toEqual([]);
    await part(operator, 'coverage');
    await operator.getByTestId('audit-row').filter({ hasText: 'channel:desk' }).first().waitFor();
    expect(await operator.getByTestId('audit').innerText()).not.toContain('night-desk');
    await operator.context().close();
  });

  test('every part can be read by everybody, and the pages report no errors', async () => {
    for (const [width, language, colorScheme] of [
      [390, 'zh', 'dark'],
      [820, 'en', 'light'],
      [1920, 'en', 'dark'],
      [1920, 'zh', 'light'],
    ] as const) {
      const operator = await sit('admin', width, { colorScheme });
      await part(operator, 'point');
      if (language === 'en') await operator.getByTestId('language').click();
      const parts = [
        'point',
        'zone',
        'edge',
        'resident',
        'user',
        'site',
        'region',
        'channel',
        'files',
        'walk',
      ];
      for (const name of parts) {
        await operator.getByTestId(`part-${name}`).click();
        const plain: Record<string, string> = { files: 'files', walk: 'walk', channel: 'channels' };
        const there = plain[name] ?? `registry-${name}`;
        await operator.getByTestId(there).waitFor();
        if (name === 'point' || name === 'region') await operator.getByTestId('registry-add').click();
        expect(await flaws(operator), `${name} ${width} ${language} ${colorScheme}`).toEqual([]);
        const beyond = await operator.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(beyond, `${name} ${width}`).toBeLessThanOrEqual(0);
        if (shots !== undefined) {
          await operator.screenshot({
            path: join(shots, `admin-${name}-${width}-${language}-${colorScheme}.png`),
          });
        }
      }
      await operator.context().close();
    }
    expect(troubles).toEqual([]);
  });
});
