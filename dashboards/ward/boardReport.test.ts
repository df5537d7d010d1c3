import { expect, test } from 'vitest';
import { incident } from '../shared/testing/incidents.ts';
import { partsOf, reportOf } from './boardReport.ts';
import type { SoundState } from './sound.ts';

const sound: SoundState = {
  sounding: 'urgent',
  locked: false,
  broken: false,
  unsupported: false,
  quietUntil: undefined,
};
const seen = { visible: true, awake: true };
const fall = incident('a', { severity: 'urgent', alarms: 2 });
const call = incident('b', { severity: 'medium', alarms: 1 });

test('a board tells which alarms are drawn, and by their number', () => {
  expect(reportOf([fall], sound, seen)).toEqual({
    type: 'board',
    visible: true,
    audible: true,
    awake: true,
    quiet: false,
    alarms: [{ incident: 'a', alarms: 2, sounding: true }],
  });
});

test('a call is heard under a louder alarm, and no alarm under a call', () => {
  const heard = (sounding: SoundState['sounding']) =>
    reportOf([fall, call], { ...sound, sounding }, seen).alarms.map((alarm) => alarm.sounding);
  expect(heard('urgent')).toEqual([true, true]);
  expect(heard('medium')).toEqual([false, true]);
  expect(heard('quiet')).toEqual([false, false]);
  expect(heard('lost')).toEqual([false, false]);
});

test.each([['locked'], ['broken'], ['unsupported']] as const)(
  'a board whose sound is %s is not audible',
  (why) => {
    expect(reportOf([], { ...sound, [why]: true }, seen).audible).toBe(false);
  },
);

test('a held sound is told', () => {
  expect(reportOf([], { ...sound, quietUntil: 1 }, seen).quiet).toBe(true);
});

test.each([
  [0, [0]],
  [200, [200]],
  [201, [200, 1]],
  [2000, Array<number>(10).fill(200)],
])('%i alarms are told in messages that the gateway takes', (count, sizes) => {
  const drawn = Array.from({ length: count }, (_, n) =>
    incident(`0190${String(n).padStart(60, '0')}`, { severity: 'urgent', alarms: 1 }),
  );
  const whole = reportOf(drawn, sound, seen);
  const parts = partsOf(whole);
  expect(parts.map((part) => part.alarms.length)).toEqual(sizes);
  expect(parts.map((part) => part.more ?? false)).toEqual(sizes.map((_, n) => n < sizes.length - 1));
  expect(parts.flatMap((part) => part.alarms)).toEqual(whole.alarms);
  for (const part of parts) expect(JSON.stringify(part).length).toBeLessThan(64 << 10);
});
