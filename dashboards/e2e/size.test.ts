import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { described, firstLoad, total } from './bench/size.ts';

/**
 * What the pages of people who are in a hurry weigh: a phone on a bad network
 * has to show an alarm soon. 1 KB is 1,000 bytes.
 */
const most = 200_000;
const dist = join(import.meta.dirname, '..', 'dist');

describe.each([
  ['signin', 'index.html'],
  ['ward', 'ward/index.html'],
  ['community', 'community/index.html'],
  ['family', 'family/index.html'],
])('the first load of %s', (name, page) => {
  const chunks = firstLoad(dist, page);
  if (process.env.BENCH !== undefined) console.log(described(name, chunks));

  test('is at most 200 KB of gzipped script', () => {
    expect(total(chunks), described(name, chunks)).toBeLessThanOrEqual(most);
  });

  test('has nothing of Ant Design', () => {
    // The prefixes of its classes and of its icons, which no build renames.
    const having = chunks.filter(({ text }) => /\banticon\b|\bant-(?:btn|design|table)\b/.test(text));
    expect(having.map((chunk) => chunk.name)).toEqual([]);
  });
});

describe('a first load', () => {
  const made: string[] = [];
  afterEach(() => made.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

  function built(html: string, scripts: Record<string, string>): string {
    const folder = mkdtempSync(join(tmpdir(), 'size-'));
    made.push(folder);
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), html);
    for (const [name, text] of Object.entries(scripts)) writeFileSync(join(folder, 'assets', name), text);
    return folder;
  }

  test('is what the page names and all that this imports at once', () => {
    const folder = built(
      '<script type="module" crossorigin src="/assets/page.js"></script>' +
        '<link rel="modulepreload" crossorigin href="/assets/kit.js"><link rel="icon" href="/favicon.svg">',
      {
        'page.js':
          'import{a as b}from"./kit.js";import"./side.js";const later=()=>import("./later.js");later(b)',
        'kit.js': 'export*from"./deep.js";export const a="import nothing from here"',
        'side.js': 'import * as k from "./kit.js";k.a',
        'deep.js': 'var n=1;export{n as default}',
        'later.js': 'export{n as m}from"./never.js"',
      },
    );
    const names = firstLoad(folder, 'index.html').map((chunk) => chunk.name);
    expect(names.sort()).toEqual(['deep.js', 'kit.js', 'page.js', 'side.js']);
  });

  test('of a page whose script is missing is no small one', () => {
    const folder = built('<script type="module" src="/assets/page.js"></script>', {});
    expect(() => firstLoad(folder, 'index.html')).toThrow('needs assets/page.js, which is not built');
  });

  test('of a page that is not built is none', () => {
    const folder = built('<script type="module" src="/ward/main.tsx"></script>', {});
    expect(() => firstLoad(folder, 'index.html')).toThrow('names no script');
  });
});
