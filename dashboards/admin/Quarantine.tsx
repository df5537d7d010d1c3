import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../shared/api/client.ts';
import { shortTime } from '../shared/format.ts';
import type { Texts } from '../shared/texts/zh.ts';
import { useLanguage, useViewer } from '../shared/ui/hooks.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';

type Reason = keyof Texts['refusal'];

/** Quarantine lists the messages that could not be taken, the latest first. */
export function Quarantine() {
  const { t, i18n } = useTranslation();
  const language = useLanguage();
  const { clock } = useViewer().session;
  const pages = useInfiniteQuery({
    queryKey: ['quarantine'],
    refetchInterval: 30_000,
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last: { next?: number }) => last.next,
    queryFn: ({ pageParam }) => {
      const query = { limit: 50, ...(pageParam === undefined ? {} : { before: pageParam }) };
      return ask((signal) => api.GET('/api/quarantine', { params: { query }, signal }));
    },
  });
  const loadFailed = useLoadFailed();
  const messages = pages.data?.pages.flatMap((page) => page.messages) ?? [];
  // A reason of a newer gateway is shown as it is.
  const reasonText = (reason: string) =>
    i18n.exists(`refusal.${reason}`) ? t(`refusal.${reason as Reason}`) : reason;

  return (
    <section aria-labelledby="quarantine">
      <h2 id="quarantine">{t('admin.quarantine')}</h2>
      <p className="hint">{t('admin.quarantineHint')}</p>
      {pages.isError && (
        <p role="alert" className="none">
          {loadFailed(pages.error)}
        </p>
      )}
      {pages.isSuccess && messages.length === 0 && <p className="none">{t('admin.quarantineNone')}</p>}
      {messages.length > 0 && (
        <table className="grid" data-testid="quarantine">
          <caption className="unseen">{t('admin.quarantine')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('admin.time')}</th>
              <th scope="col">{t('admin.from')}</th>
              <th scope="col">{t('admin.reason')}</th>
              <th scope="col">{t('admin.detail')}</th>
            </tr>
          </thead>
          <tbody>
            {messages.map((message) => (
              <tr key={message.number} data-testid="refused-row">
                <td data-label={t('admin.time')}>{shortTime(message.at, clock.now(), '', language)}</td>
                <td data-label={t('admin.from')}>
                  {[message.site, message.edge].filter(Boolean).join('/')} <small>{message.topic}</small>
                </td>
                <td data-label={t('admin.reason')}>
                  <span className="tag">{reasonText(message.reason)}</span>
                </td>
                <td data-label={t('admin.detail')}>
                  <span lang="en">{message.detail}</span>
                  {message.payload !== undefined && message.payload !== '' && (
                    <details>
                      <summary>{t('admin.payload')}</summary>
                      <pre>{message.payload}</pre>
                    </details>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {pages.hasNextPage && (
        <button type="button" className="button" onClick={() => void pages.fetchNextPage()}>
          {t('admin.older')}
        </button>
      )}
    </section>
  );
}
