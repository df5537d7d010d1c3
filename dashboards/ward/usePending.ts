import { useCallback, useEffect, useMemo, useState } from 'react';
import { fetchResolved } from '../shared/api/client.ts';
import type { Incident } from '../shared/api/types.ts';
import { usePicture, useViewer } from '../shared/ui/hooks.ts';
import { pendingOf } from './pending.ts';

/** A night shift with both its hand-overs. */
const lookBack = 16 * 60 * 60 * 1000;
const readEvery = 5 * 60 * 1000;

/** Pending is what was resolved in this shift and the one before without its cause. */
export interface Pending {
  incidents: readonly Incident[];
  /** took takes an incident from the answer to an action: the live picture holds the last hour only. */
  took: (incident: Incident) => void;
}

/** usePending reads what the live picture no longer holds, again every five minutes. */
export function usePending(): Pending {
  const { clock } = useViewer().session;
  const { incidents, complete } = usePicture();
  const [held, setHeld] = useState<readonly Incident[]>([]);

  useEffect(() => {
    if (!complete) return;
    let gone = false;
    const read = () => {
      fetchResolved(new Date(clock.now() - lookBack).toISOString()).then(
        (list) => {
          if (!gone) setHeld(pendingOf(list));
        },
        () => {
          // The board goes on without it; the next time comes.
        },
      );
    };
    read();
    const timer = setInterval(read, readEvery);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [clock, complete]);

  const took = useCallback(
    (incident: Incident) => setHeld((list) => list.map((one) => (one.id === incident.id ? incident : one))),
    [],
  );
  return { incidents: useMemo(() => pendingOf(held, incidents.values()), [held, incidents]), took };
}
