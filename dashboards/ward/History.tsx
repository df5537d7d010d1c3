import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchHistory } from '../shared/api/client.ts';
import type { Entry, Incident } from '../shared/api/types.ts';
import type { Texts } from '../shared/texts/zh.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useReason } from '../shared/ui/useReason.ts';
import { useWords } from '../shared/ui/useWords.ts';

type Kind = keyof Texts['history'];

/**
 * useHistory reads the rows of an incident, anew whenever the incident or
 * `again` changes: a note changes nothing else that is shown.
 */
function useHistory({ id, revision }: Incident, again: number): readonly Entry[] | Error | undefined {
  const [rows, setRows] = useState<readonly Entry[] | Error>();
  useEffect(() => {
    let gone = false;
    fetchHistory(id).then(
      (entries) => {
        if (!gone) setRows(entries);
      },
      (error: unknown) => {
        if (!gone) setRows(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return () => {
      gone = true;
    };
  }, [id, revision, again]);
  return rows;
}

/** History tells what has happened to an incident, with everybody's notes, the latest first. */
export function History({ incident, again }: { incident: Incident; again: number }) {
  const { t, i18n } = useTranslation();
  const { time } = useWords();
  const reason = useReason();
  const loadFailed = useLoadFailed();
  const rows = useHistory(incident, again);
  if (rows === undefined) return <p className="modal-hint">{t('common.loading')}</p>;
  if (rows instanceof Error) {
    return (
      <p className="trouble" role="alert">
        {loadFailed(rows)}
      </p>
    );
  }
  // A kind of a newer gateway is shown as it is.
  const what = (entry: Entry) => {
    const name = entry.kind.replace(/^incident\./, '');
    return i18n.exists(`history.${name}`) ? t(`history.${name as Kind}`) : entry.kind;
  };
  return (
    <ol className="history" data-testid="history">
      {[...rows].reverse().map((entry) => (
        <li key={entry.number}>
          <time dateTime={entry.act.at}>{time(entry.act.at, incident, Date.parse(incident.raised_at))}</time>
          <span>
            {[entry.act.name, what(entry), reason(entry)].filter(Boolean).join(' ')}
            {entry.note !== undefined && entry.note !== '' && <b>{entry.note}</b>}
          </span>
        </li>
      ))}
    </ol>
  );
}
