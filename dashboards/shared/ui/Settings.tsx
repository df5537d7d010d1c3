import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hands } from '../api/hand.ts';
import { goTo, mayOpen } from '../home.ts';
import { speak } from '../i18n.ts';
import { depart, first } from '../leave.ts';
import { applyTheme, storedTheme, type Theme } from '../theme.ts';
import { useLanguage, useViewer } from './hooks.ts';

// Loaded when it is opened: the board does without.
const Contacts = lazy(() => import('./Contacts.tsx'));

/** LanguageSwitch changes to the other language; it is named in that language. */
export function LanguageSwitch() {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <button
      type="button"
      className="button plain"
      lang={language === 'zh' ? 'en' : 'zh-CN'}
      data-testid="language"
      onClick={() => speak(language === 'zh' ? 'en' : 'zh')}
    >
      {t('common.languageOther')}
    </button>
  );
}

const themes = [
  ['auto', 'common.themeAuto'],
  ['light', 'common.themeLight'],
  ['dark', 'common.themeDark'],
] as const;

/** ThemeSwitch offers light, dark, or what the system has. */
export function ThemeSwitch() {
  const { t } = useTranslation();
  const [theme, setTheme] = useState<Theme>(storedTheme);
  return (
    <fieldset className="choice">
      <legend>{t('common.theme')}</legend>
      {themes.map(([value, text]) => (
        <label key={value} className="choice-item">
          <input
            type="radio"
            name="theme"
            value={value}
            checked={theme === value}
            onChange={() => {
              applyTheme(value);
              setTheme(value);
            }}
          />
          <span>{t(text)}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Settings is the menu of every signed-in page: who is signed in, theme, contacts, alarm health, plans, sign-out. */
export function Settings({
  name,
  before,
}: {
  name: string;
  /** What has to be done before she signs out. */
  before?: () => Promise<void>;
}) {
  const { t } = useTranslation();
  const { me } = useViewer();
  const { station } = me.user;
  const menu = useRef<HTMLDetailsElement>(null);
  const [contacts, setContacts] = useState(false);

  useEffect(() => {
    const close = (event: Event) => {
      const details = menu.current;
      if (details === null || !details.open) return;
      const inside = event.target instanceof Node && details.contains(event.target);
      const escape = event instanceof KeyboardEvent && event.key === 'Escape';
      if (escape || (event.type === 'pointerdown' && !inside)) details.open = false;
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('keydown', close);
    };
  }, []);

  const leave = async () => {
    if (!(await hands.ready())) return;
    if (before !== undefined) await first(before);
    await depart();
    goTo('');
  };
  return (
    <>
      <details className="settings" ref={menu}>
        <summary className="button plain" data-testid="settings" aria-label={`${t('common.more')} ${name}`}>
          {name}
        </summary>
        <div className="settings-panel">
          <ThemeSwitch />
          {station === undefined && (
            <button
              type="button"
              className="button"
              data-testid="contacts"
              onClick={() => {
                if (menu.current !== null) menu.current.open = false;
                setContacts(true);
              }}
            >
              {t('contacts.title')}
            </button>
          )}
          {mayOpen(me, 'community') && !location.pathname.startsWith('/community/') && (
            <a className="button" href="/community/" data-testid="community-page">
              {t('community.title')}
            </a>
          )}
          {mayOpen(me, 'ward') && location.pathname.startsWith('/community/') && (
            <a className="button" href="/ward/" data-testid="ward-page">
              {t('page.ward')}
            </a>
          )}
          {mayOpen(me, 'health') && !location.pathname.startsWith('/health/') && (
            <a className="button" href="/health/" data-testid="alarm-health">
              {t('health.title')}
            </a>
          )}
          {mayOpen(me, 'admin') && !location.pathname.startsWith('/admin/') && (
            <a className="button" href="/admin/" data-testid="admin-page">
              {t('admin.title')}
            </a>
          )}
          {mayOpen(me, 'plans') && !location.pathname.startsWith('/plans/') && (
            <a className="button" href="/plans/" data-testid="plans-page">
              {t('plans.title')}
            </a>
          )}
          {station === undefined && (
            <a className="button" href="/account/" data-testid="account-page">
              {t('account.title')}
            </a>
          )}
          <button type="button" className="button" data-testid="sign-out" onClick={() => void leave()}>
            {t('common.signOut')}
          </button>
        </div>
      </details>
      {contacts && (
        <Suspense>
          <Contacts onClose={() => setContacts(false)} />
        </Suspense>
      )}
    </>
  );
}
