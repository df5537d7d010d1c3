import { useCallback, useEffect, useMemo } from 'react';
import { fetchEvacuation, type Evacuation } from '../../shared/api/ward.ts';
import { drawer } from '../../shared/kept.ts';
import { usePicture, useViewer } from '../../shared/ui/hooks.ts';
import { useLoaded } from '../../shared/ui/useLoaded.ts';
import { useSender, useTicks } from './context.ts';
import type { Dropped } from './sender.ts';
import { keepList, newest, readList, withTicks, type Kept } from './ticks.ts';

/** Two tablets on one floor see each other's ticks so soon, also when the live channel is down. */
const readEvery = 5_000;
const follow = 400;

/** Shared is the list of a site as this tablet has it. */
export interface Shared {
  list: Evacuation | undefined;
  /** When it was made, in milliseconds since 1970, where it is an old one. */
  keptAt: number | undefined;
  error: Error | undefined;
  /** How many ticks wait to be sent. */
  waiting: number;
  /** Residents whose tick is on its way and is not shown before it is answered. */
  trying: ReadonlySet<string>;
  /** What is not recorded and will not be. */
  dropped: readonly Dropped[];
  dismiss: () => void;
  tick: (resident: string, out: boolean) => void;
  again: () => void;
}

/** id is unique enough for a tick, also on a page without TLS, where browsers make no UUID. */
function id(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
}

/** lastKept is the list of an earlier reading. */
function lastKept(user: string, site: string, incident: string | undefined): Kept | undefined {
  return readList(drawer(), user, site, incident, Date.now());
}

/** useEvacuation shares the list of a site between tablets, and keeps it while the gateway is away. */
export function useEvacuation(site: string, incident: string | undefined): Shared {
  const { me, session } = useViewer();
  const user = me.user.id;
  const { incidents } = usePicture();
  const sender = useSender();
  const { waiting, trying, dropped, answers } = useTicks(sender);
  const load = useCallback(async () => {
    const known = () => sender.state().answers.get(incident ?? '');
    const after = known();
    const list = await fetchEvacuation(site, incident);
    if (known() === after) keepList(drawer(), user, list, Date.now());
    return { list, after };
  }, [site, incident, user, sender]);
  const { data, error, again } = useLoaded(load, readEvery);
  const revision = incident === undefined ? undefined : incidents.get(incident)?.revision;
  useEffect(() => {
    const timer = setTimeout(again, follow);
    return () => clearTimeout(timer);
  }, [revision, again]);

  const answer = answers.get(incident ?? '');
  useEffect(() => {
    if (answer !== undefined) keepList(drawer(), user, answer, Date.now());
  }, [answer, user]);

  const tick = (resident: string, out: boolean) => {
    if (incident === undefined) return;
    const at = new Date(session.clock.now()).toISOString();
    void sender.tick({ id: id(), incident, resident, out, at });
  };
  const kept = useMemo(() => lastKept(user, site, incident), [user, site, incident]);
  const shown = newest(data, answer, kept, error !== undefined);
  const base = shown?.list;
  const list = useMemo(
    () => (base === undefined ? undefined : withTicks(base, waiting, me.user.name)),
    [base, waiting, me.user.name],
  );
  return {
    list,
    keptAt: shown?.keptAt,
    error,
    waiting: waiting.length,
    trying: useMemo(() => new Set(trying.map(({ resident }) => resident)), [trying]),
    dropped,
    dismiss: sender.dismiss,
    tick,
    again,
  };
}
