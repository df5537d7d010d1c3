import { useTranslation } from 'react-i18next';
import type { Incident, Notice } from '../shared/api/types.ts';
import { useDelivery } from '../shared/ui/useDelivery.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { toldOf } from './notices.ts';

/** useTold says in words how far a message has come. */
function useTold(): (notice: Notice) => string {
  const { t } = useTranslation();
  const { undelivered } = useDelivery();
  return (notice) => {
    const told = toldOf(notice);
    if (told.how === 'proved') return t(`proof.${told.proof}`);
    if (told.how !== 'failed') return t(`notice.${told.how}`);
    const why = undelivered(told.reason);
    if (why === '') return t('notice.failed');
    return t(told.other ? 'trail.other' : 'trail.failed', { why });
  };
}

/** Trail tells who was sent a message, by which way, and how far it has come. */
export function Trail({ incident, notices }: { incident: Incident; notices: readonly Notice[] }) {
  const { t, time } = useWords();
  const told = useTold();
  const { channel } = useDelivery();
  if (notices.length === 0) return <p className="modal-hint">{t('trail.none')}</p>;
  return (
    <ol className="history" data-testid="trail">
      {notices.map((notice, index) => (
        <li key={index} data-how={toldOf(notice).how}>
          <time dateTime={notice.sent_at ?? notice.created_at}>
            {time(notice.sent_at ?? notice.created_at, incident, Date.parse(incident.raised_at))}
          </time>
          <span>
            {[
              notice.name,
              notice.role === undefined ? '' : t(`role.${notice.role}`),
              channel(notice.channel),
              `“${t(`phrase.${notice.phrase}`)}”`,
            ]
              .filter(Boolean)
              .join(' ')}
            <b>{told(notice)}</b>
            {notice.state === 'failed' && notice.detail !== undefined && notice.detail !== '' && (
              <small lang="en">{notice.detail}</small>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
