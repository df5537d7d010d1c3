import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Refused } from '../shared/api/client.ts';
import { setPIN } from '../shared/api/station.ts';
import { useFailed } from '../shared/ui/useProblem.ts';

/** PinForm sets the PIN by which one is known at the tablet of a nurse station. */
export function PinForm() {
  const { t } = useTranslation();
  const failed = useFailed();
  const [password, setPassword] = useState('');
  const [pin, setPin] = useState('');
  const [state, setState] = useState<'idle' | 'saving' | 'saved'>('idle');
  const [trouble, setTrouble] = useState<string>();

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (password === '' || pin === '') return;
    setState('saving');
    setTrouble(undefined);
    setPIN(password, pin).then(
      () => {
        setState('saved');
        setPassword('');
        setPin('');
      },
      (error: Error) => {
        setState('idle');
        const wrong = error instanceof Refused && error.problem.code === 'bad_credentials';
        setTrouble(wrong ? t('account.wrong') : failed(error));
      },
    );
  };

  return (
    <section>
      <h2>{t('pin.title')}</h2>
      <form onSubmit={submit}>
        <label className="field">
          <span>{t('pin.password')}</span>
          <input
            type="password"
            data-testid="pin-password"
            autoComplete="current-password"
            maxLength={256}
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <label className="field">
          <span>{t('pin.pin')}</span>
          <input
            type="password"
            data-testid="pin"
            autoComplete="off"
            inputMode="numeric"
            pattern="\d{4,8}"
            minLength={4}
            maxLength={8}
            required
            value={pin}
            onChange={(event) => setPin(event.target.value)}
          />
        </label>
        <p className="hint">{t('pin.hint')}</p>
        {trouble !== undefined && (
          <p className="first" role="alert" data-testid="pin-trouble">
            {trouble}
          </p>
        )}
        {state === 'saved' && (
          <p role="status" data-testid="pin-saved">
            {t('pin.saved')}
          </p>
        )}
        <button className="button primary" data-testid="save-pin" disabled={state === 'saving'}>
          {state === 'saving' ? t('account.saving') : t('pin.save')}
        </button>
      </form>
    </section>
  );
}
