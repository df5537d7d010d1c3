import { useCallback, useEffect, useState } from 'react';

/** Loaded is what a page reads besides the live picture. */
export interface Loaded<T> {
  /** The latest that was read; it stays while the gateway is away. */
  data: T | undefined;
  /** Why the latest attempt failed; undefined when it did not. */
  error: Error | undefined;
  /** again reads at once. */
  again: () => void;
}

/**
 * useLoaded reads something at once, again every so many milliseconds (0: never
 * by itself), and anew when `load` changes, which must be kept by useCallback.
 */
export function useLoaded<T>(load: () => Promise<T>, every = 0): Loaded<T> {
  const [state, setState] = useState<{ load: unknown; data?: T; error?: Error }>({ load });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let gone = false;
    const read = () => {
      load().then(
        (data) => {
          if (!gone) setState({ load, data });
        },
        (error: unknown) => {
          const failed = error instanceof Error ? error : new Error(String(error));
          if (!gone) setState((old) => ({ ...(old.load === load ? old : {}), load, error: failed }));
        },
      );
    };
    read();
    const timer = every > 0 ? setInterval(read, every) : undefined;
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [load, every, turn]);
  const again = useCallback(() => setTurn((count) => count + 1), []);
  // What was read for another question is no answer to this one.
  const { data, error } = state.load === load ? state : {};
  return { data, error, again };
}
