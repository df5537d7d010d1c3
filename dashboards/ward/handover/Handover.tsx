import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Refused } from '../../shared/api/client.ts';
import {
  fetchHandover,
  fetchHandoverPage,
  fetchHandovers,
  handOver,
  takeOver,
  type HandoverPage,
  type HandoverView,
} from '../../shared/api/ward.ts';
import { clockTime, fullDate, localName, shortTime } from '../../shared/format.ts';
import { useLanguage, useViewer } from '../../shared/ui/hooks.ts';
import { Modal } from '../../shared/ui/Modal.tsx';
import { useLoaded } from '../../shared/ui/useLoaded.ts';
import { useFailed } from '../../shared/ui/useProblem.ts';
import { Shift } from './Shift.tsx';
import '../side/side.css';
import './handover.css';

const asError = (problem: unknown) => (problem instanceof Error ? problem : new Error(String(problem)));

/** Sign is where both sign: who goes by her session, who comes by her secret or later. */
function Sign({ page, done, stale }: { page: HandoverPage; done: () => void; stale: () => void }) {
  const { t } = useTranslation();
  const failed = useFailed();
  const [note, setNote] = useState('');
  const [partner, setPartner] = useState('');
  const [secret, setSecret] = useState('');
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const send = async () => {
    setBusy(true);
    setTrouble('');
    try {
      await handOver(page.site.id, page.digest, note, partner === '' ? undefined : { user: partner, secret });
      done();
    } catch (problem) {
      setSecret('');
      const code = problem instanceof Refused ? problem.problem.code : '';
      if (code === 'stale') {
        setTrouble(t('handover.stale'));
        stale();
      } else setTrouble(code === 'bad_credentials' ? t('handover.badSecret') : failed(asError(problem)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="shift-sign"
      data-testid="sign"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label className="field">
        {t('handover.note')}
        <textarea
          rows={4}
          maxLength={4000}
          value={note}
          data-testid="handover-note"
          onChange={(event) => setNote(event.target.value)}
        />
      </label>
      <div className="no-print">
        <p className="side-note">{t('handover.signHint')}</p>
        <label className="field">
          {t('handover.partner')}
          <select value={partner} data-testid="partner" onChange={(event) => setPartner(event.target.value)}>
            <option value="">{t('handover.later')}</option>
            {page.partners.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {partner !== '' && (
          <label className="field">
            {t('handover.secret')}
            <input
              type="password"
              autoComplete="off"
              required
              value={secret}
              data-testid="partner-secret"
              onChange={(event) => setSecret(event.target.value)}
            />
          </label>
        )}
        {trouble !== '' && (
          <p className="trouble" role="alert" data-testid="sign-trouble">
            {trouble}
          </p>
        )}
        <button type="submit" className="button primary" data-testid="sign-send" disabled={busy}>
          {t(partner === '' ? 'handover.signOne' : 'handover.signBoth')}
        </button>
      </div>
      <p className="shift-paper">
        {t('handover.signature')} ____________________ {t('handover.partner')} ____________________
      </p>
    </form>
  );
}

/** Former is one hand-over that is over, with what was on its page. */
function Former({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const failed = useFailed();
  const load = useCallback(() => fetchHandover(id), [id]);
  const { data, error } = useLoaded(load);
  return (
    <Modal name="handover-former" title={t('side.handover')} onClose={onClose}>
      {error !== undefined && (
        <p className="trouble" role="alert">
          {failed(error)}
        </p>
      )}
      {data !== undefined && (
        <>
          <Signed handover={data.handover} zone={data.site.time_zone} />
          {data.handover.note !== undefined && <p>{data.handover.note}</p>}
          <Shift page={data.page} zone={data.site.time_zone} />
          <p className="shift-digest">{t('handover.digest', { digest: data.handover.digest })}</p>
        </>
      )}
    </Modal>
  );
}

function Signed({ handover, zone }: { handover: HandoverView; zone: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <p>
      <time dateTime={handover.to}>
        {fullDate(Date.parse(handover.to), zone, language)}{' '}
        {clockTime(Date.parse(handover.to), zone, language)}
      </time>{' '}
      <b>
        {t('handover.signedBy', {
          out: handover.outgoing.name ?? '',
          in: handover.incoming?.name ?? t('handover.unsigned'),
        })}
      </b>
    </p>
  );
}

/** Handover is the page by which one shift hands on to the next. */
export default function Handover({ site }: { site: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { me, session } = useViewer();
  const failed = useFailed();
  const load = useCallback(() => fetchHandoverPage(site), [site]);
  const list = useCallback(() => fetchHandovers(site), [site]);
  const { data, error, again } = useLoaded(load);
  const former = useLoaded(list);
  const [shown, setShown] = useState<string>();
  const [told, setTold] = useState('');
  const [trouble, setTrouble] = useState('');
  const [turn, setTurn] = useState(0);
  if (data === undefined) {
    return error === undefined ? (
      <p role="status">{t('common.loading')}</p>
    ) : (
      <p className="trouble" role="alert">
        {failed(error)}
      </p>
    );
  }
  const zone = data.site.time_zone;
  const time = (at: string) => shortTime(at, session.clock.now(), zone, language);
  const done = () => {
    setTrouble('');
    setTold(t('handover.done'));
    setTurn(turn + 1); // an empty form
    again();
    former.again();
  };
  const { waiting } = data;
  return (
    <div className="shift" data-testid="handover">
      <div className="side-head">
        <h2>
          {localName(data.site.name, language)} · {t('handover.since', { from: time(data.from) })}
        </h2>
        <button type="button" className="button no-print" onClick={() => print()}>
          {t('side.print')}
        </button>
      </div>
      {error !== undefined && (
        <p className="side-kept" role="alert">
          {failed(error)}
        </p>
      )}
      {told !== '' && (
        <p className="told no-print" role="status" data-testid="handed-over">
          {told}
        </p>
      )}
      {trouble !== '' && (
        <p className="trouble no-print" role="alert" data-testid="take-trouble">
          {t('handover.notTaken', { why: trouble })}
        </p>
      )}
      {waiting !== undefined && (
        <div className="side-kept no-print" data-testid="handover-waiting">
          <p>
            {t('handover.waiting', { name: waiting.outgoing.name ?? '', time: time(waiting.outgoing.at) })}
          </p>
          {waiting.outgoing.by !== me.user.id && (
            <button
              type="button"
              className="button primary"
              data-testid="take-over"
              onClick={() => {
                setTold('');
                setTrouble('');
                void takeOver(waiting.id).then(done, (problem: unknown) => {
                  setTrouble(failed(asError(problem)));
                });
              }}
            >
              {t('handover.take')}
            </button>
          )}
        </div>
      )}
      <Shift page={data.page} zone={zone} />
      <h3>{t('handover.sign')}</h3>
      <Sign key={turn} page={data} done={done} stale={again} />
      <details className="no-print shift-former">
        <summary>{t('handover.former')}</summary>
        {former.error !== undefined && (
          <p className="trouble" role="alert">
            {failed(former.error)}
          </p>
        )}
        {former.data?.length === 0 && <p className="side-note">{t('handover.formerNone')}</p>}
        <ul className="side-list">
          {(former.data ?? []).map((each) => (
            <li key={each.id}>
              <Signed handover={each} zone={zone} />
              <button type="button" className="button" onClick={() => setShown(each.id)}>
                {t('handover.happened')}
              </button>
            </li>
          ))}
        </ul>
      </details>
      {shown !== undefined && <Former id={shown} onClose={() => setShown(undefined)} />}
    </div>
  );
}
