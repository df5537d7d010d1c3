import { expect, test } from 'vitest';
import { addressOf, askedOf, viewOf, withValue } from './route.ts';

const query = (text: string) => new URLSearchParams(text);

test('an address leads to its face with what it asks', () => {
  const address = addressOf('incidents', query('class=fire&answer=late&answer=overdue'));
  expect(address).toBe('/inspect/?view=incidents&class=fire&answer=late&answer=overdue');
  const read = query(address.slice(address.indexOf('?')));
  expect(viewOf(read)).toBe('incidents');
  expect(askedOf(read).toString()).toBe('class=fire&answer=late&answer=overdue');
});

test('the first face needs no name, and an unknown one is the first', () => {
  expect(addressOf('now')).toBe('/inspect/');
  expect(addressOf('now', { region: 'xitang' })).toBe('/inspect/?region=xitang');
  expect(viewOf(query('view=nonsense'))).toBe('now');
});

test('what is narrowed anew begins on its first page', () => {
  expect(withValue(query('offset=200&class=fire'), 'class', 'gas').toString()).toBe('class=gas');
  expect(withValue(query('offset=200&class=fire'), 'class', '').toString()).toBe('');
  expect(withValue(query('offset=100'), 'offset', '200').toString()).toBe('offset=200');
  expect(withValue(query('answer=late&answer=overdue'), 'answer', 'late').toString()).toBe('answer=late');
});
