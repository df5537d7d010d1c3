import type { Severity } from '../shared/api/types.ts';
import { synthesise, type Level } from './tones.ts';

/** Sounding is what the speaker does now, as far as the browser lets one know. */
export type Sounding = Level | 'off' | 'quiet' | 'locked';

/** SoundState is what the board shows of the sound. */
export interface SoundState {
  sounding: Sounding;
  /** The browser will not play before somebody has pressed something. */
  locked: boolean;
  /** Sound ought to play, but its clock stands still: no working speaker. */
  broken: boolean;
  /** The browser has no Web Audio at all. */
  unsupported: boolean;
  /** When the quiet ends, in the milliseconds of performance.now. */
  quietUntil: number | undefined;
}

/** levelOf is the sound of a severity; low has none. */
export function levelOf(severity: Severity | undefined): Level | undefined {
  return severity === 'low' ? undefined : severity;
}

/**
 * soundOf is what a board sounds: the loudest alarm that nobody has accepted,
 * that the gateway is lost, or that the screen may go dark. An emergency that
 * is known goes before those that may be missed; a call does not. Whoever comes
 * for any of them sees the others.
 */
export function soundOf(loudest: Severity | undefined, lost: boolean, dark = false): Level | undefined {
  if (lost && loudest !== 'urgent' && loudest !== 'high') return 'lost';
  return levelOf(loudest) ?? (dark ? 'dark' : undefined);
}

/**
 * quietFor is for how long a person may hold a sound, in milliseconds. That the
 * gateway is lost, or the screen may go dark, may take a while to mend, and
 * everybody knows it by then.
 */
export const quietFor = { alarm: 60_000, lost: 600_000 } as const;

/** How loud the sound is below a voice, and for how many milliseconds at most. */
const hushed = 0.15;
const hushMost = 8_000;

/**
 * Sounder plays the alarm until nobody waits any more. Each pattern is a
 * looped buffer inside the audio engine, so it goes on while the page is busy
 * or in the background.
 */
export class Sounder {
  #context: AudioContext | undefined;
  #gain: GainNode | undefined;
  #source: { level: Level; node: AudioBufferSourceNode } | undefined;
  readonly #buffers = new Map<Level, AudioBuffer>();
  readonly #listeners = new Set<() => void>();
  #wanted: Level | undefined;
  #rehearsing = false;
  #quietTimer: ReturnType<typeof setTimeout> | undefined;
  #hushTimer: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #lastTime = 0;
  #state: SoundState = {
    sounding: 'locked',
    locked: true,
    broken: false,
    unsupported: typeof AudioContext === 'undefined',
    quietUntil: undefined,
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SoundState => this.#state;

  /**
   * unlock opens the audio engine. Browsers allow it only within a press of
   * the person; it returns whether sound can play now.
   */
  async unlock(): Promise<boolean> {
    if (this.#state.unsupported) return false;
    if (this.#context === undefined || this.#state.broken) this.#open();
    try {
      await this.#context?.resume();
    } catch {
      // The state below tells that it is still locked.
    }
    this.#update();
    return !this.#state.locked;
  }

  /** want says which level waits for somebody; undefined ends the sound. */
  want(level: Level | undefined): void {
    this.#wanted = level;
    this.#update();
  }

  /** rehearse plays the urgent sound, for a person to say whether she hears it. */
  rehearse(on: boolean): void {
    this.#rehearsing = on;
    if (on) this.endQuiet();
    this.#update();
  }

  /** quiet holds the sound for a while (quietFor); a new alarm ends it early (endQuiet). */
  quiet(): void {
    const { sounding } = this.#state;
    const length = quietFor[sounding === 'lost' || sounding === 'dark' ? 'lost' : 'alarm'];
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => this.endQuiet(), length);
    this.#change({ quietUntil: performance.now() + length });
    this.#update();
  }

  /** quietLeft is for how many milliseconds the sound is still held. */
  quietLeft(): number {
    return Math.max(0, (this.#state.quietUntil ?? 0) - performance.now());
  }

  /**
   * hush lowers the sound while something is read out, and lets it back; never
   * for longer than hushMost, since a voice may end without a word about it.
   */
  hush(on: boolean): void {
    clearTimeout(this.#hushTimer);
    this.#hushTimer = on ? setTimeout(() => this.hush(false), hushMost) : undefined;
    this.#update();
  }

  /** endQuiet lets the sound back. */
  endQuiet(): void {
    clearTimeout(this.#quietTimer);
    this.#change({ quietUntil: undefined });
    this.#update();
  }

  /** close ends all sound for good. */
  close(): void {
    clearTimeout(this.#quietTimer);
    clearTimeout(this.#hushTimer);
    clearInterval(this.#heartbeat);
    this.#stop();
    void this.#context?.close();
    this.#context = undefined;
  }

  #open(): void {
    this.#stop();
    void this.#context?.close();
    this.#buffers.clear();
    const context = new AudioContext({ latencyHint: 'interactive' });
    const gain = context.createGain();
    gain.connect(context.destination);
    // A telephone call on a tablet suspends the engine; the board must say so.
    context.onstatechange = () => this.#update();
    this.#context = context;
    this.#gain = gain;
    this.#lastTime = 0;
    this.#change({ broken: false });
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => this.#beat(), 2_000);
  }

  /** An engine whose clock stands still plays nothing, whatever its state says. */
  #beat(): void {
    const context = this.#context;
    if (context === undefined || context.state !== 'running') return;
    const broken = context.currentTime === this.#lastTime;
    this.#lastTime = context.currentTime;
    if (broken !== this.#state.broken) {
      this.#change({ broken });
      this.#update();
    }
  }

  #update(): void {
    const locked = this.#context?.state !== 'running';
    const level = this.#rehearsing ? 'urgent' : this.#wanted;
    const quiet = this.#state.quietUntil !== undefined;
    if (level === undefined || locked) this.#stop();
    else this.#play(level);
    const loudness = quiet ? 0 : this.#hushTimer === undefined ? 1 : hushed;
    this.#gain?.gain.setTargetAtTime(loudness, this.#context?.currentTime ?? 0, 0.02);
    const silent = locked || this.#state.broken;
    this.#change({
      locked,
      sounding: silent ? 'locked' : level === undefined ? 'off' : quiet ? 'quiet' : level,
    });
  }

  #play(level: Level): void {
    const context = this.#context;
    if (context === undefined || this.#gain === undefined || this.#source?.level === level) return;
    this.#stop();
    let buffer = this.#buffers.get(level);
    if (buffer === undefined) {
      const samples = synthesise(level, context.sampleRate);
      buffer = context.createBuffer(1, samples.length, context.sampleRate);
      buffer.copyToChannel(samples, 0);
      this.#buffers.set(level, buffer);
    }
    const node = context.createBufferSource();
    node.buffer = buffer;
    node.loop = true;
    node.connect(this.#gain);
    node.start();
    this.#source = { level, node };
  }

  #stop(): void {
    this.#source?.node.stop();
    this.#source?.node.disconnect();
    this.#source = undefined;
  }

  #change(change: Partial<SoundState>): void {
    const next = { ...this.#state, ...change };
    const keys = Object.keys(next) as (keyof SoundState)[];
    if (keys.every((key) => next[key] === this.#state[key])) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}
