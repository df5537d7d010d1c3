import { useQuery } from '@tanstack/react-query';
import { fetchShelves } from '../shared/api/alerting.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { ShelfList } from '../shared/ui/ShelfList.tsx';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';

/** Repairs lists which points of the region alarm nobody for a time, those of fire and gas with who keeps watch. */
export function Repairs() {
  const { t } = useWords();
  const { me } = useViewer();
  const loadFailed = useLoadFailed();
  const shelves = useQuery({ queryKey: ['shelves'], refetchInterval: 60_000, queryFn: () => fetchShelves() });
  const list = [...(shelves.data ?? [])].sort((a, b) => Number(b.repair) - Number(a.repair));
  return (
    <section aria-labelledby="repairs" data-testid="repairs">
      <h2 id="repairs">
        {t('shelf.title')} <small>{list.length}</small>
      </h2>
      {shelves.isError && (
        <p role="alert" className="none">
          {loadFailed(shelves.error)}
        </p>
      )}
      {shelves.isSuccess && list.length === 0 && <p className="none">{t('shelf.none')}</p>}
      <ShelfList shelves={list} showSite={me.sites.length > 1} />
    </section>
  );
}
