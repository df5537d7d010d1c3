import { useEffect } from 'react';
import type { Incident } from '../shared/api/types.ts';
import { useWords } from '../shared/ui/useWords.ts';

/**
 * useTitle counts the waiting alarms in the name of the tab, and flashes the
 * first of them there; of an old picture it tells only that.
 */
export function useTitle(waiting: readonly Incident[], stale: boolean): void {
  const { t, place } = useWords();
  const first = waiting[0];
  const calm = t(stale ? 'offline.titleStale' : 'ward.titleCalm');
  const count = t('ward.titleCount', { count: waiting.length });
  const flash =
    first === undefined || stale
      ? ''
      : t('ward.titleFlash', { class: t(`class.${first.class}`), place: place(first).join(' ') });

  useEffect(() => {
    if (flash === '') {
      document.title = calm;
      return;
    }
    document.title = count;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const timer = setInterval(() => {
      document.title = document.title === count ? flash : count;
    }, 1_000);
    return () => clearInterval(timer);
  }, [calm, count, flash]);
}
