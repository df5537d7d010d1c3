import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchDetail } from '../shared/api/client.ts';
import type { CallOutcome } from '../shared/api/community.ts';
import type { Detail, Entry, Incident } from '../shared/api/types.ts';
import type { Texts } from '../shared/texts/zh.ts';
import { useDelivery } from '../shared/ui/useDelivery.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useReason } from '../shared/ui/useReason.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { Thumb } from './photo/Thumb.tsx';
import { usePhotos, type Photos } from './photo/usePhotos.ts';
import { Trail } from './Trail.tsx';

type Kind = keyof Texts['history'];

/**
 * useDetail reads an incident with its rows and messages, anew whenever the incident or
 * `again` changes: a note changes nothing else that is shown.
 */
function useDetail({ id, revision }: Incident, again: number): Detail | Error | undefined {
  const [detail, setDetail] = useState<Detail | Error>();
  useEffect(() => {
    let gone = false;
    fetchDetail(id).then(
      (found) => {
        if (!gone) setDetail(found);
      },
      (error: unknown) => {
        if (!gone) setDetail(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return () => {
      gone = true;
    };
  }, [id, revision, again]);
  return detail;
}

/** noBoard reports whether a message failed because the person had no board open. */
function noBoard({ kind, channel }: Entry): boolean {
  return kind === 'incident.undelivered' && channel === 'screen';
}

const none: readonly Entry[] = [];

/** Shown is the photo that a row tells of, for those who may see it. */
function Shown({ incident, entry, photos }: { incident: Incident; entry: Entry; photos: Photos }) {
  const { t } = useTranslation();
  if (entry.photo === undefined || photos.byId === undefined) return null;
  const photo = photos.byId.get(entry.photo);
  // The list is of those that are kept.
  if (photo === undefined) return <small data-testid="photo-deleted">{t('photo.deleted')}</small>;
  return <Thumb incident={incident} photo={photo} />;
}

/** History tells who was told of an incident, and what has happened with everybody's notes, the latest first. */
export function History({ incident, again }: { incident: Incident; again: number }) {
  const { t, i18n } = useTranslation();
  const { time } = useWords();
  const reason = useReason();
  const loadFailed = useLoadFailed();
  const { channel, undelivered } = useDelivery();
  const detail = useDetail(incident, again);
  const photos = usePhotos(incident, detail === undefined || detail instanceof Error ? none : detail.entries);
  if (detail === undefined) return <p className="modal-hint">{t('common.loading')}</p>;
  if (detail instanceof Error) {
    return (
      <p className="trouble" role="alert">
        {loadFailed(detail)}
      </p>
    );
  }
  // A kind of a newer gateway is shown as it is.
  const what = (entry: Entry) => {
    const name = entry.kind.replace(/^incident\./, '');
    return i18n.exists(`history.${name}`) ? t(`history.${name as Kind}`) : entry.kind;
  };
  // Of a message the reason is why it failed, of a person's act what it was.
  const why = (entry: Entry) => {
    if (entry.cause) return reason(entry);
    if (entry.kind === 'incident.called') {
      // An outcome of a newer gateway is shown as it is.
      const said: string = t(`community.outcome.${entry.reason as CallOutcome}`, {
        defaultValue: entry.reason,
      });
      return [entry.to, said].filter(Boolean).join(' ');
    }
    return noBoard(entry) ? t('trail.noBoard') : undelivered(entry.reason);
  };
  const to = (entry: Entry) => (entry.kind === 'incident.called' ? '' : entry.to);
  return (
    <>
      <h3>{t('trail.happened')}</h3>
      {photos.show !== undefined && (
        <button type="button" className="button" data-testid="show-photos" onClick={photos.show}>
          {t('photo.show')}
        </button>
      )}
      {photos.error !== undefined && (
        <p className="trouble" role="alert">
          {loadFailed(photos.error)}
        </p>
      )}
      <ol className="history" data-testid="history">
        {[...detail.entries].reverse().map((entry) => (
          <li key={entry.number}>
            <time dateTime={entry.act.at}>
              {time(entry.act.at, incident, Date.parse(incident.raised_at))}
            </time>
            <span>
              {[entry.act.name, what(entry), why(entry), to(entry), channel(entry.channel)]
                .filter(Boolean)
                .join(' ')}
              <Shown incident={incident} entry={entry} photos={photos} />
              {entry.note !== undefined && entry.note !== '' && !noBoard(entry) && <b>{entry.note}</b>}
            </span>
          </li>
        ))}
      </ol>
      <h3>{t('trail.title')}</h3>
      <Trail incident={incident} notices={detail.notices} />
    </>
  );
}
