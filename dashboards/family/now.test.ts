import { describe, expect, test } from 'vitest';
import { accepted, arrived, at, incident, resolved, start } from '../shared/testing/incidents.ts';
import { nowOf, stepsOf } from './now.ts';

describe('what a family reads first', () => {
  const fall = incident('fall');
  const going = accepted(fall, 60);
  const there = arrived(going, 120);
  const over = resolved(there, 600);

  test.each([
    ['nothing happened', [], 'calm'],
    ['help was called', [fall], 'called'],
    ['somebody is on the way', [going], 'accepted'],
    ['somebody is there', [there], 'arrived'],
    ['it is over', [over], 'over'],
    ['two things at once: where help is least far counts', [there, incident('sos')], 'called'],
    ['one is over, another goes on', [over, going], 'accepted'],
  ] as const)('%s', (_, incidents, now) => {
    expect(nowOf(incidents, start + 700_000).now).toBe(now);
  });

  test('after half an hour all is well again', () => {
    expect(nowOf([over], start + 600_000 + 30 * 60_000).now).toBe('calm');
  });
});

test('the timeline tells each step, the latest first', () => {
  const there = arrived(accepted(incident('a', { raised_at: at(0) }), 60), 120);
  expect(stepsOf([there]).map(({ kind }) => kind)).toEqual(['arrived', 'accepted', 'raised']);
});
