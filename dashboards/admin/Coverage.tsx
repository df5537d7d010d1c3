import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api, ask } from '../shared/api/client.ts';
import { ageOf, localName } from '../shared/format.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { filters, passes, spanOf, urgency, type Filter } from './coverage.ts';
import { Edges } from './Edges.tsx';

/** Coverage lists the points of a site with what is proved of each, the doubtful first, and its edges. */
export function Coverage() {
  const { t, language, place } = useWords();
  const { me } = useViewer();
  const [site, setSite] = useState(me.sites[0]?.id ?? '');
  const [filter, setFilter] = useState<Filter>('doubtful');
  const coverage = useQuery({
    queryKey: ['points', site],
    enabled: site !== '',
    refetchInterval: 10_000,
    queryFn: () => ask((signal) => api.GET('/api/points', { params: { query: { site } }, signal })),
  });
  const loadFailed = useLoadFailed();
  const points = useMemo(() => coverage.data?.points ?? [], [coverage.data]);
  const now = coverage.data === undefined ? 0 : Date.parse(coverage.data.time);
  const rows = useMemo(
    () =>
      points
        .filter((point) => passes(point, filter))
        .sort((a, b) => urgency(a) - urgency(b) || (a.id < b.id ? -1 : 1)),
    [points, filter],
  );

  return (
    <section aria-labelledby="coverage">
      <h2 id="coverage">{t('admin.coverage')}</h2>
      <p className="hint">{t('admin.coverageHint')}</p>
      <div className="fields">
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
        <label className="field">
          <span>{t('admin.show')}</span>
          <select
            data-testid="coverage-filter"
            value={filter}
            onChange={(event) => setFilter(event.target.value as Filter)}
          >
            {filters.map((one) => (
              <option key={one} value={one}>
                {t(`admin.filter.${one}`)} ({points.filter((point) => passes(point, one)).length})
              </option>
            ))}
          </select>
        </label>
      </div>
      {coverage.isError && (
        <p role="alert" className="none">
          {loadFailed(coverage.error)}
        </p>
      )}
      {coverage.isSuccess && rows.length === 0 && (
        <p className="none">{t(points.length === 0 ? 'admin.coverageNone' : 'admin.coverageFine')}</p>
      )}
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
              <th scope="col">{t('admin.deadline')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((point) => {
              const passed = ageOf(now - Date.parse(point.last_seen ?? ''));
              const span = spanOf(point.deadline_s);
              return (
                <tr key={point.id} data-testid="point-row" data-status={point.state}>
                  <td data-label={t('admin.status')}>
                    <span>
                      <span className="tag" data-status={point.state}>
                        {t(`admin.${point.state}`)}
                      </span>
                      {point.unregistered && <span className="tag">{t('admin.unregistered')}</span>}
                      {point.commissioned_at === undefined && !point.unregistered && (
                        <span className="tag">{t('setup.uncommissionedShort')}</span>
                      )}
                    </span>
                    {point.doubt !== undefined && (
                      <small className="doubt">{t(`admin.doubt.${point.doubt}`)}</small>
                    )}
                  </td>
                  <td data-label={t('admin.point')}>
                    <span>
                      {localName(point.place.point, language)} <small>{point.id}</small>
                    </span>
                  </td>
                  <td data-label={t('inspect.place')}>{place(point).join(' ')}</td>
                  <td data-label={t('admin.edge')}>{point.edge}</td>
                  <td data-label={t('admin.seen')}>
                    {point.last_seen === undefined
                      ? t('admin.never')
                      : t('admin.ago', { age: t(`time.${passed.unit}`, { count: passed.count }) })}
                  </td>
                  <td data-label={t('admin.deadline')}>{t(`time.${span.unit}`, { count: span.count })}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      <Edges site={site} />
    </section>
  );
}
