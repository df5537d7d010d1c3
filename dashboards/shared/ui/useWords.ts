import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Incident, Place } from '../api/types.ts';
import { placeParts, shortTime } from '../format.ts';
import { useLanguage } from './hooks.ts';

/** useWords returns functions that say the parts of an incident in the language of the page. */
export function useWords() {
  const { t } = useTranslation();
  const language = useLanguage();
  const place = useCallback(
    (of: { place: Place }) =>
      placeParts(of.place, language, {
        floor: (floor) => t('place.floor', { floor }),
        bed: (bed) => t('place.bed', { bed }),
        unknown: t('place.unknown'),
      }),
    [t, language],
  );
  const time = useCallback(
    (at: string, incident: Incident, now: number) => shortTime(at, now, incident.site.time_zone, language),
    [language],
  );
  return { t, language, place, time };
}
