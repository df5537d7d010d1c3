import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchTree } from '../shared/api/inspect.ts';
import { usePicture, useViewer } from '../shared/ui/hooks.ts';
import { LinkState, StaleBar } from '../shared/ui/Link.tsx';
import { LanguageSwitch, Settings } from '../shared/ui/Settings.tsx';
import { WalkBanner } from '../shared/ui/WalkBanner.tsx';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { isFireOfficer } from './filter.ts';
import { Now } from './Now.tsx';
import { addressOf, askedOf, useAddress, viewOf, type View } from './route.ts';
import { To } from './To.tsx';
import './inspect.css';

// What is not looked at is not loaded: on a visit the phone shows one site.
const SitePage = lazy(() => import('./SitePage.tsx'));
const SiteTable = lazy(() => import('./SiteTable.tsx'));
const Rows = lazy(() => import('./Rows.tsx'));
const Gaps = lazy(() => import('./Gaps.tsx'));
const Report = lazy(() => import('./Report.tsx'));

const tabs = [
  ['now', 'oversight.now'],
  ['incidents', 'oversight.table'],
  ['coverage', 'oversight.coverage'],
  ['report', 'oversight.report'],
] as const satisfies readonly (readonly [View, string])[];

/** Inspect is the page of inspectors: what goes on, the tables, coverage and the report of their region. */
export function Inspect() {
  const { t, i18n } = useTranslation();
  const { me } = useViewer();
  const picture = usePicture();
  const address = useAddress();
  const view = viewOf(address);
  const query = useMemo(() => askedOf(address), [address]);
  const tree = useQuery({ queryKey: ['tree'], refetchInterval: 30_000, queryFn: fetchTree });
  const loadFailed = useLoadFailed();
  const region = query.get('region') ?? '';

  useEffect(() => {
    document.title = `${t('oversight.title')} · ${t('app.name')}`;
  }, [t, i18n.language]);

  return (
    <div className="inspect" data-testid="inspect" data-ready={picture.complete} data-view={view}>
      <header className="bar">
        <h1 className="bar-title">{t('oversight.title')}</h1>
        <nav className="tabs" aria-label={t('oversight.title')}>
          {tabs.map(([name, text]) => (
            <To
              key={name}
              href={addressOf(name, region === '' ? {} : { region })}
              className="tab"
              current={name === view || (name === 'now' && (view === 'site' || view === 'sites'))}
              testid={`tab-${name}`}
            >
              {t(text)}
            </To>
          ))}
        </nav>
        <LinkState />
        <LanguageSwitch />
        <Settings name={me.user.name} />
      </header>
      <StaleBar />
      <WalkBanner />
      <main>
        {isFireOfficer(me.user) && (
          <p className="none" data-testid="fire-only">
            {t('inspect.fireOnly')}
          </p>
        )}
        {tree.isError && (
          <p role="alert" className="none">
            {loadFailed(tree.error)}
          </p>
        )}
        {tree.data === undefined ? (
          !tree.isError && <p className="none">{t('common.loading')}</p>
        ) : (
          <Suspense fallback={<p className="none">{t('common.loading')}</p>}>
            {view === 'now' && <Now tree={tree.data} query={query} />}
            {view === 'site' && (
              <SitePage key={query.get('site')} tree={tree.data} site={query.get('site') ?? ''} />
            )}
            {view === 'sites' && <SiteTable tree={tree.data} query={query} />}
            {view === 'incidents' && <Rows tree={tree.data} query={query} />}
            {view === 'coverage' && <Gaps tree={tree.data} query={query} />}
            {view === 'report' && <Report tree={tree.data} query={query} />}
          </Suspense>
        )}
      </main>
    </div>
  );
}
