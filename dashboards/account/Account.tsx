import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { enter, mayOpen } from '../shared/home.ts';
import { LanguageSwitch, ThemeSwitch } from '../shared/ui/Settings.tsx';
import { useViewer } from '../shared/ui/hooks.ts';
import { PasswordForm } from './PasswordForm.tsx';
import { PinForm } from './PinForm.tsx';
import { SecondStepForm } from './SecondStepForm.tsx';
import './account.css';

/** Account is where a person changes how she signs in. */
export function Account() {
  const { t, i18n } = useTranslation();
  const { me } = useViewer();
  const { user, second_step: step } = me;
  // Of a one-time password the page knows from the session with which it began.
  const [first, setFirst] = useState(user.must_change === true);

  useEffect(() => {
    document.title = `${t('account.title')} · ${t('app.name')}`;
  }, [t, i18n.language]);

  return (
    <main className="account">
      <header>
        <h1>{t('account.title')}</h1>
        <p className="hint">{t('account.signedInAs', { name: user.name, login: user.login })}</p>
      </header>
      {first && (
        <div className="first" role="alert" data-testid="one-time">
          <p>{t('account.oneTime')}</p>
          <p>{t('account.oneTimeHint')}</p>
        </div>
      )}
      <PasswordForm
        onSaved={() => {
          if (first) {
            setFirst(false);
            enter(me);
          }
        }}
      />
      {!first && mayOpen(me, 'ward') && <PinForm />}
      {!first && <SecondStepForm on={step === true} />}
      {!first && (
        <button type="button" className="button" data-testid="back" onClick={() => enter(me)}>
          {t('account.back')}
        </button>
      )}
      <footer className="signin-foot">
        <LanguageSwitch />
        <ThemeSwitch />
      </footer>
    </main>
  );
}
