import { expect, test } from 'vitest';
import { lineRange } from './lines.ts';

const text = 'duties:\n  - id: carer\n\nend';

test.each([
  [1, 'duties:'],
  [2, '  - id: carer'],
  [3, ''],
  [4, 'end'],
  [0, 'duties:'],
  [99, 'end'],
])('line %i is %j', (line, want) => {
  const { from, to } = lineRange(text, line);
  expect(text.slice(from, to)).toBe(want);
});
