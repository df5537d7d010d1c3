import { useEffect, useState } from 'react';
import { hands } from '../../shared/api/hand.ts';
import { fetchPhotos, type Photo } from '../../shared/api/photo.ts';
import type { Entry, Incident } from '../../shared/api/types.ts';
import { useShowsPhotos } from './useShowsPhotos.ts';

/** Photos are those of an incident by id, as far as they are known. */
export interface Photos {
  byId: ReadonlyMap<string, Photo> | undefined;
  /** show reads them where somebody has to say first who she is; undefined where there is nothing to press. */
  show: (() => void) | undefined;
  error: Error | undefined;
}

/**
 * usePhotos reads the photos of an incident that its rows name, for those who may see them: at once, or at
 * a station when somebody asks for them.
 */
export function usePhotos({ id }: Incident, entries: readonly Entry[]): Photos {
  const shows = useShowsPhotos();
  const [byId, setById] = useState<ReadonlyMap<string, Photo>>();
  const [error, setError] = useState<Error>();
  const [asked, setAsked] = useState(0);
  const named = entries.filter((entry) => entry.photo !== undefined).length;
  const reads = named > 0 && (shows === 'yes' || (shows === 'asked' && asked > 0));
  useEffect(() => {
    if (!reads) return;
    let gone = false;
    fetchPhotos(id).then(
      (photos) => {
        if (gone) return;
        setError(undefined);
        setById(new Map(photos.map((photo) => [photo.id, photo])));
      },
      (failed: unknown) => {
        if (!gone) setError(failed instanceof Error ? failed : new Error(String(failed)));
      },
    );
    return () => {
      gone = true;
    };
  }, [id, reads, named, asked]);
  // At a station they are gone with whoever asked for them.
  useEffect(
    () =>
      hands.onGone(() => {
        setAsked(0);
        setById(undefined);
      }),
    [],
  );
  const show =
    shows === 'asked' && named > 0 && byId === undefined ? () => setAsked((count) => count + 1) : undefined;
  return { byId, show, error };
}
