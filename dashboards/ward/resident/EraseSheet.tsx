import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Refused } from '../../shared/api/client.ts';
import { eraseResident, type EraseReason } from '../../shared/api/rights.ts';
import type { ResidentPage } from '../../shared/api/ward.ts';
import { Modal } from '../../shared/ui/Modal.tsx';
import { useFailed } from '../../shared/ui/useProblem.ts';
import { useReached } from './useReached.ts';

const reasons: readonly EraseReason[] = [
  'left',
  'died',
  'requested',
  'consent_withdrawn',
  'recorded_in_error',
];

/** EraseSheet erases a resident, after whoever answers for the house has read what goes and typed the name. */
export function EraseSheet({
  page,
  onClose,
  onErased,
}: {
  page: ResidentPage;
  onClose: () => void;
  onErased: () => void;
}) {
  const { t } = useTranslation();
  const failed = useFailed();
  const reached = useReached();
  const [name, setName] = useState('');
  // Of somebody who lives there still the gateway wants to know why.
  const [reason, setReason] = useState<EraseReason | ''>(page.left_at === undefined ? '' : 'left');
  const [state, setState] = useState<'sending' | Error>();
  const same = name.trim() === page.name.trim();

  const erase = () => {
    if (reason === '') return;
    setState('sending');
    eraseResident(page.id, name.trim(), reason).then(onErased, (error: unknown) =>
      setState(error instanceof Error ? error : new Error(String(error))),
    );
  };

  return (
    <Modal
      name="erase-sheet"
      title={t('resident.rights.eraseTitle', { name: page.name })}
      onClose={() => {
        if (state !== 'sending') onClose();
      }}
    >
      <p>
        <b>{t('resident.rights.goes')}</b> {t('resident.rights.goesWhat')}
      </p>
      <p>
        <b>{t('resident.rights.stays')}</b> {t('resident.rights.staysWhat')}
      </p>
      <p className="modal-warn">{t('resident.rights.noWayBack')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          erase();
        }}
      >
        <label className="field">
          <span>{t('resident.rights.why')}</span>
          <select
            data-testid="erase-reason"
            required
            value={reason}
            onChange={(event) => setReason(event.target.value as EraseReason | '')}
          >
            <option value="" />
            {reasons.map((one) => (
              <option key={one} value={one}>
                {t(`resident.rights.reason.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>{t('resident.rights.type', { name: page.name })}</span>
          <input
            data-testid="erase-name"
            required
            maxLength={200}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        {state instanceof Error && (
          <p className="trouble" role="alert" data-testid="erase-trouble">
            {/* Without an answer it may be erased all the same. */}
            {state instanceof Refused ? failed(state, page.site.time_zone) : t('resident.rights.unsure')}
          </p>
        )}
        {!reached && <p className="modal-warn">{t('resident.unreached')}</p>}
        <button
          className="button primary"
          data-testid="erase-send"
          disabled={!same || reason === '' || state === 'sending' || !reached}
        >
          {t(state === 'sending' ? 'resident.rights.erasing' : 'resident.rights.eraseSure')}
        </button>
      </form>
    </Modal>
  );
}
