import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../shared/api/client.ts';
import { arrange } from '../shared/order.ts';
import { useNow, usePicture, useViewer } from '../shared/ui/hooks.ts';
import { LinkState, StaleBar } from '../shared/ui/Link.tsx';
import { LanguageSwitch, Settings } from '../shared/ui/Settings.tsx';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { isFireOfficer, matches, noFilter, tooLong, type Filter } from './filter.ts';
import { Filters } from './Filters.tsx';
import { Repairs } from './Repairs.tsx';
import { Table } from './Table.tsx';
import './inspect.css';

const historyLimit = 500;

/** useHistory reads the last 24 hours, again each minute; live changes are laid over it. */
function useHistory(filter: Filter) {
  const { clock } = useViewer().session;
  return useQuery({
    queryKey: ['history', filter],
    refetchInterval: 60_000,
    queryFn: () => {
      const query = {
        from: new Date(clock.now() - 86_400_000).toISOString(),
        limit: historyLimit,
        ...(filter.site === '' ? {} : { site: filter.site }),
        ...(filter.class === '' ? {} : { class: [filter.class] }),
        ...(filter.state === '' ? {} : { state: [filter.state] }),
      };
      return ask((signal) => api.GET('/api/incidents', { params: { query }, signal }));
    },
  });
}

/** Inspect shows the live incidents of an inspector's region and those of the last day. */
export function Inspect() {
  const { t, i18n } = useTranslation();
  const { me, session } = useViewer();
  const picture = usePicture();
  const now = useNow();
  const [filter, setFilter] = useState<Filter>(noFilter);
  const history = useHistory(filter);
  const loadFailed = useLoadFailed();

  useEffect(() => {
    document.title = `${t('inspect.title')} · ${t('app.name')}`;
  }, [t, i18n.language]);

  const { waiting, attended, explained } = useMemo(
    () => arrange(picture.incidents.values(), session.clock.now()),
    [picture.incidents, session.clock],
  );
  // What explains others stands before them.
  const open = [...waiting, ...attended].flatMap((one) => [one, ...(explained.get(one.id) ?? [])]);
  const shown = open.filter((incident) => matches(filter, incident));
  const past = (history.data?.incidents ?? [])
    .map((incident) => {
      const live = picture.incidents.get(incident.id);
      return live !== undefined && live.revision > incident.revision ? live : incident;
    })
    .filter((incident) => matches(filter, incident));
  const late = waiting.filter((incident) => tooLong(incident, now)).length;
  const count = (name: string, value: number, text: string, alert = false) => (
    <div className={alert ? 'figure alert' : 'figure'} data-testid={name}>
      <dt>{text}</dt>
      <dd>{value}</dd>
    </div>
  );

  return (
    <div className="inspect" data-testid="inspect" data-ready={picture.complete}>
      <header className="bar">
        <h1 className="bar-title">{t('inspect.title')}</h1>
        <a className="button plain" href="/health/">
          {t('health.title')}
        </a>
        <LinkState />
        <LanguageSwitch />
        <Settings name={me.user.name} />
      </header>
      <StaleBar />
      <main>
        {isFireOfficer(me.user) && (
          <p className="none" data-testid="fire-only">
            {t('inspect.fireOnly')}
          </p>
        )}
        <dl className="figures">
          {count('sites', me.sites.length, t('inspect.siteCount'))}
          {count('open', open.length, t('inspect.openCount'))}
          {count('not-accepted', waiting.length, t('inspect.waitingCount'))}
          {count('too-long', late, t('inspect.tooLongCount'), late > 0)}
        </dl>
        <Filters filter={filter} sites={me.sites} onChange={setFilter} />
        <section aria-labelledby="live" data-testid="live">
          <h2 id="live">
            {t('inspect.live')} <small>{shown.length}</small>
          </h2>
          {shown.length > 0 ? (
            <Table incidents={shown} now={now} caption={t('inspect.live')} />
          ) : (
            picture.complete && (
              <p className="none">{t(open.length > 0 ? 'inspect.noneFiltered' : 'inspect.none')}</p>
            )
          )}
        </section>
        <Repairs />
        <section aria-labelledby="history" data-testid="history">
          <h2 id="history">
            {t('inspect.history')} <small>{past.length}</small>
            <button type="button" className="button" onClick={() => void history.refetch()}>
              {t('inspect.refresh')}
            </button>
          </h2>
          {history.isError && (
            <p role="alert" className="none">
              {loadFailed(history.error)}
            </p>
          )}
          {past.length > 0 && <Table incidents={past} now={now} caption={t('inspect.history')} />}
          {history.isSuccess && past.length === 0 && <p className="none">{t('inspect.noneHistory')}</p>}
          {history.data?.next !== undefined && (
            <p className="none">{t('inspect.limited', { count: historyLimit })}</p>
          )}
        </section>
      </main>
    </div>
  );
}
