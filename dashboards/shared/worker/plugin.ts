import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';
import type { Shell } from './shell.ts';

/** Part is what the plugin reads of a file of the build. */
interface Part {
  type: 'chunk' | 'asset';
  fileName: string;
  name?: string;
  isEntry?: boolean;
  imports?: string[];
  dynamicImports?: string[];
  viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> };
  code?: string;
  source?: string | Uint8Array;
}

/** reachable lists the files that some entries of a build need, those that they load later included. */
export function reachable(bundle: Record<string, Part>, entries: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (fileName: string) => {
    if (found.has(fileName)) return;
    found.add(fileName);
    const part = bundle[fileName];
    if (part?.type !== 'chunk') return;
    for (const next of [...(part.imports ?? []), ...(part.dynamicImports ?? [])]) visit(next);
    const { importedCss, importedAssets } = part.viteMetadata ?? {};
    for (const file of [...(importedCss ?? []), ...(importedAssets ?? [])]) found.add(file);
  };
  for (const part of Object.values(bundle)) {
    if (part.type === 'chunk' && part.isEntry === true && entries.includes(part.name ?? '')) {
      visit(part.fileName);
    }
  }
  return [...found].sort();
}

/**
 * shell writes into the service worker which files of the build open the pages
 * that work without the gateway. The list is small, and precise where a pattern
 * would fetch all that inspectors need to every carer's telephone; so it takes
 * no library.
 */
export function shell(entries: Record<string, string>, others: readonly string[]): Plugin {
  return {
    name: 'shouwang-shell',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, all) {
        const bundle = all as unknown as Record<string, Part>;
        const worker = bundle['sw.js'];
        if (worker?.code === undefined) throw new Error('the build has no service worker, sw.js');
        const assets = reachable(bundle, Object.keys(entries));
        const hash = createHash('sha256');
        for (const name of [
          ...assets,
          ...Object.keys(bundle)
            .filter((file) => file.endsWith('.html'))
            .sort(),
        ]) {
          const { code, source } = bundle[name] ?? {};
          hash.update(name).update(code ?? source ?? '');
        }
        const list: Shell = {
          version: hash.digest('hex').slice(0, 12),
          files: [...Object.values(entries), ...others, ...assets.map((file) => `/${file}`)],
        };
        worker.code = worker.code.replace('__SHELL__', () => JSON.stringify(list));
        if (worker.imports?.length) throw new Error('sw.js must stand alone, and imports another file');
      },
    },
  };
}
