import { describe, expect, test } from 'vitest';
import type { ElderNow } from '../shared/api/family.ts';
import { abilityOf } from './push.ts';
import { headlineOf } from './watched.ts';

const elder: ElderNow = {
  id: 'r1',
  name: '陈桂英',
  consent: true,
  watched: true,
  last: [],
  call: { place: { zh: '松鹤', en: 'Songhe' }, time_zone: 'Asia/Shanghai', roles: [] },
};

describe('what a family reads first', () => {
  test.each([
    ['all is well, and she is watched', 'calm', elder, false, 'calm'],
    [
      'nobody says that all is well of whom nobody watches',
      'calm',
      { ...elder, watched: false },
      false,
      'unwatched',
    ],
    ['nor before it is known', 'calm', undefined, false, 'learning'],
    ['what goes on comes first', 'called', { ...elder, watched: false }, false, 'called'],
    ['and is said at once', 'accepted', undefined, false, 'accepted'],
    ['something is over, and nobody watches since', 'over', { ...elder, watched: false }, false, 'unwatched'],
    ['in hospital', 'calm', { ...elder, watched: false, away: true }, false, 'away'],
    ['moved out', 'calm', { ...elder, watched: false, left: true }, false, 'left'],
    ['the network is away', 'calm', elder, true, 'unknown'],
    ['no consent: nothing is said, not even that', 'called', { ...elder, consent: false }, true, 'noConsent'],
  ] as const)('%s', (_, now, of, unknown, want) => {
    expect(headlineOf(now, of, unknown)).toBe(want);
  });
});

describe('which phones can show alerts', () => {
  const all = { worker: true, push: true, apple: false, installed: false };
  test.each([
    ['most', all, 'able'],
    ['an iPhone from the browser', { ...all, push: false, apple: true }, 'install'],
    ['an iPhone from the home screen', { ...all, apple: true, installed: true }, 'able'],
    ['an old iPhone from the home screen', { ...all, push: false, apple: true, installed: true }, 'unable'],
    ['one without TLS', { ...all, worker: false }, 'unable'],
  ] as const)('%s', (_, has, want) => {
    expect(abilityOf(has)).toBe(want);
  });
});
