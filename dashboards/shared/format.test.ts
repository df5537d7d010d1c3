import { describe, expect, test } from 'vitest';
import {
  ageOf,
  clockTime,
  fullDate,
  localName,
  telephone,
  placeParts,
  shortTime,
  since,
  waited,
} from './format.ts';
import { accepted, arrived, at, incident, resolved, start } from './testing/incidents.ts';

test.each([
  [-5_000, '00:00'],
  [0, '00:00'],
  [999, '00:00'],
  [61_500, '01:01'],
  [3_599_999, '59:59'],
  [3_600_000, '1:00:00'],
  [90_061_000, '25:01:01'],
])('a wait of %d ms is written %s', (milliseconds, text) => {
  expect(waited(milliseconds)).toBe(text);
});

test.each([
  [-1, 'seconds', 0],
  [119_999, 'seconds', 119],
  [120_000, 'minutes', 2],
  [7_199_999, 'minutes', 119],
  [7_200_000, 'hours', 2],
  [172_799_999, 'hours', 47],
  [172_800_000, 'days', 2],
])('an age of %d ms is said in %s: %d', (milliseconds, unit, count) => {
  expect(ageOf(milliseconds)).toEqual({ unit, count });
});

describe('times are those of the site, whatever the screen is set to', () => {
  test('the clock of a home in Shanghai', () => {
    expect(clockTime(start, 'Asia/Shanghai', 'zh')).toBe('02:30:00');
    expect(clockTime(start, 'Asia/Urumqi', 'en')).toBe('00:30:00');
  });

  test('midnight is 00, never 24', () => {
    expect(clockTime('2026-03-04T16:00:00Z', 'Asia/Shanghai', 'en')).toBe('00:00:00');
  });

  test('the day turns at the midnight of the site', () => {
    expect(fullDate('2026-03-04T15:59:59Z', 'Asia/Shanghai', 'zh')).toContain('3月4日');
    expect(fullDate('2026-03-04T16:00:00Z', 'Asia/Shanghai', 'zh')).toContain('3月5日');
  });

  test('a time of today has no day, one of last evening has', () => {
    expect(shortTime(at(-60), start, 'Asia/Shanghai', 'zh')).toBe('02:29');
    expect(shortTime('2026-03-04T15:00:00Z', start, 'Asia/Shanghai', 'zh')).toBe('3月4日 23:00');
    expect(shortTime('2026-03-04T15:00:00Z', start, 'Asia/Shanghai', 'en')).toBe('4 Mar, 23:00');
  });

  test('a zone that the browser does not know does not take the board away', () => {
    expect(clockTime(start, 'Mars/Olympus', 'zh')).toMatch(/^\d\d:\d\d:\d\d$/);
  });
});

describe('names', () => {
  test('a missing language falls back to the other', () => {
    expect(localName({ zh: '和园', en: '' }, 'en')).toBe('和园');
    expect(localName({ zh: '', en: 'Heyuan' }, 'zh')).toBe('Heyuan');
    expect(localName(undefined, 'zh')).toBe('');
  });

  const words = { floor: (f: string) => `${f}楼`, bed: (b: string) => `${b}床`, unknown: '位置未登记' };
  test.each([
    ['a bed', { floor: '3', zone: { zh: '302 房', en: '' }, bed: '1' }, ['3楼', '302 房', '1床']],
    ['a cellar', { floor: '-1', zone: { zh: '锅炉房', en: '' } }, ['-1楼', '锅炉房']],
    ['a floor with a name', { floor: '夹层', bed: '靠窗' }, ['夹层', '靠窗']],
    ['only what stands there', { point: { zh: '门口烟感', en: '' } }, ['门口烟感']],
    ['nothing', {}, ['位置未登记']],
  ])('the place of %s', (_, place, parts) => {
    expect(placeParts(place, 'zh', words)).toEqual(parts);
  });
});

test('a card counts from the latest step', () => {
  const raised = incident('a', { raised_at: at(-100), alarmed_at: at(0) });
  const going = accepted(raised, 10);
  const there = arrived(going, 20);
  expect([raised, going, there, resolved(there, 30)].map((i) => (since(i) - start) / 1000)).toEqual([
    0, 10, 20, 30,
  ]);
});

test.each([
  ['0571-8800 1234', 'tel:057188001234'],
  ['+86 138（0013）8000', 'tel:+8613800138000'],
])('%s is called as %s', (number, address) => {
  expect(telephone(number)).toBe(address);
});
