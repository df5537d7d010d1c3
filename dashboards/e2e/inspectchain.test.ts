import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
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
  async function table(page: Page, name = 'incident-table'): Promise<{ heads: string[]; rows: string[][] }> {
    const clean = (text: string) => text.replaceAll(/[▲▼]/g, '').trim();
    const shown = page.getByTestId(name);
    const heads = (await shown.locator('thead th').allInnerTexts()).map(clean);
    const rows: string[][] = [];
    for (const row of await shown.locator('tbody tr').all()) {
      rows.push((await row.locator('th, td').allInnerTexts()).map(clean));
    }
    return { heads, rows };
  }

  /** taken is the Excel file of a table, row by row. */
  async function taken(page: Page, within: Page | Locator): Promise<string[][]> {
    const downloading = page.waitForEvent('download');
    await within.getByTestId('excel').click();
    return rowsOf(readFileSync(await (await downloading).path()));
  }

  const privates = [
    '张秀英',
    '李德福',
    '高跌倒风险',
    '203 房',
    'Room 203',
    'Room 214',
    'four seconds',
    'thirty-one',
  ];

  async function desk(language: 'zh' | 'en'): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1920, height: 1080 },
      acceptDownloads: true,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await signIn(page, chain.addresses.web, 'inspector', password);
    await showIn(page, language);
    return page;
  }

  test.each(['zh', 'en'] as const)('so are those of gaps, sites and the report (%s)', async (language) => {
    const page = await desk(language);
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    const seen: string[] = [];

    /** same compares a table with its file; what changes while one looks, and how times are written, is left out. */
    async function same(name: string, within: Page | Locator, left: readonly string[] = []): Promise<void> {
      const [first = [], ...lines] = await taken(page, within);
      const { heads, rows } = await table(page, name);
      expect(first).toEqual(heads);
      expect(lines.length).toBeGreaterThan(0);
      const columns = await page
        .getByTestId(name)
        .locator('thead [data-testid^=sort-]')
        .evaluateAll((all) => all.map((one) => one.getAttribute('data-testid')?.slice(5) ?? ''));
      const compared = (row: string[]) =>
        columns.flatMap((column, n) => {
          const cell = (row[n] ?? '').replaceAll(/[，,\n ]+/g, ' ');
          return left.includes(column) ? [] : [cell];
        });
      expect(lines.map(compared)).toEqual(rows.map(compared));
      // Of an edge its name is told, which may be that of a room: it is no person's.
      const edge = language === 'zh' ? '网关盒' : 'Edge';
      seen.push(
        lines
          .filter((row) => !row.includes(edge))
          .flat()
          .join(' '),
      );
    }

    await page.getByTestId('tab-coverage').click();
    await page.getByTestId('gap-row').first().waitFor();
    await page.getByTestId('sort-gap').click();
    await page.waitForURL(/sort=gap&order=asc/);
    await page.locator('[data-testid=gaps][aria-busy=false]').waitFor();
    await page.getByTestId('columns').click();
    await page.getByTestId('column-township').uncheck();
    await page.getByTestId('columns').click();
    await same('gap-table', page, ['seen', 'tested', 'why']);

    await page.getByTestId('tab-now').click();
    await page.getByTestId('sites-as-table').click();
    await page.getByTestId('site-row').first().waitFor();
    await page.getByTestId('sort-site').click();
    await page.waitForURL(/sort=site&order=asc/);
    await page.locator('[data-testid=site-table-page][aria-busy=false]').waitFor();
    await same('site-table', page);

    await page.getByTestId('tab-report').click();
    const classes = page.getByTestId('part-classes');
    await classes.getByTestId('sort-incidents').click();
    await page.waitForURL(/sort=classes\.incidents\.desc/);
    await page.locator('[data-testid=part-classes] .wide[data-former=false]').waitFor();
    // How long they waited is written otherwise by a spreadsheet.
    await same('report-classes', classes, ['late_share', 'median', 'p90', 'judged', 'late']);
    await same('report-months', page.getByTestId('part-months'));
    await same('report-coverage', page.getByTestId('part-coverage'));

    const all = seen.join(' ') + (await page.locator('body').innerText());
    for (const private_ of privates) expect(all).not.toContain(private_);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test.each(['zh', 'en'] as const)('the Excel file is the table that he sees (%s)', async (language) => {
    const page = await desk(language);
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));

    await page.getByTestId('branch').first().click();
    await page.getByTestId('site-link').first().click();
    await page.getByTestId('site-report').click();
    const figure = page.locator('[data-testid=report-classes] tr[data-key=total] [data-column=incidents] a');
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
    for (const private_ of privates) expect(all).not.toContain(private_);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
