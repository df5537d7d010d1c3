import { useEffect, useMemo } from 'react';
import { fetchEvacuation } from '../../shared/api/ward.ts';
import { lifeSafety } from '../../shared/api/types.ts';
import { drawer } from '../../shared/kept.ts';
import { usePicture, useViewer } from '../../shared/ui/hooks.ts';
import { keepList } from './ticks.ts';

/** Who lives where changes a few times a day; who is away is in the list of a fire, read at once. */
const keepEvery = 10 * 60_000;

/**
 * useKeptLists keeps the evacuation lists of all sites on this tablet, and loads
 * what draws them: whoever needs one may have no gateway any more.
 */
export function useKeptLists(): void {
  const { me } = useViewer();
  const { incidents } = usePicture();
  const user = me.user.id;
  const sites = me.sites.map(({ id }) => id).join(' ');
  const fires = useMemo(
    () =>
      [...incidents.values()]
        .filter((i) => i.state !== 'resolved' && lifeSafety.includes(i.class))
        .map((i) => `${i.site.id} ${i.id}`)
        .sort()
        .join('\n'),
    [incidents],
  );
  useEffect(() => {
    void import('./Evacuation.tsx').catch(() => {});
    const wanted = [
      ...sites.split(' ').map((site) => [site, undefined] as const),
      ...fires.split('\n').map((line) => line.split(' ') as [string, string]),
    ].filter(([site]) => site !== '');
    const keep = () => {
      for (const [site, incident] of wanted) {
        fetchEvacuation(site, incident).then(
          (list) => keepList(drawer(), user, list, Date.now()),
          () => {}, // the one before stays
        );
      }
    };
    keep();
    const timer = setInterval(keep, keepEvery);
    return () => clearInterval(timer);
  }, [sites, fires, user]);
}
