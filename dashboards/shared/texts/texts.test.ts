import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { causeReasons, classes } from '../api/types.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** flat lists texts by their whole key. */
function flat(tree: object, path = ''): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(tree) as [string, string | object][]) {
    const name = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'string') texts.set(name, value);
    else for (const [inner, text] of flat(value, name)) texts.set(inner, text);
  }
  return texts;
}

const chinese = flat(zh);
const english = flat(en);
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort();

test('both languages have the same keys in the same order', () => {
  expect([...english.keys()]).toEqual([...chinese.keys()]);
});

test('both languages fill in the same things', () => {
  for (const [key, text] of chinese) {
    expect(placeholders(english.get(key) ?? ''), key).toEqual(placeholders(text));
  }
});

test('no text is empty, and none has a space at its edge but the separator', () => {
  for (const [key, text] of [...chinese, ...english]) {
    expect(text, key).not.toBe('');
    if (key !== 'common.separator') expect(text, key).toBe(text.trim());
  }
});

test('no text is left in the other language', () => {
  // Each language is named in itself.
  const named = new Set(['common.languageOther']);
  const han = /\p{Script=Han}/u;
  for (const [key, text] of english) if (!named.has(key)) expect(text, key).not.toMatch(han);
  for (const [key, text] of chinese) {
    const words = text.replaceAll(/\{\{\w+\}\}/g, '');
    if (!named.has(key) && /\p{L}/u.test(words)) expect(text, key).toMatch(han);
  }
});

describe('carers are told by the words that they say', () => {
  test.each([
    ['act.accept', '我去处理'],
    ['act.arrive', '已到场'],
    ['act.resolve', '已处理'],
    ['class.call', '普通呼叫'],
    ['class.sos', '紧急呼叫'],
    ['class.wandering', '夜间外出'],
    ['class.fall', '跌倒'],
    ['class.silent', '失联'],
    ['admin.quarantine', '异常报文'],
    ['admin.unproven', '未验证'],
  ])('%s is %s', (key, word) => {
    expect(chinese.get(key)).toBe(word);
  });

  test('a sensor that is normal again is 信号恢复', () => {
    expect(chinese.get('ward.cleared')).toMatch(/^信号恢复/);
  });

  test('a point that a false alarm shelves is 暂停提醒', () => {
    expect(chinese.get('resolve.activeHint')).toContain('暂停提醒');
  });

  test('nothing is ever 静默', () => {
    for (const [key, text] of chinese) expect(text, key).not.toContain('静默');
  });
});

const root = join(import.meta.dirname, '..', '..', '..');

/** constants reads the values of Go constants, such as CodeNotFound = "not_found". */
function constants(file: string, names: RegExp): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  const found = [...source.matchAll(/^\t(\w+)(?:\s+\w+)?\s*=\s*"(\w+)"/gm)]
    .filter(([, name]) => names.test(name ?? ''))
    .map(([, , value]) => value ?? '');
  expect(found.length, `${file} has constants ${names}`).toBeGreaterThan(3);
  return found;
}

describe('whatever the gateway answers is said in words', () => {
  const has = (key: string) => expect(chinese.has(key), key).toBe(true);

  test('why it refused an action', () => {
    const codes = [
      ...constants('alerts/action.go', /^Code/),
      ...constants('gateway/api/problem.go', /^Code/),
    ];
    for (const code of codes) has(`problem.${code}`);
  });

  test('why it refused a message', () => {
    for (const reason of constants('alerts/care/refusal.go', /^Reason/)) has(`refusal.${reason}`);
  });

  test('why a message was not delivered', () => {
    for (const reason of constants('alerts/notify/failure.go', /./)) has(`undelivered.${reason}`);
  });

  test('what a message says, and how far it has come', () => {
    for (const phrase of constants('alerts/book.go', /^Phrase/)) has(`phrase.${phrase}`);
    for (const state of constants('alerts/book.go', /^Notice/)) has(`notice.${state}`);
    const source = readFileSync(join(root, 'alerts/notify/notify.go'), 'utf8');
    const proofs = [...source.matchAll(/case \w+:\n\t\treturn "(\w+)"/g)].map(([, name]) => name ?? '');
    expect(proofs.length).toBeGreaterThan(3);
    for (const proof of [...proofs, 'nothing']) has(`proof.${proof}`);
  });

  test('why an event alarmed nobody', () => {
    const source = readFileSync(join(root, 'alerts/care/incident.go'), 'utf8');
    const reasons = [...source.matchAll(/Suppressed\w+\s*= "(\w+)"/g)].map(([, reason]) => reason ?? '');
    expect(reasons.length).toBeGreaterThan(2);
    for (const reason of [...reasons, 'off', 'hours', 'away']) has(`suppressed.${reason}`);
  });

  test('what happened to an incident', () => {
    const source = readFileSync(join(root, 'alerts/care/incident.go'), 'utf8');
    const kinds = [...source.matchAll(/EntryKind = "incident\.(\w+)"/g)].map(([, kind]) => kind ?? '');
    expect(kinds.length).toBeGreaterThan(5);
    for (const kind of kinds) has(`history.${kind}`);
  });

  test('why an incident was real or false', () => {
    const source = readFileSync(join(root, 'alerts/care/incident.go'), 'utf8');
    const lists = [...source.matchAll(/case Cause(\w+):\n\t\treturn \[\]string\{([^}]+)\}/g)];
    const known: Record<string, string[]> = {};
    for (const [, cause, codes] of lists) known[(cause ?? '').toLowerCase()] = codes?.match(/\w+/g) ?? [];
    expect(known).toEqual(causeReasons);
    for (const code of [...causeReasons.real, ...causeReasons.false]) has(`reason.${code}`);
  });

  const document = join(root, 'dashboards/shared/api/openapi.json');
  test.skipIf(!existsSync(document))('all that an incident may be', () => {
    interface Schema {
      properties: Record<string, { enum?: string[]; items?: { enum?: string[] } }>;
    }
    const { components } = JSON.parse(readFileSync(document, 'utf8')) as {
      components: { schemas: Record<string, Schema> };
    };
    const values = (schema: string, property: string) => {
      const of = components.schemas[schema]?.properties[property];
      const list = of?.enum ?? of?.items?.enum ?? [];
      expect(list.length, `${schema}.${property}`).toBeGreaterThan(0);
      return list;
    };
    for (const name of values('IncidentView', 'class')) {
      for (const group of ['class', 'advice', 'family.what']) has(`${group}.${name}`);
    }
    expect([...classes].sort()).toEqual([...values('IncidentView', 'class')].sort());
    for (const name of values('IncidentView', 'severity')) has(`severity.${name}`);
    for (const name of values('IncidentView', 'state')) has(`state.${name}`);
    for (const name of values('IncidentView', 'cause')) {
      has(`cause.${name}`);
      has(`family.because.${name}`);
    }
    for (const name of values('IncidentView', 'can')) has(`act.${name}`);
    for (const name of values('ActView', 'means')) has(`means.${name}`);
    for (const name of values('NoticeView', 'role')) has(`role.${name}`);
  });
});
