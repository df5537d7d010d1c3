import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { fetchAudit } from '../shared/api/account.ts';
import { shortTime } from '../shared/format.ts';
import type { Texts } from '../shared/texts/zh.ts';
import { useLanguage, useViewer } from '../shared/ui/hooks.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';

type Kind = keyof Texts['audit']['kind'];

/** Audit lists who signed in, looked and changed, the latest first; to operators of the whole gateway only. */
export function Audit() {
  const { t } = useTranslation();
  const language = useLanguage();
  const { me, session } = useViewer();
  const whole = (me.user.scope.sites ?? []).length === 0;
  const pages = useInfiniteQuery({
    queryKey: ['audit'],
    enabled: whole,
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last: { next?: number }) => last.next,
    queryFn: ({ pageParam }) => fetchAudit(pageParam),
  });
  const loadFailed = useLoadFailed();
  if (!whole) return null;
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];

  return (
    <section aria-labelledby="audit">
      <h2 id="audit">{t('audit.title')}</h2>
      <p className="hint">{t('audit.what')}</p>
      {pages.isError && (
        <p role="alert" className="none">
          {loadFailed(pages.error)}
        </p>
      )}
      {pages.isSuccess && rows.length === 0 && <p className="none">{t('audit.none')}</p>}
      {rows.length > 0 && (
        <table className="grid" data-testid="audit">
          <caption className="unseen">{t('audit.title')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('audit.when')}</th>
              <th scope="col">{t('audit.who')}</th>
              <th scope="col">{t('audit.did')}</th>
              <th scope="col">{t('audit.about')}</th>
              <th scope="col">{t('audit.detail')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.number} data-testid="audit-row">
                <td data-label={t('audit.when')}>{shortTime(row.at, session.clock.now(), '', language)}</td>
                <td data-label={t('audit.who')}>{row.name || row.by || t('audit.nobody')}</td>
                <td data-label={t('audit.did')}>
                  <span className="tag">{t(`audit.kind.${row.kind.slice('audit.'.length) as Kind}`)}</span>
                </td>
                <td data-label={t('audit.about')}>
                  {row.about_name ?? ''} <small>{row.about}</small>
                </td>
                <td data-label={t('audit.detail')}>
                  <span lang="en">{row.detail}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {pages.hasNextPage && (
        <button type="button" className="button" onClick={() => void pages.fetchNextPage()}>
          {t('audit.more')}
        </button>
      )}
    </section>
  );
}
