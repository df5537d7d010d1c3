import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Chunk is a script of the built pages with the bytes that it takes on the wire. */
export interface Chunk {
  name: string;
  gzip: number;
  text: string;
}

/**
 * firstLoad returns the scripts that a browser fetches before the page can do
 * anything, the largest first: those that the page names, and what these import
 * statically. What a script imports later, on demand, is not among them.
 */
export function firstLoad(dist: string, page: string): Chunk[] {
  const html = readFileSync(join(dist, page), 'utf8');
  const waiting: string[] = [];
  for (const [tag] of html.matchAll(/<(?:script|link)\b[^>]*>/g)) {
    const preloaded = tag.startsWith('<script') || /rel="?modulepreload/.test(tag);
    const url = /(?:src|href)="?([^\s">]+\.m?js)\b/.exec(tag)?.[1];
    if (preloaded && url !== undefined) waiting.push(normalize(url).replace(/^\//, ''));
  }
  if (waiting.length === 0) throw new Error(`${page} names no script: is it a built page?`);
  const chunks = new Map<string, Chunk>();
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (chunks.has(file)) continue;
    if (!existsSync(join(dist, file))) throw new Error(`${page} needs ${file}, which is not built`);
    const bytes = readFileSync(join(dist, file));
    const text = bytes.toString();
    chunks.set(file, { name: basename(file), gzip: gzipSync(bytes).length, text });
    for (const [, from] of text.matchAll(
      /\b(?:import|export)\b\s*(?:[\w$*{][^"'`();]*?\bfrom\s*)?["'](\.[^"']+)["']/g,
    )) {
      waiting.push(normalize(join(dirname(file), from!)));
    }
  }
  return [...chunks.values()].sort((a, b) => b.gzip - a.gzip);
}

export const total = (chunks: Chunk[]) => chunks.reduce((sum, { gzip }) => sum + gzip, 0);

/** described names the sum and the largest chunks, as a failure has to. */
export function described(page: string, chunks: Chunk[]): string {
  const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`;
  const largest = chunks.slice(0, 4).map(({ name, gzip }) => `${name} ${kb(gzip)}`);
  return `${page}: ${kb(total(chunks))} of gzipped script in ${chunks.length} chunks; the largest: ${largest.join(', ')}`;
}
