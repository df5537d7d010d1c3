import { describe, expect, test } from 'vitest';
import { siteOf } from './parts.ts';

describe('the site of a part', () => {
  const sites = [{ id: 'songhe' }, { id: 'heyuan' }];
  test.each([
    ['users of all sites', 'user', '', ''],
    ['users of one', 'user', 'heyuan', 'heyuan'],
    ['rooms after users of all sites were looked at', 'zone', '', 'songhe'],
    ['rooms of the chosen site', 'zone', 'heyuan', 'heyuan'],
  ] as const)('%s', (_, part, chosen, site) => {
    expect(siteOf(part, chosen, sites)).toBe(site);
  });
});
