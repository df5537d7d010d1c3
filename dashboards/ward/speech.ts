import type { Language, Severity } from '../shared/api/types.ts';
import { rank } from '../shared/order.ts';

/** Saying is one thing to be read out. */
export interface Saying {
  id: string;
  severity: Severity;
  text: string;
}

/** Engine is the part of the browser's speech that a voice uses. */
export type Engine = Pick<SpeechSynthesis, 'getVoices' | 'speak' | 'cancel'>;

/** SpeechState is what the board shows of the voice. */
export interface SpeechState {
  on: boolean;
  /** There is a voice of the language; false while the browser has none. */
  able: boolean;
  /** The voice that there is did not read the latest. */
  failed: boolean;
}

/** VoiceOptions is what a voice needs from its page. */
export interface VoiceOptions {
  engine: Engine | undefined;
  language: () => Language;
  /** hush lowers the alarm sound while something is read out. */
  hush: (on: boolean) => void;
}

/** After so many milliseconds a voice that never ends is given up. */
const giveUp = 15_000;

/** voiceFor picks a voice of a language, one of this device first: the network may be away. */
export function voiceFor(
  language: Language,
  voices: readonly SpeechSynthesisVoice[],
): SpeechSynthesisVoice | undefined {
  // Cantonese is Chinese too, and not what the texts are written in.
  const good = (tag: string) =>
    language === 'zh' ? /^(zh|cmn)\b(?!.*HK)/i.test(tag.replace('_', '-')) : /^en\b/i.test(tag);
  const able = voices.filter(({ lang }) => good(lang));
  return able.find(({ localService }) => localService) ?? able[0];
}

/**
 * Voice reads alarms out, most severe first and one after the other. It is off
 * until somebody turns it on, and never replaces the alarm sound: where the
 * browser has no voice of the language it is silent and says so.
 */
export class Voice {
  readonly #options: VoiceOptions;
  readonly #listeners = new Set<() => void>();
  #queue: Saying[] = [];
  #saying: Saying | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state: SpeechState = { on: false, able: false, failed: false };

  constructor(options: VoiceOptions) {
    this.#options = options;
    this.refresh();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SpeechState => this.#state;

  /** refresh looks again for a voice: browsers load theirs late, and the language may have changed. */
  refresh(): void {
    this.#change({ able: this.#voice() !== undefined });
  }

  turn(on: boolean): void {
    if (!on) this.keep(() => false);
    this.#change({ on, failed: false });
  }

  /** say reads something out when its turn comes. What is more severe does not wait for less. */
  say(saying: Saying): void {
    this.refresh();
    if (!this.#state.on || !this.#state.able) return;
    this.#queue = [...this.#queue.filter(({ id }) => id !== saying.id), saying];
    this.#queue.sort((a, b) => rank(b.severity) - rank(a.severity));
    const now = this.#saying;
    if (now === undefined) this.#next();
    else if (rank(saying.severity) > rank(now.severity)) {
      this.#queue.push(now);
      this.#queue.sort((a, b) => rank(b.severity) - rank(a.severity));
      this.#stop();
      this.#next();
    }
  }

  /** keep drops what needs no reading any more, such as what somebody has accepted meanwhile. */
  keep(wanted: (id: string) => boolean): void {
    this.#queue = this.#queue.filter(({ id }) => wanted(id));
    if (this.#saying !== undefined && !wanted(this.#saying.id)) {
      this.#stop();
      this.#next();
    }
  }

  #next(): void {
    const saying = this.#queue.shift();
    const { engine, language, hush } = this.#options;
    const voice = this.#voice();
    if (saying === undefined || engine === undefined || voice === undefined) {
      hush(false);
      return;
    }
    const utterance = new SpeechSynthesisUtterance(saying.text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = language() === 'zh' ? 0.95 : 1;
    const end = (failed: boolean) => {
      if (this.#saying !== saying) return; // It was stopped for something else.
      clearTimeout(this.#timer);
      this.#saying = undefined;
      this.#change({ failed });
      this.#next();
    };
    utterance.onend = () => end(false);
    utterance.onerror = () => end(true);
    this.#saying = saying;
    this.#timer = setTimeout(() => {
      engine.cancel();
      end(true);
    }, giveUp);
    hush(true);
    engine.speak(utterance);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#saying = undefined;
    this.#options.engine?.cancel();
  }

  #voice(): SpeechSynthesisVoice | undefined {
    const { engine, language } = this.#options;
    return voiceFor(language(), engine?.getVoices() ?? []);
  }

  #change(change: Partial<SpeechState>): void {
    const next = { ...this.#state, ...change };
    const { on, able, failed } = this.#state;
    if (next.on === on && next.able === able && next.failed === failed) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}
