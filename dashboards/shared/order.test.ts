import { describe, expect, test } from 'vitest';
import type { Severity } from './api/types.ts';
import { arrange, fresh, loudest, rank, resolvedAt } from './order.ts';
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

  test('an alarm that sounded again waits from then on, like the board says', () => {
    const list = [
      incident('again', { raised_at: at(0), alarmed_at: at(50), alarms: 2 }),
      incident('once', { alarmed_at: at(20) }),
    ];
    expect(ids(arrange(list, start + 60_000).waiting)).toEqual(['once', 'again']);
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

test('loudest is the severity of the first that waits', () => {
  const { waiting } = arrange(
    [incident('call', { severity: 'medium', alarmed_at: at(-90) }), incident('fall')],
    start,
  );
  expect(loudest(waiting)).toBe('urgent');
  expect(loudest([])).toBeUndefined();
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

  test.each([
    ['unchanged', incident('a'), incident('a')],
    ['noted', incident('a'), incident('a', { note: 'seen', revision: 2 })],
    ['accepted', incident('a'), accepted(incident('a'), 5)],
    ['over', arrived(incident('a'), 5), resolved(incident('a'), 6)],
  ])('one that is %s is no news', (_, before, after) => {
    expect(fresh(map(before), map(after))).toEqual([]);
  });
});
