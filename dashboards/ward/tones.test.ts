import { describe, expect, test } from 'vitest';
import { periodOf, synthesise, type Level } from './tones.ts';

const rate = 8_000;
const levels: Level[] = ['urgent', 'high', 'medium', 'lost', 'dark'];

/** bursts counts the tones of a period: stretches of sound between silences of 30 ms. */
function bursts(samples: Float32Array): number {
  let count = 0;
  let silent = Number.POSITIVE_INFINITY;
  for (const sample of samples) {
    if (Math.abs(sample) < 0.001) silent++;
    else {
      if (silent > 0.03 * rate) count++;
      silent = 0;
    }
  }
  return count;
}

/** share is which part of a period sounds, from 0 to 1. */
function share(samples: Float32Array): number {
  return samples.filter((sample) => Math.abs(sample) > 0.02).length / samples.length;
}

/** power is how strong a pitch is in a stretch of sound (Goertzel's way). */
function power(samples: Float32Array, pitch: number): number {
  const c = 2 * Math.cos((2 * Math.PI * pitch) / rate);
  let [a, b] = [0, 0];
  for (const sample of samples) [a, b] = [sample + c * a - b, a];
  return a * a + b * b - c * a * b;
}

describe.each(levels)('%s', (level) => {
  const samples = synthesise(level, rate);

  test('lasts one period', () => {
    expect(samples).toHaveLength(Math.round(periodOf(level) * rate));
  });

  test('is loud and never clipped', () => {
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(peak).toBeGreaterThan(0.4);
    expect(peak).toBeLessThanOrEqual(1);
  });

  test('begins and ends in silence, so that the loop does not click', () => {
    expect(Math.abs(samples[0]!)).toBeLessThan(0.001);
    expect(Math.abs(samples.at(-1)!)).toBeLessThan(0.001);
  });

  test('ends with a pause, in which one can speak', () => {
    const pause = samples.slice(-Math.round(0.3 * rate));
    expect(Math.max(...pause.map(Math.abs))).toBeLessThan(0.001);
  });
});

test('they are told apart by rhythm: how many tones, and how much of the time', () => {
  const sounds = levels.map((level) => synthesise(level, rate));
  // The two bells of medium ring into each other.
  expect(sounds.map(bursts)).toEqual([6, 3, 1, 2, 4]);
  const [urgent, high, medium, lost, dark] = sounds.map(share) as [number, number, number, number, number];
  expect(urgent).toBeGreaterThan(2 * high);
  expect(Math.max(high, medium, lost, dark)).toBeLessThan(0.4);
});

test('fundamentals are low enough for old ears, with harmonics for small speakers', () => {
  const first = synthesise('high', rate).slice(0, Math.round(0.22 * rate));
  for (const pitch of [784, 1568, 2352, 3136]) {
    expect(power(first, pitch), `${pitch} Hz`).toBeGreaterThan(20 * power(first, pitch + 300));
  }
});
