import { useEffect, useState } from 'react';
import { fetchPicture, type Photo } from '../../shared/api/photo.ts';
import type { Incident } from '../../shared/api/types.ts';
import { Modal } from '../../shared/ui/Modal.tsx';
import { useFailed } from '../../shared/ui/useProblem.ts';
import { useWords } from '../../shared/ui/useWords.ts';
import './photo.css';

/** usePicture returns the address of a picture within this page, for as long as it is shown. */
function usePicture(incident: string, photo: string): string | Error | undefined {
  const [source, setSource] = useState<string | Error>();
  useEffect(() => {
    let gone = false;
    let made: string | undefined;
    fetchPicture(incident, photo).then(
      (blob) => {
        if (gone) return;
        made = URL.createObjectURL(blob);
        setSource(made);
      },
      (error: unknown) => {
        if (!gone) setSource(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return () => {
      gone = true;
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [incident, photo]);
  return source;
}

/** Thumb is a small photo in a history that opens large. */
export function Thumb({ incident, photo }: { incident: Incident; photo: Photo }) {
  const { t, time } = useWords();
  const failed = useFailed();
  const source = usePicture(incident.id, photo.id);
  const [large, setLarge] = useState(false);
  if (source instanceof Error) return <small>{failed(source)}</small>;
  if (source === undefined) return <small>{t('common.loading')}</small>;
  const from = Date.parse(incident.raised_at);
  const by = t('photo.by', { name: photo.by.name ?? '', time: time(photo.by.at, incident, from) });
  return (
    <>
      <button type="button" className="thumb" data-testid="thumb" onClick={() => setLarge(true)}>
        <img src={source} alt={by} width={96} height={72} />
      </button>
      {large && (
        <Modal name="photo-large" title={t('photo.large')} onClose={() => setLarge(false)}>
          <img className="photo-large" src={source} alt={by} width={photo.width} height={photo.height} />
          <p className="modal-hint">
            {by} · {t('photo.deletes', { time: time(photo.deletes_at, incident, from) })}
          </p>
        </Modal>
      )}
    </>
  );
}
