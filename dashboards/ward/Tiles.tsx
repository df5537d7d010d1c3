import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { hands, patience, type Hand } from '../shared/api/hand.ts';
import { dropHand, fetchTiles, takeHand, type Tile } from '../shared/api/station.ts';
import { usePicture, useViewer } from '../shared/ui/hooks.ts';
import { Modal } from '../shared/ui/Modal.tsx';
import { useFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { Badge } from './badge.ts';
import { useDesk } from './context.ts';
import { PinPad } from './PinPad.tsx';
import { idle, useLeft } from './useLeft.ts';
import './station.css';

/** usePurpose says what somebody is asked for: the act and the place, where it is about one alarm. */
function usePurpose(): string | undefined {
  const { t, place } = useWords();
  const { deeds } = useDesk();
  const { incidents } = usePicture();
  const sending = useSyncExternalStore(deeds.subscribe, deeds.sending);
  const incident = incidents.get(sending?.incident ?? '');
  if (sending === undefined || incident === undefined) return undefined;
  return t('station.for', {
    act: t(`act.${sending.verb}`),
    class: t(`class.${incident.class}`),
    place: place(incident).join(' '),
  });
}

/** Tiles asks who is there: a name and a PIN, or a badge. The question does not outlast whoever is there. */
function Tiles({ onDone }: { onDone: (hand: Hand | undefined) => void }) {
  const { t } = useTranslation();
  const purpose = usePurpose();
  useLeft(patience, true, () => onDone(undefined));
  const failed = useFailed();
  const [tiles, setTiles] = useState<readonly Tile[]>();
  const [chosen, setChosen] = useState<Tile>();
  const [stays, setStays] = useState(false);
  const [busy, setBusy] = useState<'pin' | 'badge'>();
  const [trouble, setTrouble] = useState<string>();

  const take = (proof: Parameters<typeof takeHand>[0], by: 'pin' | 'badge') => {
    setBusy(by);
    setTrouble(undefined);
    takeHand(proof).then(
      ({ token, user, name }) => onDone({ token, user, name, stays }),
      (error: Error) => {
        setBusy(undefined);
        setTrouble(failed(error));
      },
    );
  };

  useEffect(() => {
    let gone = false;
    fetchTiles().then(
      (list) => {
        if (!gone) setTiles(list);
      },
      (error: Error) => {
        if (!gone) setTrouble(failed(error));
      },
    );
    return () => {
      gone = true;
    };
    // Once: who works here does not change while somebody taps.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  // One for as long as the sheet is open: it is drawn anew while a badge is being read.
  const [badge] = useState(() => new Badge());
  const badged = useEffectEvent((read: string) => take({ badge: read }, 'badge'));
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const read = badge.key(event.key, event.timeStamp);
      if (read === undefined) return;
      event.preventDefault();
      badged(read);
    };
    // Before buttons hear the Enter of the reader.
    document.addEventListener('keydown', key, true);
    return () => document.removeEventListener('keydown', key, true);
  }, [badge]);

  const roster = tiles?.some((tile) => tile.on) === true;
  const group = (on: boolean) => {
    const some = (tiles ?? []).filter((tile) => tile.on === on);
    if (some.length === 0) return null;
    return (
      <section>
        {roster && <h3 className="tiles-head">{t(on ? 'station.onDuty' : 'station.others')}</h3>}
        <div className="tiles">
          {some.map((tile) => (
            <button
              key={tile.id}
              type="button"
              className="button tile"
              data-testid="tile"
              onClick={() => {
                setTrouble(tile.pin ? undefined : t('problem.no_pin'));
                if (tile.pin) setChosen(tile);
              }}
            >
              <b>{tile.name}</b>
              <small>{t(`role.${tile.role}`)}</small>
            </button>
          ))}
        </div>
      </section>
    );
  };

  return (
    <Modal
      name="hand-sheet"
      title={chosen === undefined ? t('station.who') : t('station.pin', { name: chosen.name })}
      onClose={() => onDone(undefined)}
    >
      {purpose !== undefined && (
        <p className="tiles-for" data-testid="hand-for">
          {purpose}
        </p>
      )}
      <p className="modal-hint">
        {busy === 'badge'
          ? t('station.reading')
          : t(chosen === undefined ? 'station.whoHint' : 'station.pinHint')}
      </p>
      {chosen === undefined ? (
        <>
          {trouble !== undefined && (
            <p className="modal-warn" role="alert" data-testid="hand-trouble">
              {trouble}
            </p>
          )}
          {tiles?.length === 0 && <p>{t('station.none')}</p>}
          {group(true)}
          {group(false)}
        </>
      ) : (
        <>
          <PinPad
            busy={busy !== undefined}
            wrong={trouble}
            onEnter={(pin) => take({ user: chosen.id, pin }, 'pin')}
          />
          <label className="choice-item">
            <input
              type="checkbox"
              data-testid="hand-stays"
              checked={stays}
              onChange={(event) => setStays(event.target.checked)}
            />
            <span>{t('station.stay')}</span>
          </label>
          <button
            type="button"
            className="button"
            data-testid="hand-back"
            onClick={() => {
              setChosen(undefined);
              setTrouble(undefined);
            }}
          >
            {t('station.back')}
          </button>
        </>
      )}
    </Modal>
  );
}

/** HandBar shows whose hand a station has, and asks for one when an act needs it. */
export function HandBar() {
  const { t } = useTranslation();
  const { me } = useViewer();
  const station = me.user.station === 'station';
  const hand = useSyncExternalStore(hands.subscribe, hands.current);
  const [answer, setAnswer] = useState<(hand: Hand | undefined) => void>();

  useEffect(() => {
    if (!station) return;
    return hands.keep(() => new Promise((resolve) => setAnswer(() => resolve)));
  }, [station]);

  // Whoever leaves the tablet leaves her name on it for two minutes at most, and
  // not at all once the screen is locked.
  useLeft(idle, hand !== undefined, () => {
    hands.set(undefined);
    void dropHand();
  });

  if (!station) return null;
  return (
    <>
      {hand?.stays === true && (
        <div className="hand-bar" role="status" data-testid="hand">
          <b>{t('station.hand', { name: hand.name })}</b>
          <button
            type="button"
            className="button"
            data-testid="hand-done"
            onClick={() => {
              hands.set(undefined);
              void dropHand();
            }}
          >
            {t('station.done')}
          </button>
        </div>
      )}
      {answer !== undefined && (
        <Tiles
          onDone={(next) => {
            answer(next);
            setAnswer(undefined);
          }}
        />
      )}
    </>
  );
}
