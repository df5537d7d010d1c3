import { useCallback, useState } from 'react';
import { fetchPoints, shelve, type ShelfWish } from '../shared/api/alerting.ts';
import { classes, lifeSafety, type IncidentClass } from '../shared/api/types.ts';
import { localName } from '../shared/format.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { Modal } from '../shared/ui/Modal.tsx';
import { useFailed } from '../shared/ui/useProblem.ts';
import { useLoaded } from '../shared/ui/useLoaded.ts';
import { useWords } from '../shared/ui/useWords.ts';

const lengths = [30, 60, 240, 720] as const;

/** ShelveSheet asks a leader which alarms to hold back, for how long and why; for a hazard to all, who keeps watch. */
export function ShelveSheet({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { t, language, place } = useWords();
  const { me } = useViewer();
  const failed = useFailed();
  const [site, setSite] = useState(me.sites[0]?.id ?? '');
  const points = useLoaded(useCallback(() => fetchPoints(site), [site]));
  const [point, setPoint] = useState('');
  const [of, setOf] = useState<IncidentClass | ''>('');
  const [minutes, setMinutes] = useState<number>(lengths[0]);
  const [reason, setReason] = useState('');
  const [watch, setWatch] = useState('');
  const [state, setState] = useState<'sending' | Error>();
  const repair = of !== '' && lifeSafety.includes(of);

  const send = () => {
    if (of === '') return;
    const wish: ShelfWish = { site, point, class: of, minutes, reason: reason.trim() };
    if (repair) wish.watch = watch.trim();
    setState('sending');
    shelve(wish).then(onDone, (error: unknown) =>
      setState(error instanceof Error ? error : new Error(String(error))),
    );
  };
  const length = (value: number) =>
    value < 60 ? t('time.minutes', { count: value }) : t('time.hours', { count: value / 60 });

  return (
    <Modal name="shelve-sheet" title={t(repair ? 'shelf.addRepair' : 'shelf.add')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {me.sites.length > 1 && (
          <label className="field">
            <span>{t('inspect.site')}</span>
            <select
              value={site}
              onChange={(event) => {
                setSite(event.target.value);
                setPoint('');
              }}
            >
              {me.sites.map((one) => (
                <option key={one.id} value={one.id}>
                  {localName(one.name, language)}
                </option>
              ))}
            </select>
          </label>
        )}
        <label className="field">
          <span>{t('admin.point')}</span>
          <select
            data-testid="shelve-point"
            required
            value={point}
            onChange={(event) => setPoint(event.target.value)}
          >
            <option value="" />
            {points.data?.map((one) => (
              <option key={one.id} value={one.id}>
                {[...place(one), localName(one.place.point, language)].join(' ')}
              </option>
            ))}
          </select>
        </label>
        {points.error !== undefined && <p role="alert">{failed(points.error)}</p>}
        <label className="field">
          <span>{t('inspect.class')}</span>
          <select
            data-testid="shelve-class"
            required
            value={of}
            onChange={(event) => setOf(event.target.value as IncidentClass | '')}
          >
            <option value="" />
            {classes.map((one) => (
              <option key={one} value={one}>
                {t(`class.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <fieldset className="chips lengths">
          <legend>{t('shelf.length')}</legend>
          {lengths.map((value) => (
            <label key={value} className="button chip">
              <input
                type="radio"
                name="minutes"
                checked={minutes === value}
                onChange={() => setMinutes(value)}
              />
              {length(value)}
            </label>
          ))}
        </fieldset>
        {repair && (
          <>
            <p className="modal-warn">{t('shelf.repairHint')}</p>
            <label className="field">
              <span>{t('shelf.watch')}</span>
              <input
                data-testid="shelve-watch"
                required
                maxLength={200}
                value={watch}
                onChange={(event) => setWatch(event.target.value)}
              />
            </label>
          </>
        )}
        <label className="field">
          <span>{t('shelf.why')}</span>
          <input
            data-testid="shelve-reason"
            required
            maxLength={800}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        {state instanceof Error && (
          <p className="trouble" role="alert">
            {failed(state)}
          </p>
        )}
        <button className="button primary" data-testid="shelve-send" disabled={state === 'sending'}>
          {state === 'sending' ? t('act.sending') : t('shelf.send')}
        </button>
      </form>
    </Modal>
  );
}
