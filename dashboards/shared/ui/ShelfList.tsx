import type { ReactNode } from 'react';
import type { Shelf } from '../api/types.ts';
import { localName, shortTime } from '../format.ts';
import { ClassIcon } from './ClassIcon.tsx';
import { useNow } from './hooks.ts';
import { useWords } from './useWords.ts';
import './shelves.css';

/** ShelfList lists what alarms nobody for a time: where, until when, by whom, why, and who keeps watch. */
export function ShelfList({
  shelves,
  showSite,
  end,
}: {
  shelves: readonly Shelf[];
  showSite: boolean;
  /** end is the button that ends a shelf, where the viewer may. */
  end?: (shelf: Shelf) => ReactNode;
}) {
  const { t, language, place } = useWords();
  const now = Math.floor(useNow() / 60_000) * 60_000;
  const facts = (shelf: Shelf) => {
    const { time_zone: zone } = shelf.site;
    const guard = [localName(shelf.guard, language), shelf.watch].filter(Boolean).join(' ');
    return [
      t('shelf.until', { time: shortTime(shelf.until, now, zone, language) }),
      guard === '' ? '' : t('shelf.watchedBy', { who: guard }),
      shelf.by.name ? t('shelf.by', { name: shelf.by.name }) : '',
      shelf.reason === 'still_active' ? t('shelf.stillActive') : shelf.reason,
    ].filter(Boolean);
  };
  return (
    <ul className="shelf-list">
      {shelves.map((shelf) => (
        <li
          key={`${shelf.site.id} ${shelf.point} ${shelf.class}`}
          data-testid="shelf"
          data-repair={shelf.repair}
        >
          <ClassIcon of={shelf.class} />
          <div>
            <p>
              <strong>{t(`class.${shelf.class}`)}</strong> {showSite && localName(shelf.site.name, language)}{' '}
              {place(shelf).join(' ')}{' '}
              <span className={shelf.repair ? 'shelf-tag repair' : 'shelf-tag'}>
                {t(shelf.repair ? 'shelf.repair' : 'shelf.shelved')}
              </span>
            </p>
            <p className="shelf-facts">{facts(shelf).join(' · ')}</p>
          </div>
          {end?.(shelf)}
        </li>
      ))}
    </ul>
  );
}
