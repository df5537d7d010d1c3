import { expect, test } from 'vitest';
import { at, start } from '../shared/testing/incidents.ts';
import { gapsSoon, type Gap } from './duty.ts';

const hour = 3600;
const gap = (duty: string, from: number, to: number): Gap => ({
  duty,
  name: { zh: duty, en: duty },
  floors: [],
  from: at(from * hour),
  to: at(to * hour),
});

test('a gap is warned of from a day before until it is over, the first one first', () => {
  const gaps = [
    gap('tomorrow night', 30, 38),
    gap('tonight', 9, 17),
    gap('now', -1, 2),
    gap('over', -8, 0),
    gap('in a day', 24, 25),
  ];
  expect(gapsSoon(gaps, start).map(({ duty }) => duty)).toEqual(['now', 'tonight', 'in a day']);
});
