import { useState } from 'react';
import { fetchContacts, saveContacts, tryContacts } from '../api/alerting.ts';
import type { ContactsView, TriedResult } from '../api/types.ts';
import { changed, moved, type Contact } from '../contacts.ts';
import { Modal } from './Modal.tsx';
import { useDelivery } from './useDelivery.ts';
import { useLoaded } from './useLoaded.ts';
import { useFailed } from './useProblem.ts';
import { useWords } from './useWords.ts';
import './contacts.css';

/** Add is the line for one more contact. */
function Add({ channels, onAdd }: { channels: readonly string[]; onAdd: (contact: Contact) => void }) {
  const { t } = useWords();
  const { channel: say } = useDelivery();
  const [channel, setChannel] = useState(channels[0] ?? '');
  const [address, setAddress] = useState('');
  if (channels.length === 0) return <p className="modal-warn">{t('contacts.noChannels')}</p>;
  return (
    <form
      className="contact-add"
      onSubmit={(event) => {
        event.preventDefault();
        onAdd({ channel, address: address.trim() });
        setAddress('');
      }}
    >
      <label className="field">
        <span>{t('contacts.channel')}</span>
        <select value={channel} onChange={(event) => setChannel(event.target.value)}>
          {channels.map((one) => (
            <option key={one} value={one}>
              {say(one)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>{t('contacts.address')}</span>
        <input
          required
          maxLength={512}
          value={address}
          data-testid="contact-address"
          onChange={(event) => setAddress(event.target.value)}
        />
      </label>
      <button className="button" data-testid="contact-add" disabled={address.trim() === ''}>
        {t('contacts.add')}
      </button>
    </form>
  );
}

/** Editor changes contacts, saves them and tries what is saved. */
function Editor({ read, onSaved }: { read: ContactsView; onSaved: (saved: ContactsView) => void }) {
  const { t } = useWords();
  const { channel, undelivered } = useDelivery();
  const failed = useFailed();
  const [contacts, setContacts] = useState<readonly Contact[]>(read.contacts);
  const [language, setLanguage] = useState(read.language);
  const [busy, setBusy] = useState<'saving' | 'trying'>();
  const [trouble, setTrouble] = useState<Error>();
  const [results, setResults] = useState<readonly TriedResult[]>();
  const dirty = changed(read, { contacts: [...contacts], language });

  const change = (next: readonly Contact[]) => {
    setContacts(next);
    setResults(undefined);
  };
  const run = async (what: 'saving' | 'trying', work: () => Promise<void>) => {
    setBusy(what);
    setTrouble(undefined);
    setResults(undefined);
    try {
      await work();
    } catch (error) {
      setTrouble(error instanceof Error ? error : new Error(String(error)));
    }
    setBusy(undefined);
  };
  const outcome = (result: TriedResult | undefined) => {
    if (result === undefined) return null;
    const well = !result.reason;
    const text = well
      ? t(`proof.${result.proof}`)
      : t('trail.failed', { why: [undelivered(result.reason), result.detail].filter(Boolean).join(' · ') });
    return (
      <b className={well ? 'tried well' : 'tried'} data-testid="tried">
        {text}
      </b>
    );
  };
  const button = (label: string, sign: string, disabled: boolean, press: () => void) => (
    <button
      type="button"
      className="button"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={press}
    >
      {sign}
    </button>
  );

  return (
    <>
      <p className="modal-hint">{t('contacts.hint')}</p>
      {contacts.length === 0 && <p className="modal-warn">{t('contacts.none')}</p>}
      <ol className="contacts">
        {contacts.map((contact, index) => (
          <li key={`${contact.channel} ${contact.address} ${index}`} data-testid="contact">
            <span>
              {channel(contact.channel)} <strong>{contact.address}</strong>
              {outcome(results?.[index])}
            </span>
            {button(t('contacts.up'), '↑', index === 0, () => change(moved(contacts, index, -1)))}
            {button(t('contacts.down'), '↓', index === contacts.length - 1, () =>
              change(moved(contacts, index, 1)),
            )}
            {button(t('contacts.remove'), '✕', false, () => change(contacts.filter((_, n) => n !== index)))}
          </li>
        ))}
      </ol>
      {contacts.length < 16 && <Add channels={read.channels} onAdd={(one) => change([...contacts, one])} />}
      <label className="field">
        <span>{t('contacts.language')}</span>
        <select value={language} onChange={(event) => setLanguage(event.target.value as 'zh' | 'en')}>
          <option value="zh">{t('contacts.zh')}</option>
          <option value="en">{t('contacts.en')}</option>
        </select>
      </label>
      {trouble !== undefined && (
        <p className="trouble" role="alert">
          {failed(trouble)}
        </p>
      )}
      <div className="modal-actions">
        <button
          type="button"
          className="button primary"
          data-testid="contacts-save"
          disabled={!dirty || busy !== undefined}
          onClick={() =>
            void run('saving', async () => {
              onSaved(await saveContacts({ ...read, contacts: [...contacts], language }));
            })
          }
        >
          {busy === 'saving' ? t('act.sending') : dirty ? t('contacts.save') : t('contacts.saved')}
        </button>
        <button
          type="button"
          className="button"
          data-testid="contacts-try"
          disabled={dirty || contacts.length === 0 || busy !== undefined}
          onClick={() => void run('trying', async () => setResults(await tryContacts()))}
        >
          {busy === 'trying' ? t('act.sending') : t('contacts.try')}
        </button>
      </div>
    </>
  );
}

/** Contacts is the dialog in which a person says how he is reached, in which order, and tries it. */
export default function Contacts({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const failed = useFailed();
  const { data, error } = useLoaded(fetchContacts);
  const [saved, setSaved] = useState<ContactsView>();
  const read = saved ?? data;
  return (
    <Modal name="contacts-sheet" title={t('contacts.title')} onClose={onClose}>
      {error !== undefined && (
        <p className="trouble" role="alert">
          {failed(error)}
        </p>
      )}
      {read === undefined && error === undefined && <p className="modal-hint">{t('common.loading')}</p>}
      {read !== undefined && <Editor read={read} onSaved={setSaved} />}
    </Modal>
  );
}
