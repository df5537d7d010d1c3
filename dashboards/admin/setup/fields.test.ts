import { describe, expect, test } from 'vitest';
import { blank, contactLines, matches, mistakeField, read, readContacts, sent, write } from './fields.ts';

describe('rows of registers', () => {
  test('a field within a field is read and written, and the row before stays as it was', () => {
    const row = blank('zone', 'songhe');
    const named = write(row, 'name.zh', '203房');
    expect(read(named, 'name.zh')).toBe('203房');
    expect(read(named, 'name.en')).toBe('');
    expect(read(row, 'name.zh')).toBe('');
  });

  test('what another role had is not sent', () => {
    const row = {
      ...blank('user', 'songhe'),
      role: 'inspector',
      relation: 'neighbour',
      station: '',
      editable: true,
    };
    expect(sent('user', row)).toEqual({
      login: '',
      name: '',
      role: 'inspector',
      badge: '',
      disabled: false,
      contacts: [],
      scope: { sites: undefined, floors: undefined, residents: undefined },
    });
  });

  test('contacts are a line each, and come back the same', () => {
    const list = [
      { channel: 'sms', address: '+8613812345678' },
      { channel: 'mail', address: 'a@example.org' },
    ];
    expect(readContacts(contactLines(list))).toEqual(list);
    expect(readContacts('\n  sms   +861 \n\n')).toEqual([{ channel: 'sms', address: '+861' }]);
  });

  test('a search finds all its words in any field', () => {
    const row = { id: 'r203-call', name: { zh: '床头按钮', en: 'Bedside button' } };
    expect(matches(row, 'R203 bedside')).toBe(true);
    expect(matches(row, 'r203 smoke')).toBe(false);
  });

  test('a mistake finds its field', () => {
    expect(mistakeField('name_zh')).toBe('name.zh');
    expect(mistakeField('sites')).toBe('scope.sites');
    expect(mistakeField('zone')).toBe('zone');
    expect(mistakeField(undefined)).toBe('');
  });
});
