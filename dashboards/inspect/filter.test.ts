import { describe, expect, test } from 'vitest';
import { incident } from '../shared/testing/incidents.ts';
import { matches, noFilter, offered } from './filter.ts';

describe('matches', () => {
  const fall = incident('a');
  test.each([
    ['no filter', noFilter, true],
    ['its site', { ...noFilter, site: 'heyuan' }, true],
    ['another site', { ...noFilter, site: 'dongqiao' }, false],
    ['its class', { ...noFilter, class: 'fall' as const }, true],
    ['another class', { ...noFilter, class: 'fire' as const }, false],
    ['its state', { ...noFilter, state: 'raised' as const }, true],
    ['another state', { ...noFilter, state: 'resolved' as const }, false],
    ['two of which one fits', { site: 'heyuan', class: 'fire' as const, state: '' as const }, false],
  ])('%s', (_, filter, wanted) => {
    expect(matches(filter, fall)).toBe(wanted);
  });
});

describe('offered', () => {
  const user = { id: 'u', login: 'u', name: '', scope: {} };
  test('the fire service looks for hazards and equipment', () => {
    expect(offered({ ...user, role: 'inspector', authority: 'fire' })).toEqual([
      'fire',
      'carbon_monoxide',
      'gas',
      'silent',
      'fault',
      'tamper',
      'battery',
    ]);
  });
  test('civil affairs looks for everything', () => {
    expect(offered({ ...user, role: 'inspector' })).toContain('fall');
  });
});
