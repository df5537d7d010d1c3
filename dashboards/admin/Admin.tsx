import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useViewer } from '../shared/ui/hooks.ts';
import { LinkState, StaleBar } from '../shared/ui/Link.tsx';
import { LanguageSwitch, Settings } from '../shared/ui/Settings.tsx';
import { WalkBanner } from '../shared/ui/WalkBanner.tsx';
import { Audit } from './Audit.tsx';
import { Coverage } from './Coverage.tsx';
import { Quarantine } from './Quarantine.tsx';
import { partOf, partsOf } from './setup/parts.ts';
import './admin.css';

// Loaded when it is opened: who looks whether all is well does without.
const Setup = lazy(() => import('./setup/Setup.tsx').then((module) => ({ default: module.Setup })));

/** usePart returns the part of the page that the address names. */
function usePart() {
  const { role } = useViewer().me.user;
  const [part, setPart] = useState(() => partOf(location.hash, role));
  useEffect(() => {
    const moved = () => setPart(partOf(location.hash, role));
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, [role]);
  return part;
}

/**
 * Admin is the page of those who enter who and what is watched, and of operators,
 * who see what could not be taken and which points are heard.
 */
export function Admin() {
  const { t, i18n } = useTranslation();
  const { me } = useViewer();
  const part = usePart();
  useEffect(() => {
    document.title = `${t('admin.title')} · ${t('app.name')}`;
  }, [t, i18n.language]);
  return (
    <div className="admin" data-testid="admin">
      <header className="bar">
        <h1 className="bar-title">
          {t('admin.title')} <small>{me.version}</small>
        </h1>
        {me.user.role === 'operator' ? (
          <a className="button plain" href="/inspect/">
            {t('page.inspect')}
          </a>
        ) : (
          <a className="button plain" href="/ward/">
            {t('page.ward')}
          </a>
        )}
        <LinkState />
        <LanguageSwitch />
        <Settings name={me.user.name} />
      </header>
      <StaleBar />
      <nav className="setup-nav" aria-label={t('setup.nav')}>
        {partsOf(me.user.role).map((one) => (
          <a
            key={one}
            className="button plain"
            href={`#${one}`}
            data-testid={`part-${one}`}
            aria-current={one === part ? 'page' : undefined}
          >
            {t(`setup.part.${one}`)}
          </a>
        ))}
        {me.user.role !== 'operator' && (
          <a className="button plain" href="/plans/">
            {t('setup.plans')}
          </a>
        )}
      </nav>
      {part !== 'walk' && <WalkBanner />}
      <main>
        {part === 'coverage' ? (
          <>
            <Quarantine />
            <Coverage />
            {me.user.role === 'operator' && <Audit />}
          </>
        ) : (
          <Suspense fallback={<p className="none">{t('common.loading')}</p>}>
            <Setup part={part} />
          </Suspense>
        )}
      </main>
    </div>
  );
}
