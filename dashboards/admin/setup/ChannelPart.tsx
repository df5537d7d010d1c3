import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchChannels, tryChannel, type Channel, type TriedChannel } from '../../shared/api/admin.ts';
import { shortTime } from '../../shared/format.ts';
import { useLanguage, useViewer } from '../../shared/ui/hooks.ts';
import { useDelivery } from '../../shared/ui/useDelivery.ts';
import { useFailed, useLoadFailed } from '../../shared/ui/useProblem.ts';

/** The channel of boards has no address. */
const screen = 'screen';

/** ChannelPart lists the channels by which people are told, and sends a test by one. */
export function ChannelPart() {
  const { t } = useTranslation();
  const loadFailed = useLoadFailed();
  const client = useQueryClient();
  const loaded = useQuery({ queryKey: ['channels'], queryFn: fetchChannels });
  const again = () => void client.invalidateQueries({ queryKey: ['channels'] });
  if (loaded.data === undefined) {
    return <p className="none">{loaded.isError ? loadFailed(loaded.error) : t('common.loading')}</p>;
  }
  return (
    <section aria-labelledby="channels" data-testid="channels">
      <h2 id="channels">{t('setup.part.channel')}</h2>
      <p className="hint">{t('setup.channel.hint')}</p>
      {loaded.data.every(({ name }) => name === screen) && <p className="none">{t('setup.channel.none')}</p>}
      <ul className="setup-channels">
        {loaded.data.map((channel) => (
          <One key={channel.name} channel={channel} onTried={again} />
        ))}
      </ul>
    </section>
  );
}

function One({ channel, onTried }: { channel: Channel; onTried: () => void }) {
  const { t } = useTranslation();
  const { channel: say } = useDelivery();
  return (
    <li className="setup-channel" data-testid="channel" data-name={channel.name}>
      <h3>
        {say(channel.name)} {say(channel.name) !== channel.name && <small>{channel.name}</small>}
      </h3>
      <p className="hint">{t('setup.channel.best', { proof: t(`proof.${channel.best}`) })}</p>
      {channel.name === screen ? (
        <p>{t('setup.channel.screen')}</p>
      ) : (
        <>
          <Last channel={channel} />
          <Trial name={channel.name} onTried={onTried} />
          {channel.callback !== undefined && (
            <details>
              <summary>{t('setup.channel.callback')}</summary>
              <code className="setup-callback">{channel.callback}</code>
            </details>
          )}
        </>
      )}
    </li>
  );
}

/** Last says what became of the last message by a channel. */
function Last({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { session } = useViewer();
  const { undelivered } = useDelivery();
  if (channel.last_at === undefined) return <p className="hint">{t('setup.channel.lastNone')}</p>;
  const time = shortTime(channel.last_at, session.clock.now(), '', language);
  if (channel.last_reason === undefined) {
    return (
      <p className="good" data-testid="channel-state">
        {t('setup.channel.lastGood', { time })}
      </p>
    );
  }
  const why = [undelivered(channel.last_reason), channel.last_detail].filter(Boolean).join(' · ');
  return (
    <p className="wrong" data-testid="channel-state">
      {t('setup.channel.lastBad', { time, why })}
    </p>
  );
}

/** Trial is the form that sends a test and shows what the service answered. */
function Trial({ name, onTried }: { name: string; onTried: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const failed = useFailed();
  const id = useId();
  const { undelivered } = useDelivery();
  const [address, setAddress] = useState('');
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const [answer, setAnswer] = useState<TriedChannel>();
  const wrongAddress = answer?.reason === 'bad_address';

  const send = async () => {
    setBusy(true);
    setTrouble('');
    setAnswer(undefined);
    try {
      setAnswer(await tryChannel(name, address.trim(), language));
      onTried();
    } catch (error) {
      setTrouble(failed(error as Error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <form
        className="setup-trial"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <div className="setup-line">
          <label htmlFor={id}>{t('setup.channel.address')}</label>
          <input
            id={id}
            type="text"
            required
            maxLength={512}
            autoComplete="off"
            value={address}
            placeholder={t('setup.channel.placeholder')}
            data-testid="trial-address"
            aria-invalid={wrongAddress || undefined}
            aria-describedby={wrongAddress ? `${id}-answer` : undefined}
            onChange={(event) => setAddress(event.target.value)}
          />
        </div>
        <button
          type="submit"
          className="button"
          data-testid="trial-send"
          disabled={busy || address.trim() === ''}
        >
          {t(busy ? 'setup.channel.sending' : 'setup.channel.send')}
        </button>
      </form>
      {trouble !== '' && (
        <p role="alert" className="wrong">
          {trouble}
        </p>
      )}
      {answer !== undefined && (
        <div
          id={`${id}-answer`}
          role="status"
          className="setup-answer"
          data-testid="trial-answer"
          data-reason={answer.reason}
        >
          <p>{t('setup.channel.answer', { seconds: (answer.took_ms / 1000).toFixed(1) })}</p>
          <p className={answer.reason === undefined ? 'good' : 'wrong'}>
            {answer.reason === undefined ? t(`proof.${answer.proof}`) : undelivered(answer.reason)}
          </p>
          {answer.detail !== undefined && <p lang="en">{answer.detail}</p>}
          {answer.id !== undefined && (
            <p>
              {t('setup.channel.id')} <code>{answer.id}</code>
            </p>
          )}
        </div>
      )}
    </>
  );
}
