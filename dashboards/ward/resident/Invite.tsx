import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { inviteFamily, type Invitation } from '../../shared/api/rights.ts';
import { shortTime } from '../../shared/format.ts';
import { useLanguage, useViewer } from '../../shared/ui/hooks.ts';
import { Modal } from '../../shared/ui/Modal.tsx';
import { useFailed } from '../../shared/ui/useProblem.ts';
import { useReached } from './useReached.ts';

/** Relative is whom a link is for. */
interface Relative {
  id: string;
  name: string;
}

/** Made shows a link that cannot be read again. */
function Made({ of, zone }: { of: Invitation; zone: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useViewer().session.clock.now();
  const [copied, setCopied] = useState<boolean>();
  const link = new URL(of.url, location.href).href;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch {
      setCopied(false); // a page without TLS may not; the link can be selected
    }
  };
  return (
    <>
      <p className="modal-warn" role="status">
        {t('resident.invite.once')}
      </p>
      {of.svg === undefined ? (
        <p className="modal-hint">{t('resident.invite.inside')}</p>
      ) : (
        <figure className="invite-code">
          <img
            src={`data:image/svg+xml,${encodeURIComponent(of.svg)}`}
            alt={t('resident.invite.code', { name: of.name })}
            data-testid="invite-code"
          />
        </figure>
      )}
      <output className="invite-link" data-testid="invite-link">
        {link}
      </output>
      <button type="button" className="button" data-testid="invite-copy" onClick={() => void copy()}>
        {t(copied === true ? 'resident.invite.copied' : 'resident.invite.copy')}
      </button>
      {copied === false && (
        <p role="status" className="modal-warn">
          {t('resident.invite.notCopied')}
        </p>
      )}
      <p data-testid="invite-sms">{t('resident.invite.sms', { name: of.name, ending: of.ending })}</p>
      <p className="modal-hint">
        {t('resident.invite.until', { time: shortTime(of.expires_at, now, zone, language) })}
      </p>
    </>
  );
}

/** Invite makes the link by which a relative comes in for the first time. */
export function Invite({ relative, zone }: { relative: Relative; zone: string }) {
  const { t } = useTranslation();
  const failed = useFailed();
  const reached = useReached();
  const [shown, setShown] = useState(false);
  const [state, setState] = useState<'sending' | Error | Invitation>();
  const make = () => {
    setState('sending');
    inviteFamily(relative.id).then(setState, (error: unknown) =>
      setState(error instanceof Error ? error : new Error(String(error))),
    );
  };
  const close = () => {
    setShown(false);
    setState(undefined);
  };
  const made = typeof state === 'object' && !(state instanceof Error) ? state : undefined;
  return (
    <>
      <p>
        <button
          type="button"
          className="button"
          data-testid="invite"
          disabled={!reached}
          onClick={() => setShown(true)}
        >
          {t('resident.invite.open')}
        </button>
      </p>
      {!reached && <p className="side-note">{t('resident.unreached')}</p>}
      {shown && (
        <Modal
          name="invite-sheet"
          title={t('resident.invite.title', { name: relative.name })}
          onClose={close}
        >
          {made !== undefined ? (
            <Made of={made} zone={zone} />
          ) : (
            <>
              <p>{t('resident.invite.what')}</p>
              <p className="modal-hint">{t('resident.invite.before')}</p>
              {state instanceof Error && (
                <p className="trouble" role="alert" data-testid="invite-trouble">
                  {failed(state, zone)}
                </p>
              )}
              {!reached && <p className="modal-warn">{t('resident.unreached')}</p>}
              <button
                type="button"
                className="button primary"
                data-testid="invite-make"
                disabled={state === 'sending' || !reached}
                onClick={make}
              >
                {t('resident.invite.make')}
              </button>
            </>
          )}
        </Modal>
      )}
    </>
  );
}
