import { useTranslation } from 'react-i18next';
import { ageOf } from '../format.ts';
import { useNow, usePicture, useViewer } from './hooks.ts';

function useStatus() {
  usePicture();
  useNow();
  return useViewer().session.live.status();
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
      <span>{t('link.staleHint')}</span>
    </div>
  );
}
