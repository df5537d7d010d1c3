import { expect, test } from 'vitest';
import { wayOf } from './shell.ts';

test.each([
  ['the board', 'GET', '/ward/', true, 'kept'],
  ['the family page', 'GET', '/family/', true, 'kept'],
  ['a file of a build', 'GET', '/assets/ward-x.js', false, 'kept'],
  ['the root, which leads to the page of a role', 'GET', '/', true, 'gateway first'],
  ['a page that is not kept', 'GET', '/inspect/', true, 'network'],
  ['the tag of a room', 'GET', '/t/203/abc', true, 'network'],
  ['the link of a message', 'GET', '/a/token', true, 'network'],
  ['the picture', 'GET', '/api/board', false, 'network'],
  ['the API opened as a page', 'GET', '/api/me', true, 'network'],
  ['an act', 'POST', '/api/incidents/a/accept', false, 'network'],
  ['a form', 'POST', '/ward/', true, 'network'],
] as const)('%s', (_, method, path, navigates, way) => {
  expect(wayOf(method, path, navigates)).toBe(way);
});
