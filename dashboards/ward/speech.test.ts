import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Language, Severity } from '../shared/api/types.ts';
import { Voice, voiceFor } from './speech.ts';

class Utterance {
  onend: (() => void) | null = null;
  onerror: (() => void) | null = null;
  voice: SpeechSynthesisVoice | null = null;
  lang = '';
  rate = 1;
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const voiceOf = (lang: string, localService = true) => ({ lang, localService }) as SpeechSynthesisVoice;

/** Mouth stands for the browser's speech: the test says when something has been said. */
class Mouth {
  voices = [voiceOf('en-GB'), voiceOf('zh-CN')];
  said: string[] = [];
  now: Utterance | undefined;
  readonly getVoices = () => this.voices;
  readonly speak = (utterance: SpeechSynthesisUtterance) => {
    this.now = utterance as unknown as Utterance;
    this.said.push(utterance.text);
  };
  readonly cancel = () => {
    const { now } = this;
    this.now = undefined;
    now?.onerror?.(); // as browsers do
  };
  end(): void {
    const { now } = this;
    this.now = undefined;
    now?.onend?.();
  }
}

let mouth: Mouth;
let language: Language;
let hushed: boolean;
let voice: Voice;
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('SpeechSynthesisUtterance', Utterance);
  mouth = new Mouth();
  language = 'zh';
  hushed = false;
  voice = new Voice({ engine: mouth, language: () => language, hush: (on) => (hushed = on) });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const say = (id: string, severity: Severity) => voice.say({ id, severity, text: id });

test('it is off until somebody turns it on, and silent again when turned off', () => {
  say('fall', 'urgent');
  expect(mouth.said).toEqual([]);
  voice.turn(true);
  say('fall', 'urgent');
  say('fire', 'urgent');
  voice.turn(false);
  expect([mouth.said, mouth.now, hushed]).toEqual([['fall'], undefined, false]);
});

describe('on', () => {
  beforeEach(() => voice.turn(true));

  test('one after the other, most severe first, while the sound is low', () => {
    say('call', 'medium');
    say('battery', 'low');
    say('bed', 'medium');
    for (const id of ['call', 'bed', 'battery']) {
      expect([mouth.now?.text, hushed]).toEqual([id, true]);
      mouth.end();
    }
    expect([mouth.now, hushed]).toEqual([undefined, false]);
  });

  test('what is more severe is read at once, and the other one after it', () => {
    say('call', 'medium');
    say('fall', 'urgent');
    expect(mouth.now?.text).toBe('fall');
    mouth.end();
    expect(mouth.now?.text).toBe('call');
    expect(voice.state().failed).toBe(false);
  });

  test('what somebody has accepted meanwhile is not read', () => {
    for (const id of ['a', 'b', 'c']) say(id, 'high');
    voice.keep((id) => id === 'c');
    mouth.end();
    expect(mouth.said).toEqual(['a', 'c']);
  });

  test('a voice that fails says so, and the next one is read', () => {
    say('a', 'high');
    say('b', 'high');
    mouth.now?.onerror?.();
    expect(voice.state().failed).toBe(true);
    expect(mouth.now?.text).toBe('b');
    mouth.end();
    expect(voice.state().failed).toBe(false);
  });

  test('a voice that never ends is given up', () => {
    say('a', 'high');
    vi.advanceTimersByTime(60_000);
    expect([mouth.now, hushed, voice.state().failed]).toEqual([undefined, false, true]);
  });

  test('without a voice of the language it is silent and says so, until there is one', () => {
    mouth.voices = [voiceOf('en-GB')];
    say('a', 'high');
    expect([mouth.said, voice.state().able]).toEqual([[], false]);
    language = 'en';
    say('b', 'high');
    expect([mouth.said, voice.state().able]).toEqual([['b'], true]);
  });

  test('a browser without speech has no voice', () => {
    const dumb = new Voice({ engine: undefined, language: () => 'zh', hush: () => {} });
    dumb.turn(true);
    dumb.say({ id: 'a', severity: 'high', text: 'a' });
    expect(dumb.state().able).toBe(false);
  });
});

test.each<[Language, string[], string | undefined]>([
  ['zh', ['en-US', 'zh_CN'], 'zh_CN'],
  ['zh', ['zh-HK', 'cmn-Hans-CN'], 'cmn-Hans-CN'],
  ['zh', ['en-US', 'zh-HK'], undefined],
  ['en', ['zh-CN', 'en-AU'], 'en-AU'],
])('for %s of %j the voice is %s', (of, tags, want) => {
  expect(
    voiceFor(
      of,
      tags.map((tag) => voiceOf(tag)),
    )?.lang,
  ).toBe(want);
});

test('a voice of the device goes before one of the network', () => {
  expect(voiceFor('en', [voiceOf('en-US', false), voiceOf('en-GB')])?.lang).toBe('en-GB');
});
