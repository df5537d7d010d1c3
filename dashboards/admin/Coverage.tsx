import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api, ask } from '../shared/api/client.ts';
import { ageOf, localName } from '../shared/format.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { statusOf } from './coverage.ts';

/** Coverage lists the points of a site with when each was last heard, the doubtful ones first. */
export function Coverage() {
  const { t, language, place } = useWords();
  const { me } = useViewer();
  const [site, setSite] = useState(me.sites[0]?.id ?? '');
  const coverage = useQuery({
    queryKey: ['points', site],
    enabled: site !== '',
    refetchInterval: 10_000,
    queryFn: () => ask((signal) => api.GET('/api/points', { params: { query: { site } }, signal })),
  });
  const loadFailed = useLoadFailed();
  const rows = useMemo(() => {
    const now = coverage.data === undefined ? 0 : Date.parse(coverage.data.time);
    return (coverage.data?.points ?? [])
      .map((point) => ({ point, status: statusOf(point, now), age: now - Date.parse(point.last_seen ?? '') }))
      .sort((a, b) => a.status.order - b.status.order || (a.point.id < b.point.id ? -1 : 1));
  }, [coverage.data]);

  return (
    <section aria-labelledby="coverage">
      <h2 id="coverage">{t('admin.coverage')}</h2>
      <p className="hint">{t('admin.coverageHint')}</p>
      <label className="field site">
        <span>{t('inspect.site')}</span>
        <select data-testid="coverage-site" value={site} onChange={(event) => setSite(event.target.value)}>
          {me.sites.map((one) => (
            <option key={one.id} value={one.id}>
              {localName(one.name, language)}
            </option>
          ))}
        </select>
      </label>
      {coverage.isError && (
        <p role="alert" className="none">
          {loadFailed(coverage.error)}
        </p>
      )}
      {coverage.isSuccess && rows.length === 0 && <p className="none">{t('admin.coverageNone')}</p>}
      {rows.length > 0 && (
        <table className="grid" data-testid="coverage">
          <caption className="unseen">{t('admin.coverage')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('admin.status')}</th>
              <th scope="col">{t('admin.point')}</th>
              <th scope="col">{t('inspect.place')}</th>
              <th scope="col">{t('admin.edge')}</th>
              <th scope="col">{t('admin.seen')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ point, status, age }) => {
              const passed = ageOf(age);
              return (
                <tr key={point.id} data-testid="point-row" data-status={status.name}>
                  <td data-label={t('admin.status')}>
                    <span className="tag" data-status={status.name}>
                      {t(`admin.${status.name}`)}
                    </span>
                    {point.unregistered && <span className="tag">{t('admin.unregistered')}</span>}
                  </td>
                  <td data-label={t('admin.point')}>
                    {localName(point.place.point, language)} <small>{point.id}</small>
                  </td>
                  <td data-label={t('inspect.place')}>{place(point).join(' ')}</td>
                  <td data-label={t('admin.edge')}>{point.edge}</td>
                  <td data-label={t('admin.seen')}>
                    {point.last_seen === undefined
                      ? t('admin.never')
                      : t('admin.ago', { age: t(`time.${passed.unit}`, { count: passed.count }) })}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}
