import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { Mock } from './mock/server.ts';
import { signIn } from './pages.ts';

/**
 * What people configure and look at besides alarms: shelves, duty, contacts and
 * plans. The gateway is a mock.
 */

const password = 'correct horse';
let browser: Browser;
let mock: Mock;
let contexts: BrowserContext[] = [];

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  mock = new Mock();
  await mock.start();
});
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
  await mock.stop();
});

async function at(login: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 820, height: 1180 },
    reducedMotion: 'reduce',
    locale: 'zh-CN',
  });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  await signIn(page, mock.url, login, password);
  return page;
}

test('a leader puts a fire point under repair, everybody sees who keeps watch, and she ends it', async () => {
  const leader = await at('team');
  await leader.getByTestId('shelves').locator('summary').click();
  await leader.getByTestId('shelve').click();
  await leader.getByTestId('shelve-point').selectOption('305-smoke');
  await leader.getByTestId('shelve-class').selectOption('fire');
  await leader.getByTestId('shelve-reason').fill('装修');
  await leader.getByTestId('shelve-send').click();
  // Without a name for the watch, the form does not go.
  expect(mock.alerting.shelves).toEqual([]);
  await leader.getByTestId('shelve-watch').fill('王芳');
  await leader.getByTestId('shelve-send').click();
  await leader.getByTestId('shelve-sheet').waitFor({ state: 'detached' });
  expect(await leader.getByTestId('shelf').innerText()).toMatch(/检修中[^]*王芳 现场看守[^]*装修/);

  const carer = await at('wangfang');
  await carer.getByTestId('shelves').locator('summary').click();
  await carer.getByTestId('shelf').waitFor();
  expect(await carer.getByTestId('shelf-end').count()).toBe(0);

  const inspector = await at('inspector');
  await inspector.getByTestId('repairs').getByTestId('shelf').waitFor();
  const seen = await inspector.getByTestId('repairs').innerText();
  expect(seen).toContain('指定人员 现场看守');
  expect(seen).not.toContain('王芳');

  await leader.getByTestId('shelf-end').click();
  await leader.getByTestId('shelf').waitFor({ state: 'detached' });
  expect(mock.alerting.shelves).toEqual([]);
});

test('the board says who is on duty, and warns a day ahead of when nobody is', async () => {
  mock.alerting.gapIn = 9;
  const page = await at('wangfang');
  expect(await page.getByTestId('gap').innerText()).toMatch(/4楼 护理员没有人值班/);
  await page.getByTestId('duty').locator('summary').click();
  await page.getByTestId('on-duty').first().waitFor();
  expect((await page.getByTestId('on-duty').allInnerTexts()).join('\n')).toMatch(
    /王芳 护理员 大夜班 2楼 3楼/,
  );
});

test('contacts are put in order, kept, and tried', async () => {
  const page = await at('wangfang');
  await page.getByTestId('settings').click();
  await page.getByTestId('contacts').click();
  await page.getByTestId('contact').nth(1).getByRole('button', { name: '上移' }).click();
  expect(await page.getByTestId('contacts-try').isDisabled()).toBe(true);
  await page.getByTestId('contacts-save').click();
  await page.locator('[data-testid=contacts-try]:enabled').click();
  await page.getByTestId('tried').first().waitFor();
  const tried = await page.getByTestId('tried').allInnerTexts();
  expect(tried).toEqual([expect.stringContaining('号码或账号不存在'), '服务商已接收']);
  await page.keyboard.press('Escape');
  await page.getByTestId('settings').click();
  await page.getByTestId('contacts').click();
  await page.getByTestId('contact').first().getByText('wangfang').waitFor();
});

describe('plans', () => {
  async function plans(): Promise<Page> {
    const page = await at('team');
    await page.goto(`${mock.url}/plans/`);
    return page;
  }

  test('carers are sent away from them', async () => {
    const page = await at('wangfang');
    await page.goto(`${mock.url}/plans/`);
    await page.waitForURL(/\/ward\/$/);
  });

  test('a mistake is shown by its line, and led to', async () => {
    const page = await plans();
    const text = page.getByTestId('document');
    await text.fill('duties:\n\t- id: carer');
    await page.getByTestId('document-save').click();
    await page.getByTestId('mistakes').getByRole('button', { name: '第 2 行' }).click();
    const selected = await text.evaluate((area: HTMLTextAreaElement) =>
      area.value.slice(area.selectionStart, area.selectionEnd),
    );
    expect(selected).toBe('\t- id: carer');
    await text.fill('duties: []');
    await page.getByTestId('document-save').click();
    await page.getByTestId('mistakes').waitFor({ state: 'detached' });
    expect(mock.alerting.documents.get('heyuan/roster')?.text).toBe('duties: []');
  });

  test('who looked at an older one does not overwrite a newer', async () => {
    const page = await plans();
    await page.getByTestId('document').fill('duties: []');
    mock.alerting.documents.set('heyuan/roster', { text: 'duties: [] # newer', revision: 7 });
    await page.getByTestId('document-save').click();
    await page.getByTestId('document-again').click();
    await expect.poll(() => page.getByTestId('document').inputValue()).toBe('duties: [] # newer');
  });

  test('what a resident is watched for is set, with an absence', async () => {
    const page = await plans();
    await page.getByTestId('tab-residents').click();
    await page.getByTestId('care').nth(2).click();
    await page.getByTestId('care-rule').getByRole('spinbutton').fill('20');
    await page.getByTestId('add-away').click();
    await page.getByTestId('away').getByRole('combobox').selectOption('hospital');
    await page.getByTestId('care-save').click();
    await page.getByTestId('care-sheet').waitFor({ state: 'detached' });
    await page.getByTestId('care').nth(2).click();
    expect(await page.getByTestId('care-rule').getByRole('spinbutton').inputValue()).toBe('20');
    expect(await page.getByTestId('away').getByRole('combobox').inputValue()).toBe('hospital');
  });

  test('a consent is withdrawn with a word about how', async () => {
    const page = await plans();
    await page.getByTestId('tab-residents').click();
    const row = page.getByTestId('resident-row').first();
    await row.getByText('已同意告知家属').waitFor();
    await row.getByTestId('consent').click();
    expect(await page.getByTestId('consent-save').isDisabled()).toBe(true);
    await page.getByTestId('consent-note').fill('本人当面说不再告知');
    await page.getByTestId('consent-save').click();
    await row.getByText('没有同意告知家属').waitFor();
  });
});
