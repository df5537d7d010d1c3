import { chromium, type Browser } from 'playwright-core';

/** Where Debian keeps Chromium; CHROMIUM names another. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

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
