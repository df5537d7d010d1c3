/**
 * Level is a pattern of the alarm sound: of a severity (low alarms are silent),
 * of a lost gateway, or of a screen that may go dark.
 */
export type Level = 'urgent' | 'high' | 'medium' | 'lost' | 'dark';

interface Tone {
  /** Start and length in seconds. */
  at: number;
  length: number;
  /** Fundamental in hertz. */
  pitch: number;
  /** A bell fades away; a beep is held. */
  bell?: boolean;
}

interface Pattern {
  /** Seconds until it repeats. */
  period: number;
  /** Greatest amplitude, from 0 to 1. */
  volume: number;
  tones: Tone[];
}

// They are told apart by rhythm, not by pitch alone, since older ears
// lose the high tones first: fundamentals stay within 500–1000 Hz and carry
// harmonics, as medical alarm sounds do (IEC 60601-1-8 asks for a fundamental
// of 150–1000 Hz with at least four harmonics).
const patterns: Record<Level, Pattern> = {
  urgent: {
    period: 2.1,
    volume: 0.95,
    tones: [0, 1, 2, 3, 4, 5].map((n) => ({ at: n * 0.28, length: 0.24, pitch: n % 2 === 0 ? 960 : 720 })),
  },
  high: {
    period: 2.8,
    volume: 0.8,
    tones: [0, 1, 2].map((n) => ({ at: n * 0.32, length: 0.22, pitch: 784 })),
  },
  medium: {
    period: 4.5,
    volume: 0.5,
    tones: [
      { at: 0, length: 0.9, pitch: 659, bell: true },
      { at: 0.38, length: 1.2, pitch: 523, bell: true },
    ],
  },
  // Slow and falling, unlike any alarm: it may go on for as long as somebody
  // looks for the cause.
  lost: {
    period: 6,
    volume: 0.6,
    tones: [
      { at: 0, length: 0.55, pitch: 698 },
      { at: 0.7, length: 0.9, pitch: 523 },
    ],
  },
  // Rising, as a question: will nobody wake me? Seldom, since nothing is wrong yet.
  dark: {
    period: 9,
    volume: 0.5,
    tones: [
      { at: 0, length: 0.14, pitch: 523 },
      { at: 0.22, length: 0.14, pitch: 587 },
      { at: 0.44, length: 0.14, pitch: 659 },
      { at: 0.66, length: 0.4, pitch: 880, bell: true },
    ],
  },
};

const harmonics = [1, 0.5, 0.3, 0.18, 0.1];

/** periodOf is after how many seconds a level's pattern repeats. */
export function periodOf(level: Level): number {
  return patterns[level].period;
}

/**
 * synthesise renders one period of a level at a sample rate in hertz. Played in
 * a loop it needs no timer, which a browser would slow down in the background.
 */
export function synthesise(level: Level, rate: number): Float32Array<ArrayBuffer> {
  const { period, volume, tones } = patterns[level];
  const samples = new Float32Array(Math.round(period * rate));
  for (const tone of tones) {
    const first = Math.round(tone.at * rate);
    const count = Math.round(tone.length * rate);
    for (let i = 0; i < count && first + i < samples.length; i++) {
      const t = i / rate;
      // Rising and falling in some milliseconds, so that nothing clicks.
      const edge = Math.min(1, t / 0.012, (tone.length - t) / 0.02);
      const envelope = tone.bell === true ? edge * Math.exp((-4 * t) / tone.length) : edge;
      let value = 0;
      harmonics.forEach((amplitude, n) => {
        value += amplitude * Math.sin(2 * Math.PI * tone.pitch * (n + 1) * t);
      });
      samples[first + i]! += value * envelope;
    }
  }
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return samples.map((sample) => (sample / peak) * volume);
}
