import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** What every look at a page asks of it. */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Axe {
  run: (
    options: object,
  ) => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
}

/** flaws lists what would keep somebody with a disability from using the page. */
export async function flaws(page: Page): Promise<string[]> {
  // Evaluated by the debugger and not by the page, so the policy allows it.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: Axe }).axe.run({ resultTypes: ['violations'] }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
}

/** overflow is how many pixels of the page lie beyond the right edge of the screen. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** small lists buttons under 44 pixels, which a thumb misses at night. */
export function small(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, summary, select, input:not([type=radio], [type=checkbox])')]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.height > 0 && box.height < 43.9;
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );
}
