import { useCallback, useEffect, useRef, useState } from 'react';
import { readingOf, type Reading } from '../reading.ts';

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
  const reader = useRef<Reading>(undefined);
  useEffect(() => {
    const reading = readingOf(load, (answer) => {
      if ('data' in answer) setState({ load, data: answer.data });
      else setState((old) => ({ ...(old.load === load ? old : {}), load, error: answer.error }));
    });
    reader.current = reading;
    reading.read();
    const timer = every > 0 ? setInterval(reading.read, every) : undefined;
    return () => {
      reading.end();
      clearInterval(timer);
    };
  }, [load, every]);
  const again = useCallback(() => reader.current?.read(), []);
  // What was read for another question is no answer to this one.
  const { data, error } = state.load === load ? state : {};
  return { data, error, again };
}
