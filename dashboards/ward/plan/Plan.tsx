import { useState, type ChangeEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { lifeSafety } from '../../shared/api/types.ts';
import { saveDrawing, type Floor, type Sign, type Zone } from '../../shared/api/ward.ts';
import { localName, shortTime } from '../../shared/format.ts';
import { useLanguage, useViewer } from '../../shared/ui/hooks.ts';
import { useFailed } from '../../shared/ui/useProblem.ts';
import { useFloor } from '../side/useFloor.ts';
import { Drawing } from './Drawing.tsx';
import { Map, marks } from './Map.tsx';
import { usePlan } from './usePlan.ts';
import '../side/side.css';
import './plan.css';

const severities = ['low', 'medium', 'high', 'urgent'];
const states = ['alarm', 'accepted', 'silent', 'shelved', 'calm'] as const;

function Legend() {
  const { t } = useTranslation();
  return (
    <ul className="plan-legend" aria-label={t('floor.legend')}>
      {states.map((state) => (
        <li key={state} data-state={state}>
          <span className="plan-key">{marks[state] || '·'}</span> {t(`floor.state.${state}`)}
        </li>
      ))}
    </ul>
  );
}

function Signs({ signs, zone }: { signs: readonly Sign[]; zone: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { session } = useViewer();
  return (
    <>
      {signs.map((sign) => (
        <p key={sign.incident} className="plan-sign" data-state={sign.state}>
          <span className="plan-key">{marks[sign.state]}</span>
          <b>{t(`class.${sign.class}`)}</b> {t(`floor.state.${sign.state}`)}{' '}
          {sign.bed !== undefined && t('place.bed', { bed: sign.bed })}{' '}
          {t('floor.since', { time: shortTime(sign.since, session.clock.now(), zone, language) })}
        </p>
      ))}
    </>
  );
}

/** Rooms is the twin of the map that everybody can read. */
function Rooms({ floor, zone }: { floor: Floor; zone: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const eventful = floor.zones.filter(({ state }) => state !== 'calm');
  const calm = floor.zones.filter(({ state }) => state === 'calm');
  const beds = ({ beds }: Zone) =>
    beds
      .map(({ bed, state }) => t('floor.beds', { bed, state: t(`floor.state.${state}`) }))
      .join(t('common.separator'));
  const room = (of: Zone) => (
    <li key={of.id} data-state={of.state} data-testid="plan-room" data-zone={of.id}>
      <p>
        <span className="plan-key">{marks[of.state] || '·'}</span> <b>{localName(of.name, language)}</b>{' '}
        {t(`floor.state.${of.state}`)}
      </p>
      {of.beds.length > 0 && <p className="side-note">{beds(of)}</p>}
      <Signs signs={of.signs} zone={zone} />
    </li>
  );
  return (
    <>
      <h3>{t('floor.eventful')}</h3>
      {eventful.length === 0 && <p className="side-note">{t('floor.allCalm')}</p>}
      <ul className="side-list plan-rooms">{eventful.map(room)}</ul>
      <details className="plan-calm">
        <summary>{t('floor.calmRooms', { count: calm.length })}</summary>
        <ul className="side-list plan-rooms">{calm.map(room)}</ul>
      </details>
    </>
  );
}

const largest = 512 * 1024;

/** Upload is for who administers what is drawn. */
function Upload({ site, floor, done }: { site: string; floor: Floor; done: () => void }) {
  const { t } = useTranslation();
  const failed = useFailed();
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const save = async (svg: string) => {
    setBusy(true);
    setTrouble('');
    try {
      await saveDrawing(site, floor.floor, svg);
      done();
    } catch (error) {
      setTrouble(failed(error instanceof Error ? error : new Error(String(error))));
    } finally {
      setBusy(false);
    }
  };
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file === undefined) return;
    if (file.size > largest) setTrouble(t('floor.tooLarge'));
    else void file.text().then(save);
  };
  return (
    <details className="plan-calm no-print">
      <summary>{t('floor.drawing')}</summary>
      <p className="side-note">{t('floor.drawingHint')}</p>
      <div className="side-head">
        <label className="field">
          {t('floor.upload')}
          <input type="file" accept=".svg,image/svg+xml" disabled={busy} onChange={chosen} />
        </label>
        {floor.drawing !== undefined && (
          <button type="button" className="button" disabled={busy} onClick={() => void save('')}>
            {t('floor.remove')}
          </button>
        )}
      </div>
      {trouble !== '' && (
        <p className="trouble" role="alert">
          {trouble}
        </p>
      )}
    </details>
  );
}

/** Plan is the floor plan of a site, live with the board. */
export default function Plan({ site }: { site: string }) {
  const { t } = useTranslation();
  const { me } = useViewer();
  const say = useFloor();
  const failed = useFailed();
  const { data, error, again } = usePlan(site);
  const [chosen, setChosen] = useState<string>();
  if (data === undefined) {
    return error === undefined ? (
      <p role="status">{t('common.loading')}</p>
    ) : (
      <p className="trouble" role="alert">
        {failed(error)}
      </p>
    );
  }
  const rank = (floor: Floor) =>
    10 * states.indexOf(floor.state) -
    Math.max(
      0,
      ...floor.zones.flatMap((z) =>
        z.signs.map((sign) => severities.indexOf(sign.severity) + Number(lifeSafety.includes(sign.class))),
      ),
    );
  // Without a choice the floor where most goes on is shown.
  const floor =
    data.floors.find(({ floor }) => floor === chosen) ??
    [...data.floors].sort((a, b) => rank(a) - rank(b))[0];
  const mayDraw = me.user.role === 'manager' || me.user.role === 'operator';
  return (
    <div className="plan">
      {error !== undefined && (
        <p className="side-kept" role="alert">
          {failed(error)}
        </p>
      )}
      <div className="floors" role="group" aria-label={t('side.plan')}>
        {data.floors.map((each) => (
          <button
            key={each.floor}
            type="button"
            className="button"
            data-testid="plan-floor"
            data-state={each.state}
            aria-pressed={each === floor}
            onClick={() => setChosen(each.floor)}
          >
            <span className="plan-key" data-state={each.state}>
              {marks[each.state] || '·'}
            </span>{' '}
            {say(each.floor)}
          </button>
        ))}
      </div>
      <Legend />
      {floor === undefined ? (
        <p className="side-note">{t('floor.none')}</p>
      ) : (
        <>
          {floor.drawing === undefined ? <Map floor={floor} /> : <Drawing site={site} floor={floor} />}
          {floor.placed && floor.drawing === undefined && <p className="side-note">{t('floor.placed')}</p>}
          {data.elsewhere.length > 0 && (
            <>
              <h3>{t('floor.elsewhere')}</h3>
              <Signs signs={data.elsewhere} zone={data.site.time_zone} />
            </>
          )}
          <Rooms floor={floor} zone={data.site.time_zone} />
          {mayDraw && <Upload site={site} floor={floor} done={again} />}
        </>
      )}
    </div>
  );
}
