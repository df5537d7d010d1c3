import { useEffect, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Refused } from '../../shared/api/client.ts';
import { askForCode, comeIn, type CodeSent } from '../../shared/api/family.ts';
import { goTo } from '../../shared/home.ts';
import { drawer } from '../../shared/kept.ts';
import { left } from '../../shared/leave.ts';
import { LanguageSwitch } from '../../shared/ui/Settings.tsx';
import './enter.css';

type Trouble =
  'badLink' | 'wrong' | 'needsStep' | 'wrongStep' | 'throttled' | 'notSent' | 'badPhone' | 'network';

function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Refused)) return 'network';
  switch (error.problem.code) {
    case 'not_found':
      return 'badLink';
    case 'needs_code':
      return 'needsStep';
    case 'bad_code':
      return error.problem.status === 401 ? 'wrongStep' : 'wrong'; // 422 is about the message
    case 'throttled':
      return 'throttled';
    case 'not_sent':
      return 'notSent';
    case 'invalid':
      return 'badPhone';
  }
  return 'network';
}

/** Taken once: what stands after # opens an account, so it leaves the address bar. */
function takeInvitation(): string {
  const token = location.hash.slice(1);
  if (token !== '') history.replaceState(null, '', location.pathname);
  return token;
}

const invited = takeInvitation();

/** Enter lets a relative in: by a link and a code to the registered phone, or by that phone's number. */
export function Enter() {
  const { t, i18n } = useTranslation();
  const [invitation, setInvitation] = useState(invited);
  const [telephone, setTelephone] = useState('');
  const [sent, setSent] = useState<CodeSent>();
  const [code, setCode] = useState('');
  const [step, setStep] = useState<string>(); // undefined until it is asked for
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();

  useEffect(() => {
    document.title = `${t('enter.title')} · ${t('app.name')}`;
  }, [t, i18n.language]);

  const failed = (error: unknown) => {
    setBusy(false);
    setTrouble(troubleOf(error));
  };
  const send = () => {
    setBusy(true);
    setTrouble(undefined);
    askForCode(invitation === '' ? { telephone } : { invitation }).then((answer) => {
      setBusy(false);
      setCode('');
      setStep(undefined);
      setSent(answer);
    }, failed);
  };
  const enter = () => {
    if (sent === undefined) return;
    setBusy(true);
    setTrouble(undefined);
    comeIn(sent.challenge, code, step).then(
      () => {
        left(drawer());
        goTo('family');
      },
      (error: unknown) => {
        failed(error);
        if (error instanceof Refused && error.problem.status === 401) setStep('');
      },
    );
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (busy) return;
    if (sent === undefined) send();
    else enter();
  };

  return (
    <main className="enter">
      <header className="enter-head">
        <img src="/favicon.svg" alt="" width="56" height="56" />
        <h1>{t('enter.title')}</h1>
      </header>
      <form onSubmit={submit}>
        {sent === undefined && invitation !== '' && <p>{t('enter.byLink')}</p>}
        {sent === undefined && invitation === '' && (
          <label className="field">
            <span>{t('enter.byPhone')}</span>
            <input
              type="tel"
              autoComplete="tel"
              inputMode="tel"
              aria-label={t('enter.phone')}
              placeholder={t('enter.phone')}
              data-testid="phone"
              maxLength={32}
              required
              value={telephone}
              onChange={(event) => setTelephone(event.target.value)}
            />
          </label>
        )}
        {sent !== undefined && (
          <>
            <p role="status" data-testid="sent">
              {sent.ending === undefined ? t('enter.sentMaybe') : t('enter.sentTo', { ending: sent.ending })}
            </p>
            <label className="field">
              <span>{t('enter.code')}</span>
              <input
                className="enter-code"
                autoComplete="one-time-code"
                inputMode="numeric"
                data-testid="code"
                pattern="[0-9 ]{6,8}"
                maxLength={8}
                required
                autoFocus
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            </label>
            {step !== undefined && (
              <label className="field">
                <span>{t('enter.step')}</span>
                <input
                  className="enter-code"
                  autoComplete="one-time-code"
                  inputMode="numeric"
                  data-testid="step"
                  pattern="[0-9 ]{6,8}"
                  maxLength={8}
                  required
                  autoFocus
                  value={step}
                  onChange={(event) => setStep(event.target.value)}
                />
              </label>
            )}
          </>
        )}
        {trouble !== undefined && (
          <p className="enter-trouble" role="alert" data-testid="enter-trouble">
            {t(`enter.${trouble}`)}
          </p>
        )}
        <button className="button primary" data-testid="enter-go" disabled={busy}>
          {t(
            sent === undefined
              ? busy
                ? 'enter.sending'
                : 'enter.send'
              : busy
                ? 'enter.entering'
                : 'enter.enter',
          )}
        </button>
        {sent !== undefined && (
          <button type="button" className="button" disabled={busy} onClick={send}>
            {t('enter.again')}
          </button>
        )}
        {trouble === 'badLink' && (
          <button
            type="button"
            className="button"
            data-testid="use-phone"
            onClick={() => {
              setInvitation('');
              setTrouble(undefined);
            }}
          >
            {t('enter.usePhone')}
          </button>
        )}
      </form>
      <footer className="enter-foot">
        <a className="button plain" href="/">
          {t('enter.staff')}
        </a>
        <LanguageSwitch />
      </footer>
    </main>
  );
}
