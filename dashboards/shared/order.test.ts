import { describe, expect, test } from 'vitest';
import type { Incident, Severity } from './api/types.ts';
import { arrange, fellBack, fresh, loudest, rank, resolvedAt, weight } from './order.ts';
import { accepted, arrived, at, incident, resolved, start } from './testing/incidents.ts';

const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);

describe('arrange', () => {
  test('the longest waiting comes first among equals', () => {
    const list = [
      incident('new', { alarmed_at: at(30) }),
      incident('old', { alarmed_at: at(0) }),
      incident('mid', { alarmed_at: at(12) }),
    ];
    expect(ids(arrange(list, start + 60_000).waiting)).toEqual(['old', 'mid', 'new']);
  });

  test('an emergency goes before a call that has waited longer', () => {
    const list = [
      incident('battery', { class: 'battery', severity: 'low', alarmed_at: at(-4000) }),
      incident('call', { class: 'call', severity: 'medium', alarmed_at: at(-300) }),
      incident('door', { class: 'wandering', severity: 'high', alarmed_at: at(-60) }),
      incident('fire', { class: 'fire', alarmed_at: at(0) }),
    ];
    expect(ids(arrange(list, start).waiting)).toEqual(['fire', 'door', 'call', 'battery']);
  });

  test('an alarm that sounded again goes before those that sounded once', () => {
    const list = [
      incident('once', { alarmed_at: at(20) }),
      incident('again', { raised_at: at(0), alarmed_at: at(50), alarms: 2 }),
    ];
    expect(ids(arrange(list, start + 60_000).waiting)).toEqual(['again', 'once']);
  });

  test('a confirmed fire goes before all, and no call before an emergency', () => {
    const list = [
      incident('call', { class: 'call', severity: 'medium', alarms: 9 }),
      incident('again', { alarms: 3 }),
      incident('smoke', { class: 'fire', alarmed_at: at(-500) }),
      incident('fire', { class: 'fire', alarms: 2, confirmed: { at: at(40) }, alarmed_at: at(40) }),
    ];
    expect(ids(arrange(list, start + 60_000).waiting)).toEqual(['fire', 'again', 'smoke', 'call']);
  });

  test('a call that its resident took back waits below emergencies and above plain calls', () => {
    const list = [
      incident('call', { class: 'call', severity: 'medium', alarmed_at: at(-900) }),
      incident('taken back', { class: 'sos', cancelled_at: at(5), alarmed_at: at(-60) }),
      incident('door', { class: 'wandering', severity: 'high', alarmed_at: at(0) }),
    ];
    expect(ids(arrange(list, start).waiting)).toEqual(['door', 'taken back', 'call']);
  });

  test('alarms of one instant keep one order on every screen', () => {
    const list = [incident('b'), incident('c'), incident('a')];
    expect(ids(arrange(list, start).waiting)).toEqual(['a', 'b', 'c']);
  });

  test('whoever is on the way stands before whoever is there', () => {
    const there = arrived(incident('there', { alarmed_at: at(-100) }), 0);
    const going = accepted(incident('going', { class: 'call', severity: 'medium' }), 0);
    const { waiting, attended } = arrange([there, going], start);
    expect(waiting).toEqual([]);
    expect(ids(attended)).toEqual(['going', 'there']);
  });

  test('what ended is shown for an hour, the latest first', () => {
    const list = [
      resolved(incident('first'), 10),
      resolved(incident('last'), 20),
      resolved(incident('yesterday'), -3601),
    ];
    expect(ids(arrange(list, start + 1000).recent)).toEqual(['last', 'first']);
  });

  test('a severity that this page does not know is taken for urgent', () => {
    expect(rank('apocalyptic' as Severity)).toBe(rank('urgent'));
  });

  test('an end without its act counts from the alarm', () => {
    expect(resolvedAt(incident('odd', { state: 'resolved', alarmed_at: at(5) }))).toBe(start + 5000);
  });
});

describe('what another incident explains', () => {
  const silent = (id: string, change: Partial<Incident> = {}) =>
    incident(id, { class: 'silent', severity: 'medium', under: 'edge', ...change });
  const edge = incident('edge', { class: 'silent', severity: 'medium' });

  test('is shown under it and in no list', () => {
    const { waiting, explained } = arrange([silent('b'), edge, silent('a')], start);
    expect(ids(waiting)).toEqual(['edge']);
    expect(ids(explained.get('edge') ?? [])).toEqual(['a', 'b']);
  });

  test('stays under it while somebody attends to it', () => {
    const { waiting, attended, explained } = arrange([accepted(edge, 5), silent('a')], start);
    expect([ids(waiting), ids(attended), ids(explained.get('edge') ?? [])]).toEqual([[], ['edge'], ['a']]);
  });

  test.each([
    ['is not in the picture', []],
    ['is over', [resolved(edge, 5)]],
  ])('stands for itself when that %s', (_, others) => {
    const { waiting, explained } = arrange([silent('a'), ...others], start + 6_000);
    expect(ids(waiting)).toEqual(['a']);
    expect(explained.size).toBe(0);
  });

  test('is never hidden two levels down, nor in a circle', () => {
    const deep = arrange([edge, silent('a'), silent('b', { under: 'a' })], start);
    expect(ids(deep.waiting)).toEqual(['b', 'edge']);
    const round = arrange([silent('a', { under: 'b' }), silent('b', { under: 'a' })], start);
    expect(ids(round.waiting)).toEqual(['a', 'b']);
  });

  test('is listed as over like any other when it was resolved', () => {
    expect(ids(arrange([edge, resolved(silent('a'), 5)], start + 6_000).recent)).toEqual(['a']);
  });
});

test('loudest is the weight of the first that waits', () => {
  const { waiting } = arrange(
    [incident('call', { severity: 'medium', alarmed_at: at(-90) }), incident('fall')],
    start,
  );
  expect(loudest(waiting)).toBe('urgent');
  expect(loudest([])).toBeUndefined();
  expect(loudest([incident('sos', { class: 'sos', cancelled_at: at(9) })])).toBe('medium');
});

test.each([
  ['taken back', 'urgent', at(9), 'medium'],
  ['taken back, of little weight anyway', 'low', at(9), 'low'],
  ['not taken back', 'urgent', undefined, 'urgent'],
] as const)('the weight of a call: %s', (_, severity, cancelled, want) => {
  const change = cancelled === undefined ? {} : { cancelled_at: cancelled };
  expect(weight(incident('sos', { severity, ...change }))).toBe(want);
});

describe('who had accepted what fell back', () => {
  const taken = accepted(incident('a'), 5);

  test('is known when nobody arrived', () => {
    expect(fellBack(taken, incident('a', { revision: 3 }))?.name).toBe('王芳');
  });

  test.each([
    ['it alarmed again', taken, incident('a', { alarms: 2 })],
    ['somebody is still on the way', taken, taken],
    ['it was never accepted', incident('a'), incident('a', { revision: 2 })],
    ['nobody has seen it before', undefined, incident('a')],
  ])('is nobody when %s', (_, before, after) => {
    expect(fellBack(before, after)).toBeUndefined();
  });
});

describe('fresh', () => {
  const map = (...list: ReturnType<typeof incident>[]) => new Map(list.map((i) => [i.id, i]));

  test('a new alarm is news, most severe first', () => {
    const call = incident('call', { severity: 'medium' });
    const fall = incident('fall', { alarmed_at: at(9) });
    expect(ids(fresh(map(), map(call, fall)))).toEqual(['fall', 'call']);
  });

  test('an alarm that sounds again is news', () => {
    const once = incident('a');
    expect(ids(fresh(map(once), map({ ...once, alarms: 2 })))).toEqual(['a']);
  });

  test('one that falls back because nobody arrived is news', () => {
    const once = incident('a');
    expect(ids(fresh(map(accepted(once, 5)), map({ ...once, revision: 3 })))).toEqual(['a']);
  });

  test('one that nothing explains any more is news, and not before', () => {
    const edge = incident('edge', { class: 'silent' });
    const bed = incident('bed', { class: 'silent', under: 'edge' });
    const alone = { ...bed };
    delete alone.under;
    expect(ids(fresh(map(edge), map(edge, bed)))).toEqual([]);
    expect(ids(fresh(map(edge, bed), map(edge, alone)))).toEqual(['bed']);
    expect(ids(fresh(map(edge, bed), map(resolved(edge, 5), bed)))).toEqual(['bed']);
  });

  test.each([
    ['unchanged', incident('a'), incident('a')],
    ['noted', incident('a'), incident('a', { note: 'seen', revision: 2 })],
    ['accepted', incident('a'), accepted(incident('a'), 5)],
    ['over', arrived(incident('a'), 5), resolved(incident('a'), 6)],
  ])('one that is %s is no news', (_, before, after) => {
    expect(fresh(map(before), map(after))).toEqual([]);
  });
});
