import { useTranslation } from 'react-i18next';
import type { AlarmHealth, AlarmPoint } from '../shared/api/types.ts';
import { localName, shortTime } from '../shared/format.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { useWords } from '../shared/ui/useWords.ts';

/** useSay returns functions that say the parts of alarm health in the language of the page. */
export function useSay(health: AlarmHealth) {
  const { t, language, place } = useWords();
  const { i18n } = useTranslation();
  const { clock } = useViewer().session;
  const site = (id: string) => health.sites.find((one) => one.id === id);
  const known = ['day', 'evening', 'night'] as const;
  return {
    t,
    language,
    i18n,
    siteName: (id: string) => localName(site(id)?.name, language) || id,
    /** Of what concerns a person not everybody sees where it was. */
    where: (point: AlarmPoint) =>
      Object.keys(point.place).length === 0
        ? ''
        : [...place(point), localName(point.place.point, language)]
            .filter((part, index, all) => part !== '' && all.indexOf(part) === index)
            .join(' '),
    time: (at: string, of: string) => shortTime(at, clock.now(), site(of)?.time_zone ?? '', language),
    shift: (name: string | undefined) => {
      if (name === undefined || name === '') return t('health.shift.none');
      const word = known.find((one) => one === name);
      return word === undefined ? name : t(`health.shift.${word}`);
    },
  };
}

/** Say is what useSay returns. */
export type Say = ReturnType<typeof useSay>;
