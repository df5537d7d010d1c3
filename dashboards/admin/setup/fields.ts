import type { Register } from '../../shared/api/admin.ts';
import type { Texts } from '../../shared/texts/zh.ts';

/** Kind is a register; Row is one row of it, whose fields are named by a path such as name.zh. */
export type Kind = 'region' | 'site' | 'zone' | 'edge' | 'resident' | 'point' | 'user';
export type Row = Record<string, unknown>;
export type List = 'regions' | 'sites' | 'zones' | 'edges' | 'residents' | 'points' | 'users';

export const lists: Record<Kind, List> = {
  region: 'regions',
  site: 'sites',
  zone: 'zones',
  edge: 'edges',
  resident: 'residents',
  point: 'points',
  user: 'users',
};

/** Label is a key below setup.field. */
export type Label = keyof Texts['setup']['field'];

export interface Field {
  path: string;
  label: Label;
  type: 'text' | 'number' | 'flag' | 'words' | 'choice' | 'list' | 'contacts';
  /** The words to choose from; '' is none of them. */
  words?: readonly string[];
  /** Where the choices come from. */
  from?: List | 'floors' | 'roles';
  /** It is asked for first; the others are behind `more`. */
  main?: boolean;
  /** It cannot be changed once the row is there. */
  fixed?: boolean;
  /** Belongs to some roles only. */
  roles?: readonly string[];
  /** It can be scanned. */
  scan?: boolean;
}

const names: Field[] = [
  { path: 'name.zh', label: 'name_zh', type: 'text', main: true },
  { path: 'name.en', label: 'name_en', type: 'text', main: true },
];

export const fields: Record<Kind, readonly Field[]> = {
  region: [
    { path: 'id', label: 'id', type: 'text', main: true, fixed: true },
    ...names,
    {
      path: 'level',
      label: 'level',
      type: 'words',
      words: ['city', 'district', 'township', 'village'],
      main: true,
    },
    { path: 'parent', label: 'parent', type: 'choice', from: 'regions', main: true },
  ],
  site: [
    { path: 'id', label: 'id', type: 'text', main: true, fixed: true },
    ...names,
    {
      path: 'kind',
      label: 'kind',
      type: 'words',
      words: ['nursing_home', 'day_care', 'private_home'],
      main: true,
    },
    { path: 'region', label: 'region', type: 'choice', from: 'regions', main: true },
    { path: 'address.zh', label: 'address_zh', type: 'text', main: true },
    { path: 'address.en', label: 'address_en', type: 'text' },
    { path: 'time_zone', label: 'time_zone', type: 'text', main: true },
    { path: 'telephone', label: 'telephone', type: 'text' },
    { path: 'arrive_s', label: 'arrive_s', type: 'number' },
    { path: 'cancel_s', label: 'cancel_s', type: 'number' },
    { path: 'longitude', label: 'longitude', type: 'number' },
    { path: 'latitude', label: 'latitude', type: 'number' },
  ],
  zone: [
    { path: 'id', label: 'id', type: 'text', main: true, fixed: true },
    { path: 'floor', label: 'floor', type: 'text', main: true },
    ...names,
    {
      path: 'kind',
      label: 'use',
      type: 'words',
      words: ['', 'bedroom', 'bathroom', 'corridor', 'kitchen', 'common', 'service'],
      main: true,
    },
    { path: 'shape', label: 'shape', type: 'text' },
  ],
  edge: [{ path: 'id', label: 'id', type: 'text', main: true, fixed: true }, ...names],
  point: [
    { path: 'id', label: 'code', type: 'text', main: true, fixed: true, scan: true },
    ...names,
    { path: 'zone', label: 'zone', type: 'choice', from: 'zones', main: true },
    { path: 'bed', label: 'bed', type: 'text', main: true },
    { path: 'edge', label: 'edge', type: 'choice', from: 'edges', main: true },
    { path: 'resident', label: 'resident', type: 'choice', from: 'residents', main: true },
    {
      path: 'kind',
      label: 'kind',
      type: 'words',
      words: ['', 'manual_call_point', 'panel', 'power_supply', 'fire_detector', 'gas_detector'],
      main: true,
    },
    { path: 'power', label: 'power', type: 'words', words: ['', 'mains', 'battery'] },
    { path: 'report_s', label: 'report_s', type: 'number' },
    { path: 'retired', label: 'retired', type: 'flag' },
  ],
  resident: [
    { path: 'id', label: 'id', type: 'text', main: true, fixed: true },
    { path: 'name', label: 'name', type: 'text', main: true },
    { path: 'zone', label: 'zone', type: 'choice', from: 'zones', main: true },
    { path: 'bed', label: 'bed', type: 'text', main: true },
    {
      path: 'mobility',
      label: 'mobility',
      type: 'words',
      words: ['', 'walks', 'helped', 'bedbound'],
      main: true,
    },
    { path: 'oxygen', label: 'oxygen', type: 'flag', main: true },
    { path: 'risk.zh', label: 'risk_zh', type: 'text' },
    { path: 'risk.en', label: 'risk_en', type: 'text' },
    { path: 'access.zh', label: 'access_zh', type: 'text' },
    { path: 'access.en', label: 'access_en', type: 'text' },
    { path: 'contacts', label: 'contacts', type: 'contacts' },
    { path: 'family_consent', label: 'family_consent', type: 'flag' },
    { path: 'routine.zh', label: 'routine_zh', type: 'text' },
    { path: 'routine.en', label: 'routine_en', type: 'text' },
    { path: 'routine_consent', label: 'routine_consent', type: 'flag' },
  ],
  user: [
    { path: 'login', label: 'login', type: 'text', main: true },
    { path: 'name', label: 'name', type: 'text', main: true },
    { path: 'role', label: 'role', type: 'words', from: 'roles', main: true },
    {
      path: 'scope.sites',
      label: 'sites',
      type: 'list',
      from: 'sites',
      main: true,
      roles: ['carer', 'leader', 'manager', 'operator'],
    },
    { path: 'scope.floors', label: 'floors', type: 'list', roles: ['carer'] },
    {
      path: 'scope.regions',
      label: 'regions',
      type: 'list',
      from: 'regions',
      main: true,
      roles: ['inspector'],
    },
    {
      path: 'scope.residents',
      label: 'residents',
      type: 'list',
      from: 'residents',
      main: true,
      roles: ['family', 'helper'],
    },
    {
      path: 'relation',
      label: 'relation',
      type: 'words',
      words: ['', 'neighbour', 'community'],
      roles: ['helper'],
    },
    { path: 'key_holder', label: 'key_holder', type: 'flag', roles: ['family', 'helper'] },
    {
      path: 'authority',
      label: 'authority',
      type: 'words',
      words: ['', 'civil_affairs', 'fire'],
      roles: ['inspector'],
    },
    { path: 'station', label: 'station', type: 'words', words: ['', 'station', 'wall'], roles: ['carer'] },
    { path: 'language', label: 'language', type: 'words', words: ['', 'zh', 'en'] },
    { path: 'badge', label: 'badge', type: 'text' },
    { path: 'contacts', label: 'contacts', type: 'contacts', main: true },
    { path: 'disabled', label: 'disabled', type: 'flag' },
  ],
};

/** blank is a new row of a register at a site. */
export function blank(kind: Kind, site: string): Row {
  const name = { zh: '', en: '' };
  switch (kind) {
    case 'region':
      return { id: '', level: 'village', parent: '', name };
    case 'site':
      return { id: '', kind: 'nursing_home', name, address: name, region: '', time_zone: 'Asia/Shanghai' };
    case 'zone':
      return { site, id: '', floor: '', name };
    case 'edge':
      return { site, id: '', name };
    case 'point':
      return { site, id: '', name, edge: '', zone: '' };
    case 'resident':
      return {
        site,
        id: '',
        name: '',
        zone: '',
        bed: '',
        oxygen: false,
        risk: name,
        routine: name,
        access: name,
        family_consent: false,
        routine_consent: false,
        contacts: [],
      };
    case 'user':
      return {
        login: '',
        name: '',
        role: 'carer',
        badge: '',
        disabled: false,
        scope: { sites: site === '' ? [] : [site] },
        contacts: [],
      };
  }
}

/** read returns a field of a row. */
export function read(row: Row, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Row | undefined)?.[key], row);
}

/** said is a value of a row as text. */
export function said(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** write returns the row with another value of a field. An empty word, or no number, is left out. */
export function write(row: Row, path: string, value: unknown): Row {
  const [key = '', ...rest] = path.split('.');
  if (rest.length > 0) return { ...row, [key]: write((row[key] ?? {}) as Row, rest.join('.'), value) };
  return { ...row, [key]: value };
}

/** shown is a row without what is only shown, as the gateway takes it. */
export function sent(kind: Kind, row: Row): Row {
  const copy = { ...row };
  for (const key of ['commissioned_at', 'left_at', 'editable', 'must_change', 'unregistered'])
    delete copy[key];
  for (const field of fields[kind]) {
    if (field.type === 'words' && read(copy, field.path) === '') delete copy[field.path];
    // What belongs to another role must not stay behind when the role is changed.
    if (field.roles !== undefined && !field.roles.includes(String(row.role))) {
      const [outer = '', inner] = field.path.split('.');
      if (inner === undefined) delete copy[outer];
      else copy[outer] = { ...(copy[outer] as Row), [inner]: undefined };
    }
  }
  return copy;
}

/** contactLines and readContacts write ways to a person a line each, and read them. */
export function contactLines(contacts: unknown): string {
  return ((contacts ?? []) as { channel: string; address: string }[])
    .map(({ channel, address }) => `${channel} ${address}`)
    .join('\n');
}

export function readContacts(text: string): { channel: string; address: string }[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [channel = '', ...address] = line.split(/\s+/);
      return { channel, address: address.join(' ') };
    });
}

/** matches reports whether a row has all words of a search somewhere. */
export function matches(row: Row, search: string): boolean {
  const text = JSON.stringify(row).toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** mistakeField is the path of the field that a mistake is about; a register names the halves of a text apart. */
export function mistakeField(field: string | undefined): string {
  if (field === undefined) return '';
  const scope = ['sites', 'floors', 'regions', 'residents'];
  if (scope.includes(field)) return `scope.${field}`;
  return field.replace(/_(zh|en)$/, '.$1');
}

/** rowsOf are the rows of a register, as rows with paths. */
export function rowsOf(register: Register | undefined, kind: Kind): readonly Row[] {
  return register?.[lists[kind]] ?? [];
}
