import { useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { ageOf, clockTime } from '../format.ts';
import { doubtOf, type Doubt } from '../doubt.ts';
import { useLanguage, useNow, usePicture, useViewer } from './hooks.ts';

function useStatus() {
  usePicture();
  useNow();
  return useViewer().session.live.status();
}

/** useStale reports whether the picture must not be relied on; it draws again when that changes only. */
export function useStale(): boolean {
  const { live, ticker } = useViewer().session;
  const [subscribe] = useState(() => (listener: () => void) => {
    const leave = live.subscribe(listener);
    // A picture grows old without any change of it.
    const stop = ticker.subscribe(listener);
    return () => {
      leave();
      stop();
    };
  });
  return useSyncExternalStore(subscribe, () => live.status().stale);
}

/** useDoubt returns why nothing can be said of the present; it draws again when that changes. */
export function useDoubt(): Doubt | undefined {
  const picture = usePicture();
  return doubtOf(picture, { stale: useStale() });
}

/** useMoment says when the gateway was last heard, in the time of the first site. */
export function useMoment(): () => string {
  const { me, session } = useViewer();
  const language = useLanguage();
  return () => {
    const { age = 0 } = session.live.status();
    return clockTime(session.clock.now() - age, me.sites[0]?.time_zone ?? '', language);
  };
}

/** useAge says an age in words. */
function useAge(): (age: number) => string {
  const { t } = useTranslation();
  return (age) => {
    const { unit, count } = ageOf(age);
    return t(`time.${unit}`, { count });
  };
}

/** LinkState always tells how the live channel stands and how old the picture is. */
export function LinkState() {
  const { t } = useTranslation();
  const { link, age } = useStatus();
  const words = useAge();
  return (
    <span className="link" data-testid="link" data-link={link}>
      <span className="link-dot" aria-hidden="true" />
      <strong>{t(`link.${link}`)}</strong>
      <span className="link-age" data-testid="age">
        {age === undefined
          ? t('link.never')
          : age < 1_000
            ? t('link.ageNow')
            : t('link.age', { age: words(age) })}
      </span>
    </span>
  );
}

/**
 * StaleBar warns in the large when the picture must no longer be relied on, and
 * in the small when it comes by a detour. Only the sentence is an alert: the
 * age counts on, and a screen reader would read it each second.
 */
export function StaleBar() {
  const { t } = useTranslation();
  const { age, stale, polling } = useStatus();
  const words = useAge();
  const moment = useMoment();
  if (!stale) {
    return polling ? (
      <p className="polling" role="status" data-testid="polling">
        {t('link.polling')}
      </p>
    ) : null;
  }
  return (
    <div className="stale" data-testid="stale">
      <strong role="alert">{t(age === undefined ? 'common.noGateway' : 'link.stale')}</strong>
      {age !== undefined && (
        <span className="stale-age" data-testid="stale-age">
          {t('link.staleAge', { age: words(age) })}
        </span>
      )}
      {age !== undefined && <b>{t('offline.pictureOf', { time: moment() })}</b>}
      <span>{t('link.staleHint')}</span>
    </div>
  );
}
