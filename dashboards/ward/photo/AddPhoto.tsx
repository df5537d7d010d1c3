import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Refused } from '../../shared/api/client.ts';
import { addPhoto } from '../../shared/api/photo.ts';
import type { Incident } from '../../shared/api/types.ts';
import { useStale } from '../../shared/ui/Link.tsx';
import { useProblem } from '../../shared/ui/useProblem.ts';
import { shrink } from './shrink.ts';
import { useShowsPhotos } from './useShowsPhotos.ts';
import './photo.css';

/** AddPhoto takes a photo for an incident, or says why none is taken there. */
export function AddPhoto({ incident, onAdded }: { incident: Incident; onAdded: () => void }) {
  const { t } = useTranslation();
  const shows = useShowsPhotos();
  const stale = useStale();
  const problem = useProblem();
  const [sending, setSending] = useState(false);
  const [trouble, setTrouble] = useState('');
  const { photos } = incident;
  if (shows === 'no' || photos === undefined) return null;
  if (photos !== 'allowed') {
    return (
      <p className="modal-hint" data-testid="no-photos">
        {t(`photo.why.${photos}`)}
      </p>
    );
  }
  const send = async (file: File) => {
    setSending(true);
    setTrouble('');
    try {
      await addPhoto(incident.id, await shrink(file));
      onAdded();
    } catch (error) {
      setTrouble(
        error instanceof Refused ? problem(error.problem, incident.site.time_zone) : t('photo.unsent'),
      );
    } finally {
      setSending(false);
    }
  };
  return (
    <div className="add-photo">
      <label className="button" data-disabled={stale || sending}>
        {sending ? t('photo.adding') : t('photo.add')}
        <input
          type="file"
          accept="image/*"
          capture="environment"
          data-testid="add-photo"
          aria-describedby={`${incident.id}-photo-hint`}
          disabled={stale || sending}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            // The same file may be chosen again after a failure.
            event.target.value = '';
            if (file !== undefined) void send(file);
          }}
        />
      </label>
      <p className="modal-hint" id={`${incident.id}-photo-hint`}>
        {stale ? t('photo.offline') : t('photo.hint')}
        {!stale && shows === 'asked' && ` ${t('photo.station')}`}
      </p>
      {trouble !== '' && (
        <p className="trouble" role="alert" data-testid="photo-trouble">
          {trouble}
        </p>
      )}
    </div>
  );
}
