import { expect, test } from 'vitest';
import { lineRange, ownLadders } from './lines.ts';

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

test('ladders of the site have ids of their own', () => {
  const builtIn = 'policies:\n  - id: home-fire\n    name: {zh: 火警, en: Fire}\n  - id: home-call\n';
  expect(ownLadders(builtIn)).toBe(
    'policies:\n  - id: own-home-fire\n    name: {zh: 火警, en: Fire}\n  - id: own-home-call\n',
  );
});
