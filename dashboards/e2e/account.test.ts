import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { Locks } from './mock/locks.ts';
import { Mock } from './mock/server.ts';
import { signIn } from './pages.ts';

/** How a person gets a password of her own, and a second step, on the pages. */

const password = 'correct horse';

let browser: Browser;
let mock: Mock;
beforeAll(async () => {
  browser = await launch();
  mock = new Mock();
  await mock.start();
});
afterAll(async () => {
  await browser.close();
  await mock.stop();
});

test('a one-time password leads to the form for another one, and from there to the board', async () => {
  const page = await (await browser.newContext()).newPage();
  const fill = async (id: string, text: string) => page.getByTestId(id).fill(text);
  await page.goto(mock.url);
  await fill('login', 'newcomer');
  await fill('password', password);
  await page.getByTestId('signin-submit').click();
  await page.waitForURL(/\/account\/$/);
  // The board leads back here.
  await page.goto(`${mock.url}/ward/`);
  await page.waitForURL(/\/account\/$/);

  await fill('current', 'not this one');
  await fill('next', 'nobody expects this');
  await fill('again', 'nobody expects that');
  await page.getByTestId('save-password').click();
  await page.getByTestId('password-trouble').waitFor();
  await fill('again', 'nobody expects this');
  await page.getByTestId('save-password').click();
  await page.getByTestId('password-trouble').waitFor();
  await fill('current', password);
  await page.getByTestId('save-password').click();
  await page.waitForURL(/\/ward\/$/);
  await page.context().close();
});

test('with a second step the password alone lets nobody in', async () => {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, mock.url, 'wangfang', password);
  await page.getByTestId('settings').click();
  await page.getByTestId('account-page').click();
  await page.getByTestId('step-text').fill('not hers');
  await page.getByTestId('step-submit').click();
  await page.locator('[data-testid=step-said][role=alert]').waitFor();
  await page.getByTestId('step-text').fill(password);
  await page.getByTestId('step-submit').click();
  await page.getByTestId('step-secret').waitFor();
  await page.getByTestId('step-text').fill('000000');
  await page.getByTestId('step-submit').click();
  await page.locator('[data-testid=step-said][role=alert]').waitFor();
  await page.getByTestId('step-text').fill(Locks.code);
  await page.getByTestId('step-submit').click();
  await page.locator('[data-testid=step-said][role=status]').waitFor();
  await page.getByTestId('back').click();
  await page.getByTestId('settings').click();
  await page.getByTestId('sign-out').click();

  await page.getByTestId('login').fill('wangfang');
  await page.getByTestId('password').fill(password);
  await page.getByTestId('signin-submit').click();
  await page.getByTestId('code').fill('111111');
  await page.getByTestId('signin-submit').click();
  await page.getByTestId('signin-trouble').waitFor();
  expect(page.url()).not.toContain('/ward/');
  await page.getByTestId('code').fill(Locks.code);
  await page.getByTestId('signin-submit').click();
  await page.waitForURL(/\/ward\/$/);
  await page.context().close();
});
