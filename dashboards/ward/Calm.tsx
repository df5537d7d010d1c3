import { useTranslation } from 'react-i18next';
import { useDoubt } from '../shared/ui/Link.tsx';

/**
 * Calm says that nobody waits. It says so only of a picture that can be relied
 * on: an old one proves nothing.
 */
export function Calm({ attended }: { attended: number }) {
  const { t } = useTranslation();
  const doubt = useDoubt();
  if (doubt !== undefined) {
    return (
      <div className="calm unknown" data-testid="unknown">
        <p>{t(doubt)}</p>
      </div>
    );
  }
  return (
    <div className={attended > 0 ? 'calm small' : 'calm'} data-testid="calm">
      <svg viewBox="0 0 64 64" aria-hidden="true">
        <circle cx="32" cy="32" r="27" />
        <path d="m20 33 8.5 8.5L45 25" />
      </svg>
      <p className="calm-text">{attended > 0 ? t('ward.allAttended') : t('ward.calm')}</p>
      <p className="calm-hint">{t('ward.calmHint')}</p>
    </div>
  );
}
