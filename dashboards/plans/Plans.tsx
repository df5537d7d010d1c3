import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { localName } from '../shared/format.ts';
import { pageOf } from '../shared/home.ts';
import { useLanguage, useViewer } from '../shared/ui/hooks.ts';
import { LinkState, StaleBar } from '../shared/ui/Link.tsx';
import { LanguageSwitch, Settings } from '../shared/ui/Settings.tsx';
import { Editor } from './Editor.tsx';
import { Residents } from './Residents.tsx';
import './plans.css';

const tabs = ['roster', 'ladders', 'rules', 'residents'] as const;

/** Plans is the page on which leaders and managers say who is called, when and for what. */
export function Plans() {
  const { t, i18n } = useTranslation();
  const language = useLanguage();
  const { me } = useViewer();
  const [siteID, setSite] = useState(me.sites[0]?.id ?? '');
  const [tab, setTab] = useState<(typeof tabs)[number]>('roster');
  const site = me.sites.find(({ id }) => id === siteID);
  useEffect(() => {
    document.title = `${t('plans.title')} · ${t('app.name')}`;
  }, [t, i18n.language]);
  return (
    <div className="plans" data-testid="plans">
      <header className="bar">
        <h1 className="bar-title">{t('plans.title')}</h1>
        <a className="button plain" href={`/${pageOf(me)}/`}>
          {t('health.back')}
        </a>
        <LinkState />
        <LanguageSwitch />
        <Settings name={me.user.name} />
      </header>
      <StaleBar />
      <main>
        {me.sites.length > 1 && (
          <label className="field site">
            <span>{t('inspect.site')}</span>
            <select data-testid="plans-site" value={siteID} onChange={(event) => setSite(event.target.value)}>
              {me.sites.map((one) => (
                <option key={one.id} value={one.id}>
                  {localName(one.name, language)}
                </option>
              ))}
            </select>
          </label>
        )}
        <nav className="tabs" aria-label={t('plans.title')}>
          {tabs.map((one) => (
            <button
              key={one}
              type="button"
              className="button"
              aria-current={tab === one ? 'page' : undefined}
              data-testid={`tab-${one}`}
              onClick={() => setTab(one)}
            >
              {t(`plans.${one}`)}
            </button>
          ))}
        </nav>
        {site !== undefined &&
          (tab === 'residents' ? (
            <Residents key={site.id} site={site} />
          ) : (
            <Editor key={`${site.id} ${tab}`} site={site} kind={tab} />
          ))}
      </main>
    </div>
  );
}
