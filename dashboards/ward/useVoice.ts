import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Incident } from '../shared/api/types.ts';
import { language as shown } from '../shared/i18n.ts';
import { drawer } from '../shared/kept.ts';
import { weight } from '../shared/order.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { levelOf, type Sounder } from './sound.ts';
import { Voice, type SpeechState } from './speech.ts';

const key = 'shouwang.speech';

/** Spoken is the voice of a board, and the switch that turns it on for this device. */
export interface Spoken {
  speech: SpeechState;
  turn: (on: boolean) => void;
}

/** useVoice reads the latest alarms out as long as they wait: class and place, never a name. */
export function useVoice(
  sounder: Sounder,
  latest: readonly Incident[],
  waiting: readonly Incident[],
): Spoken {
  const { t, place, language } = useWords();
  const [voice] = useState(
    () =>
      new Voice({
        engine: (globalThis as Partial<Pick<Window, 'speechSynthesis'>>).speechSynthesis,
        language: shown,
        hush: (on) => sounder.hush(on),
      }),
  );
  const speech = useSyncExternalStore(voice.subscribe, voice.state);

  useEffect(() => {
    voice.turn(drawer()?.getItem(key) === 'on');
    const refresh = () => voice.refresh();
    const engine = (globalThis as Partial<Pick<Window, 'speechSynthesis'>>).speechSynthesis;
    engine?.addEventListener?.('voiceschanged', refresh);
    return () => {
      engine?.removeEventListener?.('voiceschanged', refresh);
      voice.turn(false);
    };
  }, [voice]);

  useEffect(() => voice.refresh(), [voice, language]);

  useEffect(() => {
    for (const incident of latest) {
      if (levelOf(weight(incident)) === undefined) continue;
      const text = t('speech.say', { class: t(`class.${incident.class}`), place: place(incident).join(' ') });
      voice.say({ id: incident.id, severity: weight(incident), text });
    }
    // Said once: not again because the words of the page have changed.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [latest]);

  useEffect(() => {
    const ids = new Set(waiting.map(({ id }) => id));
    voice.keep((id) => ids.has(id));
  }, [voice, waiting]);

  const turn = (on: boolean) => {
    voice.turn(on);
    try {
      drawer()?.setItem(key, on ? 'on' : 'off');
    } catch {
      // The choice then lasts until the page is closed.
    }
    if (on) voice.say({ id: 'on', severity: 'low', text: t('speech.on') });
  };
  return { speech, turn };
}
