import { useEffect, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { waysToSignIn } from '../shared/api/account.ts';
import { Refused, signIn, whoAmI } from '../shared/api/client.ts';
import type { Text } from '../shared/api/types.ts';
import { enter, goTo, pageOf } from '../shared/home.ts';
import { drawer, readPicture } from '../shared/kept.ts';
import { depart, isLeaving, left } from '../shared/leave.ts';
import { useLanguage } from '../shared/ui/hooks.ts';
import { LanguageSwitch, ThemeSwitch } from '../shared/ui/Settings.tsx';
import './signin.css';

type Trouble =
  | { key: 'wrong' | 'throttled' | 'network' | 'empty' }
  | { key: 'server'; why: string }
  | { more: 'badCode' | 'oidc_away' | 'oidc_refused' | 'oidc_unknown' };

/** What the gateway says at the end of a sign-in by an identity provider that failed. */
function troubleOfProvider(): Trouble | undefined {
  const more = new URLSearchParams(location.search).get('trouble');
  if (more === 'oidc_away' || more === 'oidc_refused' || more === 'oidc_unknown') return { more };
  return undefined;
}

function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Refused)) return { key: 'network' };
  const { status, detail, code } = error.problem;
  if (code === 'bad_code') return { more: 'badCode' };
  if (status === 401) return { key: 'wrong' };
  if (status === 429) return { key: 'throttled' };
  return { key: 'server', why: detail };
}

/** SignIn lets a person in and leads her to the page of her role. */
export function SignIn() {
  const { t, i18n } = useTranslation();
  const language = useLanguage();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [sending, setSending] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | undefined>(troubleOfProvider);
  const [asked, setAsked] = useState(false);
  const [code, setCode] = useState('');
  const [provider, setProvider] = useState<Text>();

  useEffect(() => {
    document.title = `${t('signin.title')} · ${t('app.name')}`;
  }, [t, i18n.language]);

  // Someone who is signed in already has no business here, and someone who has
  // signed out is not let in by the session that the gateway could not end yet.
  useEffect(() => {
    if (isLeaving(drawer())) {
      void depart();
      return;
    }
    void whoAmI().then(
      (me) => {
        if (me !== undefined) enter(me); // the page of a one-time password sends on
      },
      () => {
        // The gateway is away: her last picture is worth more than a form that
        // nobody answers.
        const kept = readPicture(drawer(), Date.now());
        if (kept !== undefined) goTo(pageOf(kept.me));
      },
    );
  }, []);

  useEffect(() => {
    waysToSignIn().then(
      (ways) => setProvider(ways.oidc),
      () => {}, // without the button there is the password
    );
  }, []);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (login.trim() === '' || password === '') {
      setTrouble({ key: 'empty' });
      return;
    }
    setSending(true);
    setTrouble(undefined);
    signIn(login.trim(), password, code.trim() === '' ? undefined : code.trim()).then(
      (me) => {
        left(drawer());
        if (me.user.must_change === true) goTo('account');
        else enter(me);
      },
      (error: unknown) => {
        setSending(false);
        if (error instanceof Refused && error.problem.code === 'needs_code') {
          setAsked(true);
          return;
        }
        setCode('');
        setTrouble(troubleOf(error));
      },
    );
  };

  return (
    <main className="signin">
      <header className="signin-head">
        <img src="/favicon.svg" alt="" width="56" height="56" />
        <div>
          <h1>{t('app.name')}</h1>
          <p>{t('app.tagline')}</p>
        </div>
      </header>
      <form onSubmit={submit} noValidate>
        <label className="field">
          <span>{t('signin.login')}</span>
          <input
            name="login"
            data-testid="login"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={64}
            autoFocus
            value={login}
            onChange={(event) => setLogin(event.target.value)}
          />
        </label>
        <label className="field">
          <span>{t('signin.password')}</span>
          <input
            name="password"
            data-testid="password"
            type={shown ? 'text' : 'password'}
            autoComplete="current-password"
            maxLength={256}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <label className="choice-item">
          <input type="checkbox" checked={shown} onChange={(event) => setShown(event.target.checked)} />
          <span>{t('signin.showPassword')}</span>
        </label>
        {asked && (
          <label className="field">
            <span>{t('signinMore.code')}</span>
            <input
              name="code"
              data-testid="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={16}
              autoFocus
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
            <small>{t('signinMore.codeHint')}</small>
          </label>
        )}
        {trouble !== undefined && (
          <p className="signin-trouble" role="alert" data-testid="signin-trouble">
            {'more' in trouble
              ? t(`signinMore.${trouble.more}`)
              : trouble.key === 'server'
                ? t('signin.server', { why: trouble.why })
                : t(`signin.${trouble.key}`)}
          </p>
        )}
        <button className="button primary" data-testid="signin-submit" disabled={sending}>
          {sending ? t('signin.sending') : t('signin.submit')}
        </button>
      </form>
      {provider !== undefined && (
        <a className="button" href="/api/session/oidc" data-testid="oidc">
          {t('signinMore.oidc', { name: provider[language] || provider.zh })}
        </a>
      )}
      <a className="button plain" href="/family/enter/" data-testid="family-enter">
        {t('enter.family')}
      </a>
      <footer className="signin-foot">
        <LanguageSwitch />
        <ThemeSwitch />
      </footer>
    </main>
  );
}
