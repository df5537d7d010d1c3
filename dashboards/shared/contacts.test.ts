import { expect, test } from 'vitest';
import { changed, moved } from './contacts.ts';

const sms = { channel: 'sms', address: '+8613812345678' };
const call = { channel: 'voice', address: '+8613812345678' };
const mail = { channel: 'mail', address: 'wang@example.org' };

test.each([
  ['up', 1, -1, [call, sms, mail]],
  ['down', 1, 1, [sms, mail, call]],
  ['up from the top', 0, -1, [sms, call, mail]],
  ['down from the end', 2, 1, [sms, call, mail]],
] as const)('a contact moves %s', (_, index, by, want) => {
  const list = [sms, call, mail];
  expect(moved(list, index, by)).toEqual(want);
  expect(list).toEqual([sms, call, mail]);
});

test('another order or another language is a change', () => {
  const read = { contacts: [sms, call], language: 'zh' as const, channels: ['sms', 'voice'] };
  expect(changed(read, { contacts: [{ ...sms }, { ...call }], language: 'zh' })).toBe(false);
  expect(changed(read, { contacts: [call, sms], language: 'zh' })).toBe(true);
  expect(changed(read, { contacts: [sms, call], language: 'en' })).toBe(true);
});
