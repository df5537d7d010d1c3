import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { changePassword } from '../shared/api/account.ts';
import { Refused } from '../shared/api/client.ts';
import { useFailed } from '../shared/ui/useProblem.ts';

/** PasswordForm sets one's own password. */
export function PasswordForm({ onSaved }: { onSaved: () => void }) {
  const { t } = useTranslation();
  const failed = useFailed();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [state, setState] = useState<'idle' | 'saving' | 'saved'>('idle');
  const [trouble, setTrouble] = useState<string>();

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (current === '' || next === '') return;
    if (next !== again) {
      setTrouble(t('account.differs'));
      return;
    }
    setState('saving');
    setTrouble(undefined);
    changePassword(current, next).then(
      () => {
        setState('saved');
        setCurrent('');
        setNext('');
        setAgain('');
        onSaved();
      },
      (error: Error) => {
        setState('idle');
        const wrong = error instanceof Refused && error.problem.code === 'bad_credentials';
        setTrouble(wrong ? t('account.wrong') : failed(error));
      },
    );
  };

  const field = (name: string, label: string, value: string, set: (v: string) => void, complete: string) => (
    <label className="field">
      <span>{label}</span>
      <input
        type="password"
        data-testid={name}
        autoComplete={complete}
        maxLength={256}
        required
        value={value}
        onChange={(event) => set(event.target.value)}
      />
    </label>
  );

  return (
    <section>
      <h2>{t('account.password')}</h2>
      <form onSubmit={submit}>
        {field('current', t('account.current'), current, setCurrent, 'current-password')}
        {field('next', t('account.next'), next, setNext, 'new-password')}
        {field('again', t('account.again'), again, setAgain, 'new-password')}
        <p className="hint">{t('account.passwordHint')}</p>
        {trouble !== undefined && (
          <p className="first" role="alert" data-testid="password-trouble">
            {trouble}
          </p>
        )}
        {state === 'saved' && <p role="status">{t('account.saved')}</p>}
        <button className="button primary" data-testid="save-password" disabled={state === 'saving'}>
          {state === 'saving' ? t('account.saving') : t('account.save')}
        </button>
      </form>
    </section>
  );
}
