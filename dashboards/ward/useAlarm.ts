import { useEffect, useState, useSyncExternalStore } from 'react';
import { arrange, fresh, loudest } from '../shared/order.ts';
import type { Incident } from '../shared/api/types.ts';
import type { Session } from '../shared/session.ts';
import { levelOf, Sounder, type SoundState } from './sound.ts';
import { WakeLock } from './wake.ts';

/** Alarm is the sound and the wakefulness of a board. */
export interface Alarm {
  sounder: Sounder;
  wake: WakeLock;
  sound: SoundState;
  /** The alarms that came last, for those who listen instead of look. */
  latest: readonly Incident[];
}

/**
 * useAlarm ties the sound to the live picture itself and not to what is drawn,
 * so that a slow or hidden page sounds all the same.
 */
export function useAlarm({ live, clock }: Session): Alarm {
  const [sounder] = useState(() => new Sounder());
  const [wake] = useState(() => new WakeLock());
  const [latest, setLatest] = useState<readonly Incident[]>([]);
  const sound = useSyncExternalStore(sounder.subscribe, sounder.state);

  useEffect(() => {
    let before = live.picture().incidents;
    const hear = () => {
      const { incidents } = live.picture();
      if (incidents !== before) {
        const news = fresh(before, incidents);
        before = incidents;
        if (news.length > 0) {
          setLatest(news);
          // Quiet was asked for against the alarms of then, not against this one.
          if (news.some((incident) => levelOf(incident.severity) !== undefined)) sounder.endQuiet();
        }
      }
      sounder.want(levelOf(loudest(arrange(incidents.values(), clock.now()).waiting)));
    };
    hear();
    const leave = live.subscribe(hear);
    return () => {
      leave();
      sounder.want(undefined);
    };
  }, [live, clock, sounder]);

  // After a reload, or after a telephone call on the tablet, any press will do.
  useEffect(() => {
    if (!sound.locked || sound.unsupported) return;
    const press = () => void sounder.unlock();
    document.addEventListener('pointerup', press);
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('pointerup', press);
      document.removeEventListener('keydown', press);
    };
  }, [sounder, sound.locked, sound.unsupported]);

  return { sounder, wake, sound, latest };
}
