import { describe, expect, test } from 'vitest';
import type { Evacuation, Evacuee } from '../../shared/api/ward.ts';
import { forgetPicture } from '../../shared/kept.ts';
import { countsOf, keepList, keepTicks, readList, readTicks, withTicks, type Pending } from './ticks.ts';

const minute = 60_000;
const start = Date.parse('2026-11-25T02:00:00Z');

function evacuee(id: string, more: Partial<Evacuee> = {}): Evacuee {
  return { id, name: id, mobility: 'walks', oxygen: false, away: false, near: false, out: false, ...more };
}

function listOf(people: Evacuee[], incident?: string): Evacuation {
  return {
    time: new Date(start).toISOString(),
    site: { id: 'songhe' } as Evacuation['site'],
    incident,
    open: true,
    floors: [{ floor: '2', fire: true, people }],
  };
}

function tick(resident: string, out: boolean, at: number, incident = 'fire'): Pending {
  return { id: `${resident}-${at}`, incident, resident, out, at: new Date(at).toISOString() };
}

function drawer() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    size: () => kept.size,
  };
}

describe('ticks that the gateway does not know yet', () => {
  const by = { name: '王芳', at: new Date(start + 2 * minute).toISOString(), means: 'screen' as const };
  test.each([
    ['a later one counts', tick('r-1', false, start + 3 * minute), false],
    ['an earlier one does not', tick('r-1', false, start + minute), true],
    ['one of another fire does not', tick('r-1', false, start + 3 * minute, 'other'), true],
    ['one of somebody else does not', tick('r-2', false, start + 3 * minute), true],
  ])('%s', (_, pending, out) => {
    const list = withTicks(listOf([evacuee('r-1', { out: true, by })], 'fire'), [pending], '李文娟');
    expect(list.floors[0]?.people[0]?.out).toBe(out);
  });

  test('of several the last one counts', () => {
    const ticks = [tick('r-1', true, start), tick('r-1', false, start + minute)];
    const list = withTicks(listOf([evacuee('r-1')], 'fire'), ticks, '李文娟');
    expect(list.floors[0]?.people[0]).toMatchObject({ out: false, by: { name: '李文娟' } });
  });
});

test('who was seen is counted where he was seen', () => {
  const by = { name: '王芳', at: '2026-11-25T02:00:00Z', means: 'screen' as const };
  const people = [
    evacuee('in'),
    evacuee('out', { out: true, by }),
    evacuee('away', { away: true }),
    evacuee('away, and seen inside', { away: true, by }),
    evacuee('away, and seen outside', { away: true, out: true, by }),
  ];
  expect(countsOf({ people })).toEqual({ inside: 2, out: 2, away: 1 });
});

describe('what is kept for a time without a gateway', () => {
  test('a fire that nobody has read a list of has that of the house', () => {
    const d = drawer();
    keepList(d, 'u-1', listOf([evacuee('r-1')]), start);
    expect(readList(d, 'u-1', 'songhe', 'fire', start + minute)?.list).toMatchObject({ incident: 'fire' });
    expect(readList(d, 'u-2', 'songhe', 'fire', start + minute)).toBeUndefined();
    expect(readList(d, 'u-1', 'songhe', 'fire', start + 13 * 60 * minute)).toBeUndefined();
    expect(readList(d, 'u-1', 'songhe', 'fire', start - minute)).toBeUndefined();
  });

  test('lists go with the picture, and ticks stay', () => {
    const d = drawer();
    keepList(d, 'u-1', listOf([evacuee('r-1')]), start);
    keepTicks(d, 'u-1', [tick('r-1', true, start)]);
    forgetPicture(d);
    expect(readList(d, 'u-1', 'songhe', undefined, start)).toBeUndefined();
    expect(readTicks(d, 'u-1')).toHaveLength(1);
    expect(d.size()).toBe(1);
  });

  test('that of the fire goes before it', () => {
    const d = drawer();
    keepList(d, 'u-1', listOf([evacuee('r-1')]), start + minute);
    keepList(d, 'u-1', listOf([evacuee('r-2')], 'fire'), start);
    expect(readList(d, 'u-1', 'songhe', 'fire', start + minute)?.list.floors[0]?.people[0]?.id).toBe('r-2');
  });

  test('of many fires the last ones are kept, and that of the house', () => {
    const into = drawer();
    keepList(into, 'u', listOf([evacuee('house')]), start);
    for (let n = 1; n <= 25; n++) keepList(into, 'u', listOf([evacuee('fire')], `f${n}`), start + n);
    const first = (incident: string) =>
      readList(into, 'u', 'songhe', incident, start + minute)?.list.floors[0]?.people[0]?.id;
    expect(['f25', 'f6', 'f5', 'f1'].map(first)).toEqual(['fire', 'fire', 'house', 'house']);
  });

  test('ticks wait in their order, and leave nothing behind', () => {
    const d = drawer();
    const ticks = [tick('r-1', true, start), tick('r-2', true, start + 1)];
    keepTicks(d, 'u-1', ticks);
    expect(readTicks(d, 'u-1')).toEqual(ticks);
    keepTicks(d, 'u-1', []);
    expect(d.size()).toBe(0);
    d.setItem('shouwang.act.u-1.~ticks', 'broken');
    expect(readTicks(d, 'u-1')).toEqual([]);
  });
});
