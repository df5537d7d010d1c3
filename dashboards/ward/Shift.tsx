import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { waited } from '../shared/format.ts';
import { useNow, useViewer } from '../shared/ui/hooks.ts';
import { Modal } from '../shared/ui/Modal.tsx';
import { holdSound } from './Quiet.ts';
import type { Alarm } from './useAlarm.ts';
import type { Spoken } from './useVoice.ts';

/** MuteBanner says in the large that the board cannot be heard; one press mends it. */
export function MuteBanner({ alarm, onStart }: { alarm: Alarm; onStart: () => void }) {
  const { t } = useTranslation();
  const { locked, broken, unsupported } = alarm.sound;
  if (unsupported) {
    return (
      <div className="mute" role="alert" data-testid="mute">
        <strong>{t('shift.unsupported')}</strong>
      </div>
    );
  }
  if (!locked && !broken) return null;
  return (
    <button type="button" className="mute" data-testid="mute" onClick={onStart}>
      <strong>{t('shift.mute')}</strong>
      <span>{t(broken ? 'shift.broken' : 'shift.muteHint')}</span>
      <span className="mute-start" data-testid="start-shift">
        {t('shift.start')}
      </span>
    </button>
  );
}

/** DarkBanner says in the large that the screen may go dark; one press tries to mend it. */
export function DarkBanner({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation();
  if (alarm.wakefulness !== 'lost') return null;
  return (
    <button type="button" className="mute" data-testid="dark" onClick={() => void alarm.wake.hold()}>
      <strong>{t('wake.lost')}</strong>
      <span>{t('wake.lostHint')}</span>
      <span className="mute-start">{t('wake.restore')}</span>
    </button>
  );
}

/** SpeechSwitch has alarms read out besides the sound. */
function SpeechSwitch({ spoken: { speech, turn } }: { spoken: Spoken }) {
  const { t } = useTranslation();
  const trouble = !speech.able ? t('speech.none') : speech.failed ? t('speech.failed') : undefined;
  return (
    <div className="speech">
      <label className="choice-item">
        <input
          type="checkbox"
          data-testid="speech"
          checked={speech.on}
          onChange={(event) => turn(event.target.checked)}
        />
        <span>
          <b>{t('speech.title')}</b> <span className="modal-hint">{t('speech.hint')}</span>
        </span>
      </label>
      {speech.on && trouble !== undefined && (
        <p className="modal-warn" role="status" data-testid="speech-trouble">
          {trouble}
        </p>
      )}
    </div>
  );
}

/** ShiftDialog plays the alarm until the person has said whether she hears it. */
export function ShiftDialog({
  alarm,
  spoken,
  onClose,
}: {
  alarm: Alarm;
  spoken: Spoken;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { sounder, wake } = alarm;
  const [deaf, setDeaf] = useState(false);
  const [awake, setAwake] = useState<boolean>();

  useEffect(() => {
    sounder.rehearse(true);
    let gone = false;
    void wake.hold().then((held) => {
      if (!gone) setAwake(held);
    });
    return () => {
      gone = true;
      sounder.rehearse(false);
    };
  }, [sounder, wake]);

  return (
    <Modal name="shift-dialog" title={t('shift.heardTitle')} onClose={onClose}>
      <p>{t('shift.heardHint')}</p>
      {deaf && (
        <div role="alert">
          <ol className="help">
            <li>{t('shift.help1')}</li>
            <li>{t('shift.help2')}</li>
            <li>{t('shift.help3')}</li>
          </ol>
        </div>
      )}
      {awake !== undefined && (
        <p className={awake ? 'modal-hint' : 'modal-warn'}>{t(awake ? 'shift.awake' : 'shift.notAwake')}</p>
      )}
      <SpeechSwitch spoken={spoken} />
      <div className="modal-actions">
        <button type="button" className="button primary" data-testid="heard" onClick={onClose}>
          {t('shift.heard')}
        </button>
        <button type="button" className="button" data-testid="not-heard" onClick={() => setDeaf(true)}>
          {t('shift.notHeard')}
        </button>
      </div>
    </Modal>
  );
}

/** SoundControl shows that the sound is on, and holds it for a minute while it plays. */
export function SoundControl({
  alarm,
  spoken: { speech },
  onTry,
}: {
  alarm: Alarm;
  spoken: Spoken;
  onTry: () => void;
}) {
  const { t } = useTranslation();
  const { sounder, sound } = alarm;
  const station = useViewer().me.user.station === 'station';
  useNow(); // counts the seconds of the quiet down
  if (sound.locked || sound.broken || sound.unsupported) return null;
  if (sound.quietUntil !== undefined) {
    return (
      <button
        type="button"
        className="button quiet on"
        data-testid="quiet-end"
        onClick={() => sounder.endQuiet()}
      >
        {t('shift.quietLeft', { left: waited(sounder.quietLeft()) })} · {t('shift.quietEnd')}
      </button>
    );
  }
  if (sound.sounding !== 'off') {
    return (
      <button
        type="button"
        className="button quiet"
        data-testid="quiet"
        onClick={() => void holdSound(sounder, station)}
      >
        {t(sound.sounding === 'lost' || sound.sounding === 'dark' ? 'shift.quietLost' : 'shift.quiet')}
      </button>
    );
  }
  return (
    <button
      type="button"
      className="button plain"
      data-testid="sound-on"
      title={t('shift.replay')}
      onClick={onTry}
    >
      <svg className="sound-icon" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5H4ZM15 9a4.2 4.2 0 0 1 0 6M17.5 6.5a8 8 0 0 1 0 11" />
      </svg>
      {t('shift.on')}
      {speech.on && (!speech.able || speech.failed) && <b className="voiceless">{t('speech.mute')}</b>}
    </button>
  );
}
