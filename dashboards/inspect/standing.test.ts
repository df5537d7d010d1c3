import { describe, expect, test } from 'vitest';
import type { ReportLine } from '../shared/api/inspect.ts';
import type { Severity } from '../shared/api/types.ts';
import { accepted, incident, start } from '../shared/testing/incidents.ts';
import { below, isOverdue, matters, reasons, standings, within, withRegion } from './standing.ts';
import { standing, tree } from './testing.ts';

const limits = tree().within_s;

describe('isOverdue', () => {
  test.each([
    ['urgent', 180],
    ['high', 300],
    ['medium', 600],
    ['low', 3600],
  ] as [Severity, number][])('%s alarms are after %d s', (severity, seconds) => {
    const waiting = incident('a', { severity });
    expect(isOverdue(waiting, limits, start + seconds * 1000)).toBe(false);
    expect(isOverdue(waiting, limits, start + seconds * 1000 + 1)).toBe(true);
  });

  test('what somebody has accepted, or another alarm explains, is not', () => {
    const late = start + 86_400_000;
    expect(isOverdue(accepted(incident('a'), 10), limits, late)).toBe(false);
    expect(isOverdue(incident('a', { under: 'b' }), limits, late)).toBe(false);
  });
});

test('hazards, silence and what is overdue matter first', () => {
  const now = start + 1000;
  const seen = (of: Parameters<typeof incident>[1]) => matters(incident('a', of), limits, now);
  expect(seen({ class: 'gas' })).toBe(true);
  expect(seen({ class: 'silent' })).toBe(true);
  expect(seen({ class: 'fall' })).toBe(false);
  expect(matters(incident('a', { class: 'fall' }), limits, start + 86_400_000)).toBe(true);
});

describe('standings', () => {
  test('the gravest home comes first', () => {
    const homes = ['heyuan', 'quiet', 'gaps', 'out'].map((id) => standing(id));
    homes[2]!.node.coverage.doubted = 1;
    homes[3]!.node.coverage.offline = 1;
    const all = standings(tree(...homes), [incident('a', { class: 'fire' })], start);
    expect(all.map(({ node, state }) => [node.site.id, state])).toEqual([
      ['heyuan', 'hazard'],
      ['out', 'silent'],
      ['gaps', 'gaps'],
      ['quiet', 'calm'],
    ]);
  });

  test('what is over counts no more', () => {
    const [one] = standings(tree(standing('heyuan')), [incident('a', { state: 'resolved' })], start);
    expect(one).toMatchObject({ open: 0, state: 'calm' });
  });
});

describe('reasons to call', () => {
  const week = (late: number, judged: number) =>
    ({
      late: { count: late, query: '' },
      judged: { count: judged, query: '' },
      late_share: late / judged,
    }) as ReportLine;
  const why = (one: ReturnType<typeof standing>, line?: ReportLine) => reasons(one, line).map((r) => r.why);

  test('a home that is well needs no call', () => {
    expect(why(standing('a'), week(1, 20))).toEqual([]);
  });
  test('one of which nothing is heard does, and that says all of its devices', () => {
    const one = standing('a', { out: true });
    one.node.coverage.silent = 40;
    expect(why(one)).toEqual(['out']);
  });
  test('an overdue test is said beside another reason only', () => {
    const one = standing('a');
    one.node.coverage.untested = 3;
    expect(why(one)).toEqual([]);
    expect(why({ ...one, overdue: 1 })).toEqual(['overdue', 'untested']);
  });
  test('a week of late answers is a reason; one late answer is none', () => {
    expect(why(standing('a'), week(5, 20))).toEqual(['late']);
    expect(why(standing('a'), week(2, 2))).toEqual([]);
    expect(why(standing('a'), week(4, 20))).toEqual([]);
  });
});

test('a region holds what lies below it', () => {
  const one = tree(standing('a'));
  expect(
    ['district', 'township', 'village', '', 'other'].map((id) => within(one, id)(one.sites[0]!)),
  ).toEqual([true, true, true, true, false]);
  expect(below(one).map(({ id }) => id)).toEqual(['district']);
  expect(below(one, 'district').map(({ id }) => id)).toEqual(['township', 'other']);
});

describe('another region', () => {
  const one = tree(standing('a'));
  const asked = new URLSearchParams('region=township&township=township&site=a&offset=100&class=fire');
  test('keeps a site that is in it', () => {
    expect(withRegion(one, asked, 'village').toString()).toBe('region=village&class=fire&site=a');
  });

  test('drops a site and a township that nobody sees any more', () => {
    expect(withRegion(one, asked, 'other').toString()).toBe('region=other&class=fire');
  });
});
