import { expect, test } from 'vitest';
import { within } from './shrink.ts';

test.each([
  { name: 'small stays', from: [300, 200], to: [300, 200] },
  { name: 'as large as it may be', from: [2048, 1000], to: [2048, 1000] },
  { name: 'wide', from: [4000, 3000], to: [2048, 1536] },
  { name: 'high', from: [1000, 4096], to: [500, 2048] },
  { name: 'a line', from: [9000, 1], to: [2048, 1] },
])('$name', ({ from, to }) => {
  expect(within(from[0]!, from[1]!, 2048)).toEqual(to);
});
