import { useEffect, useState } from 'react';
import { fetchHomes, type Homes } from '../shared/api/community.ts';
import { usePicture } from '../shared/ui/hooks.ts';

/** What falls silent makes no incident at once: so often the list is read again, in milliseconds. */
const every = 30_000;

/** useHomes reads the homes again and again, and at once when an incident changes. What was read stays while the gateway is away. */
export function useHomes(): { homes: Homes | undefined; error: Error | undefined } {
  const { incidents } = usePicture();
  const [homes, setHomes] = useState<Homes>();
  const [error, setError] = useState<Error>();
  useEffect(() => {
    let gone = false;
    const look = () =>
      fetchHomes().then(
        (read) => {
          if (gone) return;
          setHomes(read);
          setError(undefined);
        },
        (failure: unknown) => {
          if (!gone) setError(failure instanceof Error ? failure : new Error(String(failure)));
        },
      );
    // A flood of changes is one reading.
    const soon = setTimeout(() => void look(), 200);
    const timer = setInterval(() => void look(), every);
    return () => {
      gone = true;
      clearTimeout(soon);
      clearInterval(timer);
    };
  }, [incidents]);
  return { homes, error };
}
