import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/**
 * Where Debian keeps the shell of Chromium, which draws the same pages for two
 * thirds of the processor time because it has no window; and Chromium itself.
 */
const kept = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

/** CHROMIUM names another. */
const executablePath = process.env.CHROMIUM ?? kept.find((path) => existsSync(path)) ?? kept[1];

/** launch starts a browser that keeps sound locked until somebody presses something. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=user-gesture-required',
    ],
  });
}
