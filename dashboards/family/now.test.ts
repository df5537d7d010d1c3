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
    ['the elder took the call back', [incident('sos', { cancelled_at: at(9) })], 'cancelled'],
    ['one of two calls was taken back', [incident('sos', { cancelled_at: at(9) }), fall], 'called'],
    ['somebody looks at what was taken back', [{ ...going, cancelled_at: at(9) }], 'accepted'],
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

test('that the elder took the call back is a step of its own', () => {
  const back = incident('a', { raised_at: at(0), cancelled_at: at(20) });
  expect(stepsOf([back]).map(({ kind }) => kind)).toEqual(['cancelled', 'raised']);
});
