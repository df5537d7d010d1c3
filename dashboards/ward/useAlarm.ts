import { useEffect, useState, useSyncExternalStore } from 'react';
import { arrange, fresh, loudest } from '../shared/order.ts';
import type { Incident } from '../shared/api/types.ts';
import type { Session } from '../shared/session.ts';
import { levelOf, Sounder, soundOf, type SoundState } from './sound.ts';
import { WakeLock, type Wakefulness } from './wake.ts';

/** Alarm is the sound and the wakefulness of a board. */
export interface Alarm {
  sounder: Sounder;
  wake: WakeLock;
  sound: SoundState;
  wakefulness: Wakefulness;
  /** The alarms that came last, for those who listen instead of look. */
  latest: readonly Incident[];
}

/**
 * useAlarm ties the sound to the live picture itself and not to what is drawn,
 * so that a slow or hidden page sounds all the same.
 */
export function useAlarm({ live, clock, ticker }: Session): Alarm {
  const [sounder] = useState(() => new Sounder());
  const [wake] = useState(() => new WakeLock());
  const [latest, setLatest] = useState<readonly Incident[]>([]);
  const sound = useSyncExternalStore(sounder.subscribe, sounder.state);
  const wakefulness = useSyncExternalStore(wake.subscribe, wake.state);

  useEffect(() => {
    let before = live.picture().incidents;
    let troubleBefore = '';
    const hear = () => {
      const lost = live.status().stale;
      const dark = wake.state() === 'lost';
      const trouble = `${lost} ${dark}`;
      if (trouble !== troubleBefore) {
        troubleBefore = trouble;
        // Quiet was asked for before the gateway went, or until it came back.
        sounder.endQuiet();
      }
      const { incidents, kept } = live.picture();
      if (incidents !== before) {
        const news = fresh(before, incidents);
        before = incidents;
        if (news.length > 0) {
          setLatest(news);
          // Quiet was asked for against the alarms of then, not against this one.
          if (news.some((incident) => levelOf(incident.severity) !== undefined)) sounder.endQuiet();
        }
      }
      // What an earlier page has left does not sound as if it were now.
      const waiting = kept === undefined ? arrange(incidents.values(), clock.now()).waiting : [];
      sounder.want(soundOf(loudest(waiting), lost, dark));
    };
    hear();
    const leave = live.subscribe(hear);
    // A picture grows old without any change of it.
    const stop = ticker.subscribe(hear);
    const woken = wake.subscribe(hear);
    return () => {
      leave();
      stop();
      woken();
      sounder.want(undefined);
    };
  }, [live, clock, ticker, sounder, wake]);

  // After a reload, or after a telephone call on the tablet, any press will do.
  // A press on what asks for it is left alone: it would vanish between the
  // press and its click, and nobody would be asked whether she hears the alarm.
  useEffect(() => {
    if (!sound.locked || sound.unsupported) return;
    const press = (event: Event) => {
      if (event.target instanceof Element && event.target.closest('.mute') !== null) return;
      void sounder.unlock();
    };
    document.addEventListener('pointerup', press);
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('pointerup', press);
      document.removeEventListener('keydown', press);
    };
  }, [sounder, sound.locked, sound.unsupported]);

  return { sounder, wake, sound, wakefulness, latest };
}
