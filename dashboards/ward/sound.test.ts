import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { levelOf, quietFor, Sounder, soundOf } from './sound.ts';
import { periodOf } from './tones.ts';

/** Speaker stands for the browser's audio engine: the one thing that a test cannot hear. */
class Speaker {
  static last: Speaker | undefined;
  static allowed = true;
  state: 'suspended' | 'running' | 'closed' = 'suspended';
  sampleRate = 8_000;
  destination = {};
  /** A broken speaker's clock stands still. */
  ticking = true;
  readonly #from = performance.now();
  onstatechange: (() => void) | null = null;
  volume = 1;
  /** Seconds of the loops that play now. */
  readonly playing = new Set<number>();

  constructor() {
    Speaker.last = this;
  }
  get currentTime(): number {
    return this.ticking ? (performance.now() - this.#from) / 1000 : 0;
  }
  resume(): Promise<void> {
    if (Speaker.allowed) this.state = 'running';
    return Promise.resolve();
  }
  close(): Promise<void> {
    this.state = 'closed';
    return Promise.resolve();
  }
  suspend(): void {
    this.state = 'suspended';
    this.onstatechange?.();
  }
  createGain() {
    return { connect() {}, gain: { setTargetAtTime: (volume: number) => (this.volume = volume) } };
  }
  createBuffer(_: number, length: number, rate: number) {
    return { duration: length / rate, copyToChannel() {} };
  }
  createBufferSource() {
    const { playing } = this;
    const node = {
      buffer: { duration: 0 },
      loop: false,
      connect() {},
      disconnect() {},
      start() {
        expect(node.loop).toBe(true);
        playing.add(node.buffer.duration);
      },
      stop() {
        playing.delete(node.buffer.duration);
      },
    };
    return node;
  }
}

let sounder: Sounder;
const sounding = () => sounder.state().sounding;
/** heard is the period of the loop that really plays, in seconds; 0 in silence. */
const heard = () => {
  const { playing, volume, state } = Speaker.last!;
  expect(playing.size).toBeLessThanOrEqual(1);
  return state === 'running' && volume > 0 ? ([...playing][0] ?? 0) : 0;
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('AudioContext', Speaker);
  Speaker.allowed = true;
  sounder = new Sounder();
});
afterEach(() => {
  sounder.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('what a board sounds', () => {
  test.each([
    [undefined, false, undefined],
    ['urgent', false, 'urgent'],
    ['high', false, 'high'],
    ['medium', false, 'medium'],
    ['low', false, undefined],
    [undefined, true, 'lost'],
    ['low', true, 'lost'],
    ['medium', true, 'lost'],
    ['high', true, 'high'],
    ['urgent', true, 'urgent'],
  ] as const)('loudest %s, gateway lost %s: %s', (severity, lost, level) => {
    expect(soundOf(severity, lost)).toBe(level);
  });

  test.each([
    [undefined, false, 'dark'],
    ['low', false, 'dark'],
    ['medium', false, 'medium'],
    ['urgent', false, 'urgent'],
    [undefined, true, 'lost'],
  ] as const)('with a screen that may go dark, loudest %s, gateway lost %s: %s', (severity, lost, level) => {
    expect(soundOf(severity, lost, true)).toBe(level);
  });

  test('low alarms are silent', () => {
    expect(levelOf('low')).toBeUndefined();
  });
});

test('before anybody has pressed something it is locked and says so', () => {
  sounder.want('urgent');
  expect(sounder.state()).toMatchObject({ sounding: 'locked', locked: true });
});

test('a browser that does not let it play keeps it locked', async () => {
  Speaker.allowed = false;
  expect(await sounder.unlock()).toBe(false);
  expect(sounding()).toBe('locked');
});

test('a browser without sound is said to be one', async () => {
  vi.unstubAllGlobals();
  const deaf = new Sounder();
  expect(await deaf.unlock()).toBe(false);
  expect(deaf.state().unsupported).toBe(true);
});

describe('on duty', () => {
  beforeEach(async () => {
    expect(await sounder.unlock()).toBe(true);
  });

  test('it is off while nobody waits', () => {
    expect(sounding()).toBe('off');
    expect(heard()).toBe(0);
  });

  test('it sounds until it is told that nobody waits any more', () => {
    sounder.want('urgent');
    expect(heard()).toBe(periodOf('urgent'));
    vi.advanceTimersByTime(3_600_000);
    expect(sounding()).toBe('urgent');
    sounder.want(undefined);
    expect(sounding()).toBe('off');
    expect(heard()).toBe(0);
  });

  test('it changes its pattern with what is loudest', () => {
    sounder.want('medium');
    sounder.want('urgent');
    expect(heard()).toBe(periodOf('urgent'));
    sounder.want('high');
    expect(heard()).toBe(periodOf('high'));
  });

  test('quiet holds it for a minute and no longer', () => {
    sounder.want('urgent');
    sounder.quiet();
    expect(sounding()).toBe('quiet');
    expect(heard()).toBe(0);
    vi.advanceTimersByTime(quietFor.alarm - 1);
    expect(sounder.quietLeft()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(sounding()).toBe('urgent');
    expect(heard()).toBe(periodOf('urgent'));
  });

  test('a new alarm ends the quiet', () => {
    sounder.want('medium');
    sounder.quiet();
    sounder.endQuiet();
    sounder.want('urgent');
    expect(heard()).toBe(periodOf('urgent'));
  });

  test('a voice is heard over it, and the sound comes back even when the voice never ends', () => {
    sounder.want('urgent');
    sounder.hush(true);
    expect(Speaker.last!.volume).toBeLessThan(0.3);
    expect(heard()).toBe(periodOf('urgent'));
    vi.advanceTimersByTime(60_000);
    expect(Speaker.last!.volume).toBe(1);
  });

  test('the tone of a lost gateway may be held for longer', () => {
    sounder.want('lost');
    sounder.quiet();
    vi.advanceTimersByTime(quietFor.lost - 1);
    expect(sounding()).toBe('quiet');
    vi.advanceTimersByTime(1);
    expect(sounding()).toBe('lost');
  });

  test('a rehearsal sounds as an emergency does, and then what waits', () => {
    sounder.want('medium');
    sounder.quiet();
    sounder.rehearse(true);
    expect(heard()).toBe(periodOf('urgent'));
    sounder.rehearse(false);
    expect(sounding()).toBe('medium');
  });

  test('a telephone call on the tablet locks it, and a press brings it back', async () => {
    sounder.want('urgent');
    Speaker.last?.suspend();
    expect(sounding()).toBe('locked');
    await sounder.unlock();
    expect(heard()).toBe(periodOf('urgent'));
  });

  test('a speaker whose clock stands still is noticed, and a press opens it anew', async () => {
    const first = Speaker.last!;
    vi.advanceTimersByTime(2_000);
    expect(sounder.state().broken).toBe(false);
    sounder.want('urgent');
    first.ticking = false;
    vi.advanceTimersByTime(4_000);
    expect(sounder.state()).toMatchObject({ broken: true, sounding: 'locked' });
    await sounder.unlock();
    expect(Speaker.last).not.toBe(first);
    expect(sounder.state()).toMatchObject({ broken: false, sounding: 'urgent' });
    expect(heard()).toBe(periodOf('urgent'));
  });

  test('listeners hear of changes only', () => {
    let changes = 0;
    const leave = sounder.subscribe(() => changes++);
    sounder.want('urgent');
    sounder.want('urgent');
    leave();
    sounder.want(undefined);
    expect(changes).toBe(1);
  });
});
