import { useTranslation } from 'react-i18next';
import type { Incident, Notice } from '../shared/api/types.ts';
import type { Texts } from '../shared/texts/zh.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { toldOf } from './notices.ts';

/** useTold says in words how far a message has come. */
function useTold(): (notice: Notice) => string {
  const { t, i18n } = useTranslation();
  return (notice) => {
    const told = toldOf(notice);
    if (told.how === 'proved') return t(`proof.${told.proof}`);
    if (told.how !== 'failed') return t(`notice.${told.how}`);
    // A reason of a newer gateway is shown as it is.
    const known = i18n.exists(`undelivered.${told.reason}`);
    const why = known ? t(`undelivered.${told.reason as keyof Texts['undelivered']}`) : told.reason;
    if (why === '') return t('notice.failed');
    return t(told.other ? 'trail.other' : 'trail.failed', { why });
  };
}

/** useChannel says a channel in words; one that the operator named is said as he did. */
export function useChannel(): (name: string | undefined) => string {
  const { t, i18n } = useTranslation();
  return (name = '') =>
    name !== '' && i18n.exists(`channel.${name}`) ? t(`channel.${name as keyof Texts['channel']}`) : name;
}

/** Trail tells who was sent a message, by which way, and how far it has come. */
export function Trail({ incident, notices }: { incident: Incident; notices: readonly Notice[] }) {
  const { t, time } = useWords();
  const told = useTold();
  const channel = useChannel();
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
          </span>
        </li>
      ))}
    </ol>
  );
}
