import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { confirmSecondStep, endSecondStep, offerSecondStep, type SecondStep } from '../shared/api/account.ts';
import { Refused } from '../shared/api/client.ts';
import { useFailed } from '../shared/ui/useProblem.ts';

/** SecondStepForm turns the second step of one's sign-in on or off. */
export function SecondStepForm({ on: wasOn }: { on: boolean }) {
  const { t } = useTranslation();
  const failed = useFailed();
  const [on, setOn] = useState(wasOn);
  const [offer, setOffer] = useState<SecondStep>();
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ text: string; bad: boolean }>();

  const carry = (doing: Promise<unknown>, done: () => void) => {
    setBusy(true);
    setSaid(undefined);
    doing
      .then(done, (error: Error) => {
        const wrong = error instanceof Refused && error.problem.code === 'bad_credentials';
        setSaid({ text: wrong ? t('account.wrong') : failed(error), bad: true });
      })
      .finally(() => setBusy(false));
  };

  // Off: the password, then a code of the secret that is offered for it. On: the
  // password ends it.
  const proving = on || offer === undefined;

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const say = (said: string) => {
      setText('');
      setSaid({ text: said, bad: false });
    };
    if (on) {
      carry(
        endSecondStep(text).then(() => setOn(false)),
        () => say(t('account.stepOff')),
      );
    } else if (offer === undefined) {
      carry(offerSecondStep(text).then(setOffer), () => setText(''));
    } else {
      carry(
        confirmSecondStep(text).then(() => {
          setOn(true);
          setOffer(undefined);
        }),
        () => say(t('account.stepOn')),
      );
    }
  };

  return (
    <section>
      <h2>{t('account.step')}</h2>
      <p>{on ? t('account.stepEndWhat') : t('account.stepWhat')}</p>
      {offer !== undefined && (
        <>
          <p>{t('account.stepScan')}</p>
          <figure className="code">
            <img src={`data:image/svg+xml,${encodeURIComponent(offer.svg)}`} alt="" />
          </figure>
          <code data-testid="step-secret">{offer.secret}</code>
        </>
      )}
      <form onSubmit={submit}>
        <label className="field">
          <span>{proving ? t('account.current') : t('account.stepCode')}</span>
          <input
            data-testid="step-text"
            type={proving ? 'password' : 'text'}
            inputMode={proving ? undefined : 'numeric'}
            autoComplete={proving ? 'current-password' : 'one-time-code'}
            maxLength={proving ? 256 : 16}
            required
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <button
          className={`button ${on ? '' : 'primary'}`}
          data-testid="step-submit"
          disabled={busy || text === ''}
        >
          {on
            ? t('account.stepEnd')
            : offer === undefined
              ? t('account.stepOffer')
              : t('account.stepConfirm')}
        </button>
      </form>
      {said !== undefined && (
        <p
          className={said.bad ? 'first' : undefined}
          role={said.bad ? 'alert' : 'status'}
          data-testid="step-said"
        >
          {said.text}
        </p>
      )}
      {on && <p className="hint">{t('account.lost')}</p>}
    </section>
  );
}
