import { useEffect, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchPush, fetchWants, saveWants, setFirstPassword, type Wants } from '../shared/api/family.ts';
import { Modal } from '../shared/ui/Modal.tsx';
import { useFailed } from '../shared/ui/useProblem.ts';
import { nightOf, quietOf, type Night } from './quiet.ts';
import { ability, subscribed, tellMe, tellMeNoLonger, type Outcome } from './push.ts';

const week = [1, 2, 3, 4, 5, 6, 7] as const;

/** Hours are the quiet ones. */
function Hours({ night, change }: { night: Night; change: (night: Night) => void }) {
  const { t } = useTranslation();
  return (
    <fieldset className="choice tell-part">
      <legend>{t('kin.quiet')}</legend>
      {([false, true] as const).map((on) => (
        <label key={String(on)} className="choice-item">
          <input
            type="radio"
            name="quiet"
            checked={night.on === on}
            onChange={() => change({ ...night, on })}
          />
          <span>{t(on ? 'kin.quietOn' : 'kin.quietOff')}</span>
        </label>
      ))}
      {night.on && (
        <>
          <div className="tell-hours">
            {(['from', 'to'] as const).map((end) => (
              <label key={end} className="field">
                <span>{t(`kin.${end}`)}</span>
                <input
                  type="time"
                  required
                  data-testid={`quiet-${end}`}
                  value={night[end]}
                  onChange={(event) => change({ ...night, [end]: event.target.value })}
                />
              </label>
            ))}
          </div>
          <p id="quiet-days">{t('kin.days')}</p>
          <div className="tell-days" role="group" aria-labelledby="quiet-days">
            {week.map((day) => (
              <label key={day} className="choice-item">
                <input
                  type="checkbox"
                  checked={night.days.includes(day)}
                  onChange={({ target }) =>
                    change({
                      ...night,
                      days: week.filter((one) => (one === day ? target.checked : night.days.includes(one))),
                    })
                  }
                />
                <span>{t(`kin.day${day}`)}</span>
              </label>
            ))}
          </div>
        </>
      )}
      <p className="tell-hint">{t('kin.quietHint')}</p>
    </fieldset>
  );
}

/** Phone offers alerts on this phone; the browser is asked on a tap only. */
function Phone() {
  const { t } = useTranslation();
  const [offered, setOffered] = useState(false);
  const [on, setOn] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  useEffect(() => {
    let gone = false;
    Promise.all([fetchPush(), subscribed()]).then(
      ([{ key }, already]) => {
        if (gone) return;
        setOffered(key !== '');
        setOn(already);
      },
      () => {
        // What cannot be known is not offered.
      },
    );
    return () => {
      gone = true;
    };
  }, []);
  if (!offered) return null;
  const can = ability();
  return (
    <section className="tell-part">
      <h3>{t('kin.push')}</h3>
      <p className="tell-hint">{t('kin.pushHint')}</p>
      {can !== 'able' && <p>{t(can === 'install' ? 'kin.pushInstall' : 'kin.pushUnable')}</p>}
      {can === 'able' && !on && (
        <button
          type="button"
          className="button"
          data-testid="tell-me"
          onClick={() => {
            void tellMe().then((became) => {
              setOutcome(became);
              setOn(became === 'done');
            });
          }}
        >
          {t('kin.pushOn')}
        </button>
      )}
      {can === 'able' && on && (
        <button
          type="button"
          className="button"
          onClick={() => {
            void tellMeNoLonger().then(
              () => setOn(false),
              () => setOutcome('failed'),
            );
          }}
        >
          {t('kin.pushOff')}
        </button>
      )}
      {outcome !== undefined && (
        <p role="status">
          {t(
            ({ done: 'kin.pushDone', denied: 'kin.pushDenied', failed: 'kin.pushFailed' } as const)[outcome],
          )}
        </p>
      )}
    </section>
  );
}

/** Own are her password, which she may set once here, and her data. */
function Own() {
  const { t } = useTranslation();
  const failed = useFailed();
  const [password, setPassword] = useState('');
  const [said, setSaid] = useState('');
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setFirstPassword(password).then(
      () => {
        setPassword('');
        setSaid(t('kin.passwordSet'));
      },
      (error: unknown) => setSaid(failed(error as Error)),
    );
  };
  return (
    <>
      <details className="tell-part">
        <summary className="button plain">{t('kin.password')}</summary>
        <form onSubmit={submit}>
          <p className="tell-hint">{t('kin.passwordHint')}</p>
          <label className="field">
            <span>{t('kin.passwordNew')}</span>
            <input
              type="password"
              autoComplete="new-password"
              minLength={8}
              maxLength={256}
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </label>
          <button className="button">{t('kin.save')}</button>
          {said !== '' && <p role="status">{said}</p>}
        </form>
      </details>
      <section className="tell-part">
        <h3>{t('kin.mine')}</h3>
        <p className="tell-hint">{t('kin.mineHint')}</p>
        <a className="button" href="/api/privacy/me" download>
          {t('kin.download')}
        </a>
      </section>
    </>
  );
}

/** Tell is what a family wants to be told, when, and where. */
export default function Tell({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const failed = useFailed();
  const [wants, setWants] = useState<Omit<Wants, 'quiet'>>();
  const [night, setNight] = useState<Night>(nightOf([]));
  const [said, setSaid] = useState('');
  useEffect(() => {
    let gone = false;
    fetchWants().then(
      (read) => {
        if (gone) return;
        setWants(read);
        setNight(nightOf(read.quiet));
      },
      (error: unknown) => setSaid(failed(error as Error)),
    );
    return () => {
      gone = true;
    };
    // Read once: what is being edited is not replaced.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (wants === undefined) return;
    if (night.on && night.days.length === 0) {
      setSaid(t('kin.noDay'));
      return;
    }
    setSaid(t('kin.saving'));
    saveWants({ urgent_only: wants.urgent_only, language: wants.language, quiet: quietOf(night) }).then(
      () => setSaid(t('kin.saved')),
      (error: unknown) => setSaid(failed(error as Error)),
    );
  };

  return (
    <Modal title={t('kin.tell')} name="tell-sheet" onClose={onClose}>
      <div className="tell">
        {wants !== undefined && (
          <form onSubmit={submit}>
            <fieldset className="choice tell-part">
              <legend>{t('kin.which')}</legend>
              {([false, true] as const).map((urgent) => (
                <label key={String(urgent)} className="choice-item">
                  <input
                    type="radio"
                    name="which"
                    data-testid={urgent ? 'urgent-only' : 'everything'}
                    checked={wants.urgent_only === urgent}
                    onChange={() => setWants({ ...wants, urgent_only: urgent })}
                  />
                  <span>
                    {t(urgent ? 'kin.urgentOnly' : 'kin.everything')}
                    <small>{t(urgent ? 'kin.urgentOnlyHint' : 'kin.everythingHint')}</small>
                  </span>
                </label>
              ))}
            </fieldset>
            <Hours night={night} change={setNight} />
            <fieldset className="choice tell-part">
              <legend>{t('kin.language')}</legend>
              {(['zh', 'en'] as const).map((language) => (
                <label key={language} className="choice-item">
                  <input
                    type="radio"
                    name="message-language"
                    checked={wants.language === language}
                    onChange={() => setWants({ ...wants, language })}
                  />
                  <span>{t(`kin.${language}`)}</span>
                </label>
              ))}
            </fieldset>
            <button className="button primary" data-testid="tell-save">
              {t('kin.save')}
            </button>
          </form>
        )}
        {said !== '' && (
          <p role="status" data-testid="tell-said">
            {said}
          </p>
        )}
        <Phone />
        <Own />
      </div>
    </Modal>
  );
}
