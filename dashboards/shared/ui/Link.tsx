import { useTranslation } from 'react-i18next';
import { ageOf } from '../format.ts';
import { useNow, usePicture, useViewer } from './hooks.ts';

function useStatus() {
  usePicture();
  useNow();
  return useViewer().session.live.status();
}

/** LinkState always tells how the live channel stands and how old the picture is. */
export function LinkState() {
  const { t } = useTranslation();
  const { link, age, polling } = useStatus();
  const passed = ageOf(age ?? 0);
  return (
    <span
      className="link"
      data-testid="link"
      data-link={link}
      title={polling ? t('link.polling') : undefined}
    >
      <span className="link-dot" aria-hidden="true" />
      <strong>{t(`link.${link}`)}</strong>
      <span className="link-age" data-testid="age">
        {age === undefined
          ? t('link.never')
          : passed.count === 0
            ? t('link.ageNow')
            : t('link.age', { age: t(`time.${passed.unit}`, { count: passed.count }) })}
      </span>
    </span>
  );
}

/** StaleBar warns in the large when the picture must no longer be relied on. */
export function StaleBar() {
  const { t } = useTranslation();
  const { age, stale, link } = useStatus();
  const never = age === undefined && link === 'offline';
  if (!stale && !never) return null;
  const passed = ageOf(age ?? 0);
  return (
    <div className="stale" role="alert" data-testid="stale">
      <strong>
        {never
          ? t('common.noGateway')
          : t('link.stale', { age: t(`time.${passed.unit}`, { count: passed.count }) })}
      </strong>
      <span>{t('link.staleHint')}</span>
    </div>
  );
}
