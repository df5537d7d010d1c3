import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../shared/api/client.ts';
import type { AlarmHealth } from '../shared/api/types.ts';
import { localName } from '../shared/format.ts';
import { pageOf } from '../shared/home.ts';
import { useLanguage, useViewer } from '../shared/ui/hooks.ts';
import { LinkState, StaleBar } from '../shared/ui/Link.tsx';
import { LanguageSwitch, Settings } from '../shared/ui/Settings.tsx';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { Answers } from './Answers.tsx';
import { decimal, percent, ranges, wait, type Range } from './figures.ts';
import { Advice, Classes, Floods, Nuisance } from './Points.tsx';
import { useSay } from './useSay.ts';
import './health.css';

/** useHealth reads how the alarms of the last days were. */
function useHealth(site: string, days: Range) {
  const { clock } = useViewer().session;
  return useQuery({
    queryKey: ['alarm-health', site, days],
    placeholderData: keepPreviousData,
    queryFn: () => {
      const query = {
        from: new Date(clock.now() - days * 86_400_000).toISOString(),
        ...(site === '' ? {} : { site }),
      };
      return ask((signal) => api.GET('/api/alarm-health', { params: { query }, signal }));
    },
  });
}

function Figures({ health }: { health: AlarmHealth }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { accept, arrive, unanswered } = health.answers.overall;
  const shareOf = (share: number, { count, missing }: typeof accept) =>
    count + missing === 0 ? '–' : percent(share, language);
  const figure = (name: string, value: string | number, alert = false) => (
    <div className={alert ? 'figure alert' : 'figure'}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
  return (
    <dl className="figures" data-testid="figures">
      {figure(t('health.alarms'), health.alarms)}
      {health.per_carer_hour !== undefined &&
        figure(t('health.perCarerHour'), decimal(health.per_carer_hour, language))}
      {figure(t('health.unanswered'), unanswered, unanswered > 0)}
      {figure(t('health.acceptMedian'), wait(accept.median_s, accept.count))}
      {figure(t('health.accepted60'), shareOf(accept.within_60_s, accept))}
      {figure(t('health.arriveMedian'), wait(arrive.median_s, arrive.count))}
      {figure(t('health.arrived180'), shareOf(arrive.within_180_s, arrive))}
      {figure(t('health.average'), decimal(health.average_per_10_min, language))}
      {figure(t('health.peak'), health.peak?.count ?? 0)}
      {figure(t('health.floodShare'), percent(health.flood_share, language))}
    </dl>
  );
}

function Notes({ health }: { health: AlarmHealth }) {
  const { t } = useTranslation();
  const { explained, exercises, estimated, pending } = health;
  return (
    <details className="notes">
      <summary>{t('health.notes')}</summary>
      <ul>
        <li>{t('health.note.alarms', { explained, exercises })}</li>
        {estimated > 0 && <li>{t('health.note.estimated', { count: estimated })}</li>}
        <li>{t('health.note.answers')}</li>
        <li>{t('health.note.shares')}</li>
        {pending > 0 && <li>{t('health.note.pending', { count: pending })}</li>}
        <li>{t('health.note.norm')}</li>
      </ul>
    </details>
  );
}

function Report({ health }: { health: AlarmHealth }) {
  const say = useSay(health);
  return (
    <>
      <Figures health={health} />
      <Answers health={health} say={say} />
      <Advice health={health} say={say} />
      <Floods health={health} say={say} />
      <Nuisance health={health} say={say} />
      <Classes health={health} say={say} />
      <Notes health={health} />
    </>
  );
}

/** Health is the page of those who can change something: how the alarms of some days were. */
export function Health() {
  const { t, i18n } = useTranslation();
  const language = useLanguage();
  const { me } = useViewer();
  const [site, setSite] = useState('');
  const [days, setDays] = useState<Range>(7);
  const health = useHealth(site, days);
  const loadFailed = useLoadFailed();
  useEffect(() => {
    document.title = `${t('health.title')} · ${t('app.name')}`;
  }, [t, i18n.language]);

  return (
    <div className="health" data-testid="health">
      <header className="bar">
        <h1 className="bar-title">{t('health.title')}</h1>
        <a className="button plain" href={`/${pageOf(me)}/`}>
          {t('health.back')}
        </a>
        <LinkState />
        <LanguageSwitch />
        <Settings name={me.user.name} />
      </header>
      <StaleBar />
      <main>
        <form className="filters" onSubmit={(event) => event.preventDefault()}>
          <label className="field">
            <span>{t('health.range')}</span>
            <select
              data-testid="range"
              value={days}
              onChange={(event) => setDays(Number(event.target.value) as Range)}
            >
              {ranges.map((count) => (
                <option key={count} value={count}>
                  {t('health.days', { count })}
                </option>
              ))}
            </select>
          </label>
          {me.sites.length > 1 && (
            <label className="field">
              <span>{t('inspect.site')}</span>
              <select
                data-testid="filter-site"
                value={site}
                onChange={(event) => setSite(event.target.value)}
              >
                <option value="">{t('common.all')}</option>
                {me.sites.map((one) => (
                  <option key={one.id} value={one.id}>
                    {localName(one.name, language)}
                  </option>
                ))}
              </select>
            </label>
          )}
          <button type="button" className="button" onClick={() => void health.refetch()}>
            {t('inspect.refresh')}
          </button>
        </form>
        {health.isError && (
          <p role="alert" className="none">
            {loadFailed(health.error)}
          </p>
        )}
        {health.isPending && <p className="none">{t('common.loading')}</p>}
        {health.data !== undefined &&
          (health.data.alarms === 0 && health.data.standing_count === 0 ? (
            <p className="none">{t('health.none')}</p>
          ) : (
            <Report health={health.data} />
          ))}
      </main>
    </div>
  );
}
