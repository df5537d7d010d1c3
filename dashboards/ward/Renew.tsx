import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { isRenewed, onRenewed } from '../shared/worker/register.ts';

/**
 * Renew offers a newer version of the page while nothing is open. A page does
 * not take it by itself: browsers lock the sound of a page that was loaded
 * again until somebody presses something, and the board would be mute.
 */
export function Renew({ calm }: { calm: boolean }) {
  const { t } = useTranslation();
  const renewed = useSyncExternalStore(onRenewed, isRenewed);
  if (!renewed || !calm) return null;
  return (
    <div className="told renew" role="status" data-testid="renew">
      <span>
        <b>{t('renew.ready')}</b> {t('renew.hint')}
      </span>
      <button type="button" className="button" onClick={() => location.reload()}>
        {t('renew.now')}
      </button>
    </div>
  );
}
