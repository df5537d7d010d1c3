import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { fetchCalls, type Calls } from '../shared/api/community.ts';
import { usePicture } from '../shared/ui/hooks.ts';
import type { CallQueue } from './callQueue.ts';

/** What could not be read or sent is tried again so often, in milliseconds. */
export const againEvery = 5_000;

/** QueueContext is given by the page: what waits to be logged outlives the screen of an incident. */
export const QueueContext = createContext<CallQueue | undefined>(undefined);

/** useQueue may be used only below the page. */
export function useQueue(): CallQueue {
  const queue = useContext(QueueContext);
  if (queue === undefined) throw new Error('useQueue was used outside the page');
  return queue;
}

/** useCalls reads whom to call about an incident, and again whenever it changes. What was read stays while the gateway is away. */
export function useCalls(id: string): { calls: Calls | undefined; error: Error | undefined } {
  const queue = useQueue();
  const logged = useSyncExternalStore(queue.subscribe, queue.latest);
  const revision = usePicture().incidents.get(id)?.revision;
  const [calls, setCalls] = useState<Calls>();
  const [error, setError] = useState<Error>();
  useEffect(() => {
    let gone = false;
    const read = () =>
      fetchCalls(id).then(
        (next) => {
          if (gone) return;
          setCalls(next);
          setError(undefined);
          clearInterval(timer);
        },
        (failure: unknown) => {
          if (!gone) setError(failure instanceof Error ? failure : new Error(String(failure)));
        },
      );
    const timer = setInterval(() => void read(), againEvery);
    void read();
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [id, revision]);
  // The answer to what was logged has it before the picture does.
  const newer = logged?.incident === id && logged.tries.length > (calls?.tries.length ?? -1);
  return { calls: newer ? logged : calls, error };
}
