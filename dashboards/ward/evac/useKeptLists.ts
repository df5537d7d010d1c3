import { useEffect, useMemo, useState } from 'react';
import { fetchEvacuation } from '../../shared/api/ward.ts';
import { lifeSafety } from '../../shared/api/types.ts';
import { drawer } from '../../shared/kept.ts';
import { usePicture, useViewer } from '../../shared/ui/hooks.ts';
import { keepList } from './ticks.ts';

/** Who lives where changes a few times a day; who is away is in the list of a fire, read at once. */
const keepEvery = 10 * 60_000;
const lookEvery = 60_000;

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
  const [read] = useState(() => new Map<string, number>());
  useEffect(() => {
    void import('./Evacuation.tsx').catch(() => {});
    const wanted = [...sites.split(' '), ...fires.split('\n')].filter((line) => line !== '');
    const keep = (line: string, now: number) => {
      const [site = '', incident] = line.split(' ');
      read.set(line, now);
      fetchEvacuation(site, incident).then(
        (list) => keepList(drawer(), user, list, Date.now()),
        () => read.delete(line), // the one before stays, and this one is tried again
      );
    };
    // One more fire does not read those of all others again.
    const look = () => {
      const now = performance.now();
      for (const line of wanted) if (now - (read.get(line) ?? -keepEvery) >= keepEvery) keep(line, now);
    };
    look();
    const timer = setInterval(look, lookEvery);
    return () => clearInterval(timer);
  }, [sites, fires, user, read]);
}
