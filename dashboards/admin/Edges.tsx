import { useQuery } from '@tanstack/react-query';
import { api, ask } from '../shared/api/client.ts';
import { ageOf, localName } from '../shared/format.ts';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';

/** A clock is worth a mark beyond this many seconds, as the gateway's alarm is at 60. */
const wrongClock = 5;

/** Edges lists the edges of a site as they say they are. */
export function Edges({ site }: { site: string }) {
  const { t, language } = useWords();
  const edges = useQuery({
    queryKey: ['edges', site],
    enabled: site !== '',
    refetchInterval: 10_000,
    queryFn: () => ask((signal) => api.GET('/api/edges', { params: { query: { site } }, signal })),
  });
  const loadFailed = useLoadFailed();
  const now = edges.data === undefined ? 0 : Date.parse(edges.data.time);

  return (
    <>
      <h3>{t('admin.edges')}</h3>
      {edges.isError && (
        <p role="alert" className="none">
          {loadFailed(edges.error)}
        </p>
      )}
      {edges.isSuccess && edges.data.edges.length === 0 && <p className="none">{t('admin.edgesNone')}</p>}
      {edges.isSuccess && edges.data.edges.length > 0 && (
        <table className="grid" data-testid="edges">
          <caption className="unseen">{t('admin.edges')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('admin.status')}</th>
              <th scope="col">{t('admin.edge')}</th>
              <th scope="col">{t('admin.stateAt')}</th>
              <th scope="col">{t('admin.waiting')}</th>
              <th scope="col">{t('admin.clock')}</th>
              <th scope="col">{t('admin.devices')}</th>
            </tr>
          </thead>
          <tbody>
            {edges.data.edges.map((edge) => {
              const passed = ageOf(now - Date.parse(edge.state_at ?? ''));
              const offset = Math.round(edge.clock_offset_s);
              return (
                <tr key={edge.id} data-testid="edge-row">
                  <td data-label={t('admin.status')}>
                    <span className="tag" data-status={edge.online ? 'proved' : 'silent'}>
                      {t(edge.online ? 'admin.online' : 'admin.offline')}
                    </span>
                  </td>
                  <td data-label={t('admin.edge')}>
                    <span>
                      {localName(edge.name, language)} <small>{edge.id}</small>
                    </span>
                    {edge.version !== undefined && <small className="doubt">{edge.version}</small>}
                  </td>
                  <td data-label={t('admin.stateAt')}>
                    {edge.state_at === undefined
                      ? t('admin.never')
                      : t('admin.ago', { age: t(`time.${passed.unit}`, { count: passed.count }) })}
                  </td>
                  <td data-label={t('admin.waiting')}>
                    <span>
                      {t('admin.spool', { events: edge.events_waiting, readings: edge.readings_waiting })}
                    </span>
                    {edge.readings_shed > 0 && (
                      <span className="doubt">
                        <span className="tag" data-status="unproven">
                          {t('admin.shed', { count: edge.readings_shed })}
                        </span>
                      </span>
                    )}
                  </td>
                  <td data-label={t('admin.clock')}>
                    {Math.abs(offset) > wrongClock ? (
                      <span className="tag" data-status="unproven">
                        {t('admin.offset', { count: Math.abs(offset) })}
                      </span>
                    ) : (
                      t('admin.clockFine')
                    )}
                  </td>
                  <td data-label={t('admin.devices')}>
                    <span>{t('admin.deviceCount', { count: edge.devices, points: edge.points })}</span>
                    {edge.faults.map((fault) => (
                      <span key={fault.device} className="doubt">
                        <span className="tag" data-status="unproven">
                          {fault.device}
                        </span>
                        <small lang="en">
                          {fault.model}: {fault.fault}
                        </small>
                      </span>
                    ))}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </>
  );
}
