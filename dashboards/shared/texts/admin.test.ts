import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setupZh } from './admin.zh.ts';

const root = join(import.meta.dirname, '..', '..', '..');

test('whatever may be wrong with a row is said in words', () => {
  const codes = [
    'gateway/api/admin/ports.go',
    'gateway/ledger/plan_check.go',
    'gateway/siteplan/excel/doc.go',
  ].flatMap((file) =>
    [
      ...readFileSync(join(root, file), 'utf8').matchAll(
        /^\t(?:Code|Mistake)\w+(?:\s+MistakeCode)?\s*=\s*"(\w+)"/gm,
      ),
    ].map(([, code]) => code ?? ''),
  );
  expect(codes.length).toBeGreaterThan(15);
  for (const code of codes) expect(Object.keys(setupZh.mistake)).toContain(code);
});
