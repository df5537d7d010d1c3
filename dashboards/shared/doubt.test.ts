import { expect, test } from 'vitest';
import { doubtOf } from './doubt.ts';

test.each([
  ['a whole and fresh picture is sure', { complete: true }, false, undefined],
  ['a whole one that is old is not', { complete: true }, true, 'link.offline'],
  ['before the first one nothing is known', { complete: false }, false, 'link.never'],
  ['nor when it does not come', { complete: false }, true, 'link.never'],
  ['one of an earlier page is old', { complete: false, kept: { cut: 0 } }, false, 'link.offline'],
])('%s', (_, picture, stale, doubt) => {
  expect(doubtOf(picture, { stale })).toBe(doubt);
});
