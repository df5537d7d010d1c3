import { useEffect, useState, useSyncExternalStore } from 'react';
import { fetchDetail, whoAmI } from '../shared/api/client.ts';
import type { Incident } from '../shared/api/types.ts';
import { actPrefix, drawer } from '../shared/kept.ts';
import { endSession } from '../shared/session.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { Deeds } from './deeds.ts';
import { locked, named, Outbox, type Act } from './outbox.ts';

/** While something waits, it is tried again so often, in milliseconds, as long as the gateway is heard. */
const againEvery = 5_000;

/** useDeeds makes the deeds of a board and sends what waits whenever the gateway can be reached. */
export function useDeeds(took: (incident: Incident) => void): { deeds: Deeds; queued: readonly Act[] } {
  const { me, session } = useViewer();
  const { live, clock } = session;
  const [deeds] = useState(() => {
    const user = me.user.id;
    const outbox = new Outbox({ user, drawer: named(drawer()), alone: locked, now: () => Date.now() });
    return new Deeds({
      user,
      outbox,
      keeps: me.user.station === undefined,
      done: (incident) => {
        live.apply(incident);
        took(incident);
      },
      signedOut: endSession,
      live: () => live.picture().link === 'live' && !live.status().stale,
      clock,
      mine: async () => (await whoAmI())?.user.id === user,
      account: fetchDetail,
    });
  });

  useEffect(() => {
    const reachable = () => {
      const { link, polling, stale } = live.status();
      return !stale && (link === 'live' || polling);
    };
    let before = false;
    const hear = () => {
      const now = reachable();
      if (now) deeds.look(live.picture().incidents);
      if (now && !before) void deeds.flush();
      before = now;
    };
    const again = () => {
      deeds.look();
      if (reachable() && deeds.queued().length > 0) void deeds.flush();
    };
    const other = (event: StorageEvent) => {
      if (event.key?.startsWith(actPrefix) === true) deeds.look();
    };
    hear();
    const leave = live.subscribe(hear);
    const timer = setInterval(again, againEvery);
    addEventListener('storage', other);
    return () => {
      leave();
      clearInterval(timer);
      removeEventListener('storage', other);
    };
  }, [deeds, live]);

  return { deeds, queued: useSyncExternalStore(deeds.subscribe, deeds.queued) };
}
