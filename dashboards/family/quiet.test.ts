import { expect, test } from 'vitest';
import { nightOf, quietOf } from './quiet.ts';

test('quiet hours come back as they were said', () => {
  const night = { on: true, from: '21:30', to: '06:00', days: [5, 6] };
  expect(nightOf(quietOf(night))).toEqual(night);
});

test('who has said nothing is offered a night, and is not quiet', () => {
  const night = nightOf([]);
  expect(night.on).toBe(false);
  expect(quietOf(night)).toEqual([]);
});
