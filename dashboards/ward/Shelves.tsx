import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchShelves, unshelve } from '../shared/api/alerting.ts';
import type { Shelf } from '../shared/api/types.ts';
import { usePicture, useViewer } from '../shared/ui/hooks.ts';
import { ShelfList } from '../shared/ui/ShelfList.tsx';
import { useFailed } from '../shared/ui/useProblem.ts';
import { useLoaded } from '../shared/ui/useLoaded.ts';
import { ShelveSheet } from './ShelveSheet.tsx';

const readEvery = 30_000;
const all = () => fetchShelves();

/**
 * Shelves is the strip of what alarms nobody for a time. It is folded away, and
 * its number never is: a board that is silent about it would be taken for calm.
 */
export function Shelves({ showSite }: { showSite: boolean }) {
  const { t } = useTranslation();
  const { role } = useViewer().me.user;
  const { incidents } = usePicture();
  const { data, error, again } = useLoaded(all, readEvery);
  const failed = useFailed();
  const [asking, setAsking] = useState(false);
  const [ending, setEnding] = useState<Shelf>();
  const [trouble, setTrouble] = useState<Error>();
  // Resolving a false alarm that lasts shelves its point.
  const falses = useMemo(
    () => [...incidents.values()].filter(({ cause }) => cause === 'false' || cause === 'test').length,
    [incidents],
  );
  useEffect(() => again(), [falses, again]);

  const mayShelve = role === 'leader' || role === 'manager';
  const shelves = data ?? [];
  if (shelves.length === 0 && !mayShelve && error === undefined) return null;

  const end = (shelf: Shelf) => {
    setEnding(shelf);
    setTrouble(undefined);
    unshelve(shelf)
      .catch((problem: unknown) =>
        setTrouble(problem instanceof Error ? problem : new Error(String(problem))),
      )
      .finally(() => {
        setEnding(undefined);
        again();
      });
  };
  const repairs = shelves.filter(({ repair }) => repair).length;
  return (
    <details className="shelves recent" data-testid="shelves">
      <summary>
        {t('shelf.title')} <span className="count">{shelves.length}</span>{' '}
        {repairs > 0 && <span className="recent-hint">{t('shelf.repairs', { count: repairs })}</span>}
      </summary>
      {error !== undefined && (
        <p className="trouble" role="alert">
          {failed(error)}
        </p>
      )}
      {trouble !== undefined && (
        <p className="trouble" role="alert">
          {failed(trouble)}
        </p>
      )}
      {data?.length === 0 && <p className="shelves-none">{t('shelf.none')}</p>}
      <ShelfList
        shelves={shelves}
        showSite={showSite}
        end={(shelf) =>
          shelf.can_end && (
            <button
              type="button"
              className="button"
              data-testid="shelf-end"
              disabled={ending !== undefined}
              onClick={() => end(shelf)}
            >
              {t('shelf.end')}
            </button>
          )
        }
      />
      {mayShelve && (
        <p className="shelves-add">
          <button type="button" className="button" data-testid="shelve" onClick={() => setAsking(true)}>
            {t('shelf.add')}
          </button>
        </p>
      )}
      {asking && (
        <ShelveSheet
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            again();
          }}
        />
      )}
    </details>
  );
}
