import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { Chain } from './chain/chain.ts';
import { password, secret, sitePlan } from './chain/home.ts';
import { built } from './chain/process.ts';
import { showIn, signIn } from './pages.ts';
import { rowsOf, timeOf } from './sheet.ts';

/** An inspector at his desk, with a real gateway: from the tree down to the rows, and out as an Excel file. */
describe.skipIf(!built())('an inspector at his desk (needs `make build`)', { timeout: 300_000 }, () => {
  let browser: Browser;
  const chain = new Chain();

  /** alarm sends an event as an edge does that cannot reach the broker. */
  async function alarm(edge: string, point: string, of: string, evidence: object): Promise<void> {
    const answer = await fetch(`${chain.addresses.web}/api/events`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/cloudevents+json',
        Authorization: `Basic ${btoa(`heyuan/edge-${edge}:${secret}`)}`,
      },
      body: JSON.stringify({
        specversion: '1.0',
        id: crypto.randomUUID(),
        source: `/heyuan/edge-${edge}/device`,
        type: `care.shouwang.${of}.active`,
        time: new Date().toISOString(),
        subject: point,
        sequence: '1',
        datacontenttype: 'application/json',
        data: evidence,
      }),
    });
    expect(answer.status, await answer.text()).toBe(200);
  }

  beforeAll(async () => {
    browser = await launch();
    const users = [
      {
        id: 'u-inspector',
        login: 'inspector',
        name: '周督查',
        role: 'inspector',
        password,
        scope: { regions: ['liuhe'] },
      },
    ];
    for (const [name, plan] of [
      ['home', sitePlan()],
      ['authority', { users }],
    ] as const) {
      const file = join(chain.folder, `${name}.yaml`);
      writeFileSync(file, JSON.stringify(plan));
      const { code, text } = await chain.command('import', file);
      expect(code, text).toBe(0);
    }
    await chain.start();
    await alarm('kitchen', 'kitchen-smoke', 'fire', { obscuration: 'seven percent' });
    await alarm('214', 'r214-cord', 'sos', { held: 'four seconds' });
    await alarm('203', 'r203-fall', 'fall', { impact: 'thirty-one metres a second squared' });
  }, 300_000);
  afterAll(async () => {
    await browser.close();
    await chain.end();
    chain.forget();
  });

  /** table reads the table as it is shown, cell by cell. */
  async function table(page: Page): Promise<{ heads: string[]; rows: string[][] }> {
    const clean = (text: string) => text.replaceAll(/[▲▼]/g, '').trim();
    const shown = page.getByTestId('incident-table');
    const heads = (await shown.locator('thead th').allInnerTexts()).map(clean);
    const rows: string[][] = [];
    for (const row of await shown.getByTestId('incident-row').all()) {
      rows.push((await row.locator('td').allInnerTexts()).map(clean));
    }
    return { heads, rows };
  }

  test.each(['zh', 'en'] as const)('the Excel file is the table that he sees (%s)', async (language) => {
    const context = await browser.newContext({
      viewport: { width: 1920, height: 1080 },
      acceptDownloads: true,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await signIn(page, chain.addresses.web, 'inspector', password);
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await showIn(page, language);

    await page.getByTestId('branch').first().click();
    await page.getByTestId('site-link').first().click();
    await page.getByTestId('site-report').click();
    const figure = page.locator('[data-testid=report-classes] tr[data-key=total] [data-figure=incidents] a');
    const count = Number(await figure.innerText());
    expect(count).toBeGreaterThanOrEqual(3);
    await figure.click();
    // Something else may have been raised since, such as an edge that is silent.
    await page
      .getByTestId('incident-row')
      .nth(count - 1)
      .waitFor();
    await page.getByTestId('sort-class').click();
    await page.waitForURL(/sort=class&order=asc/);
    await page
      .locator('[data-testid=incident-row]')
      .first()
      .locator('td', { hasText: language === 'zh' ? '火警' : 'Fire' })
      .waitFor();
    await page.getByTestId('ask-group').selectOption('care');
    await page.locator('[data-testid=rows][data-total="2"]').waitFor();
    await page.getByTestId('ask-group').selectOption('');
    await page.getByTestId('columns').click();
    await page.getByTestId('column-severity').check();
    await page.getByTestId('column-township').uncheck();
    await page.getByTestId('columns').click();
    await page
      .getByTestId('incident-row')
      .nth(count - 1)
      .waitFor();

    const downloading = page.waitForEvent('download');
    await page.getByTestId('excel').click();
    const file = readFileSync(await (await downloading).path());
    const { heads, rows } = await table(page);
    const [first, ...cells] = rowsOf(file);
    expect(first).toEqual(heads);
    expect(heads).toContain(language === 'zh' ? '级别' : 'Severity');
    // Times are numbers in a spreadsheet; answers change while one looks.
    const times = new Set([heads[0], heads[6], heads[7]]);
    const unstable = heads.length - 1;
    const known = (row: string[]) => heads.map((_, n) => (n === unstable ? '' : (row[n] ?? '')));
    expect(
      cells.map((row) =>
        known(heads.map((head, n) => (times.has(head) ? timeOf(row[n] ?? '') : (row[n] ?? '')))),
      ),
    ).toEqual(rows.map(known));

    const all = cells.flat().join(' ') + (await page.locator('body').innerText());
    for (const private_ of [
      '张秀英',
      '李德福',
      '高跌倒风险',
      '203 房',
      'Room 203',
      'Room 214',
      'four seconds',
      'thirty-one',
    ]) {
      expect(all).not.toContain(private_);
    }
    expect(errors).toEqual([]);
    await context.close();
  });
});
