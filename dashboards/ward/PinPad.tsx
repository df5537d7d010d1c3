import { useState } from 'react';
import { useTranslation } from 'react-i18next';

const longest = 8;
const shortest = 4;

/** PinPad takes a PIN with one thumb, or by the keys of a keyboard. */
export function PinPad({
  busy,
  wrong,
  onEnter,
}: {
  busy: boolean;
  /** Why the PIN before was not taken. */
  wrong: string | undefined;
  onEnter: (pin: string) => void;
}) {
  const { t } = useTranslation();
  const [pin, setPin] = useState('');
  const add = (digit: string) => setPin((before) => (before + digit).slice(0, longest));
  const enter = () => {
    if (busy || pin.length < shortest) return;
    setPin('');
    onEnter(pin);
  };
  const digit = (value: string) => (
    <button
      key={value}
      type="button"
      className="button pin-key"
      data-testid={`key-${value}`}
      disabled={busy}
      onClick={() => add(value)}
    >
      {value}
    </button>
  );
  return (
    <div
      className="pin-pad"
      data-testid="pin-pad"
      role="group"
      onKeyDown={(event) => {
        // A reader types like a keyboard: its Enter belongs to the sheet above.
        if (/^\d$/.test(event.key)) add(event.key);
        else if (event.key === 'Backspace') setPin((before) => before.slice(0, -1));
      }}
    >
      <p
        className="pin-dots"
        role="status"
        aria-label={busy ? t('station.checking') : t('station.entered', { count: pin.length })}
      >
        {busy ? t('station.checking') : '●'.repeat(pin.length) || '–'}
      </p>
      {wrong !== undefined && (
        <p className="modal-warn" role="alert" data-testid="pin-wrong">
          {wrong}
        </p>
      )}
      <div className="pin-keys">
        {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map(digit)}
        <button
          type="button"
          className="button pin-key"
          data-testid="key-erase"
          aria-label={t('station.erase')}
          disabled={busy || pin === ''}
          onClick={() => setPin(pin.slice(0, -1))}
        >
          ⌫
        </button>
        {digit('0')}
        <button
          type="button"
          className="button primary pin-key"
          data-testid="key-enter"
          aria-label={t('station.enter')}
          disabled={busy || pin.length < shortest}
          onClick={enter}
        >
          ✓
        </button>
      </div>
    </div>
  );
}
