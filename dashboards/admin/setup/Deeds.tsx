import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  leave,
  moveResident,
  removeRegion,
  replacePoint,
  resetPassword,
  resetPIN,
  rotateSecret,
  type Outcome,
  type Register,
} from '../../shared/api/admin.ts';
import type { Text } from '../../shared/api/types.ts';
import { localName } from '../../shared/format.ts';
import { useLanguage, useViewer } from '../../shared/ui/hooks.ts';
import { useFailed } from '../../shared/ui/useProblem.ts';
import { said, type Kind, type Row } from './fields.ts';
import { Scan } from './Scan.tsx';
import { useMistake } from './words.ts';

type Deed = 'password' | 'pin' | 'secret' | 'replace' | 'move' | 'leave' | 'back' | 'remove';

const staff = ['carer', 'leader', 'manager'];

/** deedsOf lists what can be done with a row besides changing it. */
function deedsOf(kind: Kind, row: Row, register: Register, me: string): Deed[] {
  switch (kind) {
    case 'user':
      if (row.editable !== true || row.id === me) return [];
      return staff.includes(String(row.role)) && (row.station ?? '') === ''
        ? ['password', 'pin']
        : ['password'];
    case 'region':
      return register.can.regions ? ['remove'] : [];
    case 'edge':
      return register.can.edges ? ['secret'] : [];
    case 'point':
      return row.unregistered === true ? [] : ['replace'];
    case 'resident':
      return row.left_at === undefined ? ['move', 'leave'] : ['back'];
    default:
      return [];
  }
}

interface Props {
  kind: Kind;
  row: Row;
  register: Register;
  onDone: () => void;
}

/** Deeds are the buttons of what can be done with a row, each asked for twice. */
export function Deeds({ kind, row, register, onDone }: Props) {
  const { t } = useTranslation();
  const { me } = useViewer();
  const [deed, setDeed] = useState<Deed>();
  const [secret, setSecret] = useState('');
  if (secret !== '')
    return (
      <Once
        secret={secret}
        onClose={() => {
          setSecret('');
          setDeed(undefined);
          onDone();
        }}
      />
    );
  if (deed !== undefined) {
    return (
      <Asked
        deed={deed}
        row={row}
        register={register}
        onSecret={setSecret}
        onDone={onDone}
        onClose={() => setDeed(undefined)}
      />
    );
  }
  return deedsOf(kind, row, register, me.user.id).map((one) => (
    <button
      key={one}
      type="button"
      className="button plain"
      data-testid={`deed-${one}`}
      onClick={() => setDeed(one)}
    >
      {t(`setup.${one}`)}
    </button>
  ));
}

/** Once shows a secret that cannot be read again. */
function Once({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  return (
    <span className="setup-once" role="alert">
      <span>{t('setup.once')}</span>
      <output data-testid="once">{secret}</output>
      <button
        type="button"
        className="button"
        onClick={() => void navigator.clipboard?.writeText(secret).then(() => setCopied(true))}
      >
        {t(copied ? 'setup.copied' : 'setup.copy')}
      </button>
      <button type="button" className="button primary" onClick={onClose}>
        {t('setup.sure')}
      </button>
    </span>
  );
}

interface AskedProps {
  deed: Deed;
  row: Row;
  register: Register;
  onSecret: (secret: string) => void;
  onDone: () => void;
  onClose: () => void;
}

function Asked({ deed, row, register, onSecret, onDone, onClose }: AskedProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const failed = useFailed();
  const say = useMistake();
  const [wrong, setWrong] = useState('');
  const [other, setOther] = useState('');
  const [zone, setZone] = useState(said(row.zone));
  const [bed, setBed] = useState(said(row.bed));
  const [second, setSecond] = useState(false);
  const id = String(row.id);
  const site = said(row.site);
  const name = typeof row.name === 'string' ? row.name : localName(row.name as Text, language) || id;

  const carryOut = async () => {
    setWrong('');
    const settle = (outcome: Outcome) => {
      if (outcome.applied) onDone();
      else setWrong(outcome.mistakes.map(say).join(' '));
    };
    try {
      switch (deed) {
        case 'password':
          return onSecret((await resetPassword(id, second)).secret);
        case 'pin':
          return onSecret((await resetPIN(id)).secret);
        case 'secret':
          return onSecret((await rotateSecret(site, id)).secret);
        case 'replace':
          return settle(await replacePoint(site, id, other.trim()));
        case 'move':
          return settle(await moveResident(id, zone, bed.trim()));
        case 'leave':
          return settle(await leave(id, true));
        case 'back':
          return settle(await leave(id, false));
        case 'remove':
          return settle(await removeRegion(id));
      }
    } catch (error) {
      setWrong(failed(error as Error));
    }
  };

  return (
    <span className="setup-asked">
      {deed === 'password' && (
        <>
          <span>{t('setup.passwordSure', { name })}</span>
          <label className="setup-tick">
            <input type="checkbox" checked={second} onChange={(event) => setSecond(event.target.checked)} />
            <span>{t('setup.secondStep')}</span>
          </label>
        </>
      )}
      {deed === 'pin' && <span>{t('setup.pinSure', { name })}</span>}
      {deed === 'secret' && <span>{t('setup.secretSure', { name })}</span>}
      {deed === 'leave' && <span>{t('setup.leaveSure', { name })}</span>}
      {deed === 'remove' && <span>{t('setup.removeSure', { name })}</span>}
      {deed === 'replace' && (
        <>
          <span>{t('setup.replaceHint')}</span>
          <label className="field">
            <span>{t('setup.replaceWith')}</span>
            <input
              value={other}
              data-testid="replace-with"
              onChange={(event) => setOther(event.target.value)}
            />
          </label>
          <Scan onCode={setOther} />
        </>
      )}
      {deed === 'move' && (
        <>
          <span>{t('setup.moveHint')}</span>
          <label className="field">
            <span>{t('setup.field.zone')}</span>
            <select value={zone} data-testid="move-zone" onChange={(event) => setZone(event.target.value)}>
              <option value="">{t('setup.none')}</option>
              {register.zones.map((one) => (
                <option key={one.id} value={one.id}>
                  {localName(one.name, language) || one.id}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>{t('setup.field.bed')}</span>
            <input value={bed} data-testid="move-bed" onChange={(event) => setBed(event.target.value)} />
          </label>
        </>
      )}
      {wrong !== '' && (
        <span role="alert" className="wrong">
          {wrong}
        </span>
      )}
      <span className="setup-buttons">
        <button
          type="button"
          className="button primary"
          data-testid="deed-sure"
          onClick={() => void carryOut()}
        >
          {t('setup.sure')}
        </button>
        <button type="button" className="button plain" onClick={onClose}>
          {t('common.cancel')}
        </button>
      </span>
    </span>
  );
}
