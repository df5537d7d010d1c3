import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useViewer } from '../shared/ui/hooks.ts';
import { LinkState, StaleBar } from '../shared/ui/Link.tsx';
import { LanguageSwitch, Settings } from '../shared/ui/Settings.tsx';
import { Coverage } from './Coverage.tsx';
import { Quarantine } from './Quarantine.tsx';
import './admin.css';

/** Admin is the page of operators: what could not be taken, and which points are heard. */
export function Admin() {
  const { t, i18n } = useTranslation();
  const { me } = useViewer();
  useEffect(() => {
    document.title = `${t('admin.title')} · ${t('app.name')}`;
  }, [t, i18n.language]);
  return (
    <div className="admin" data-testid="admin">
      <header className="bar">
        <h1 className="bar-title">
          {t('admin.title')} <small>{me.version}</small>
        </h1>
        <a className="button plain" href="/inspect/">
          {t('page.inspect')}
        </a>
        <LinkState />
        <LanguageSwitch />
        <Settings name={me.user.name} />
      </header>
      <StaleBar />
      <main>
        <Quarantine />
        <Coverage />
      </main>
    </div>
  );
}
