import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Evacuation as Listed, type EvacuationFloor, type Evacuee } from '../../shared/api/ward.ts';
import { lifeSafety } from '../../shared/api/types.ts';
import { fullDate, clockTime, localName, shortTime } from '../../shared/format.ts';
import { useLanguage, usePicture, useViewer } from '../../shared/ui/hooks.ts';
import { useFailed } from '../../shared/ui/useProblem.ts';
import { useSide } from '../side/context.ts';
import { useAway } from '../resident/useAway.ts';
import { useFloor } from '../side/useFloor.ts';
import { countsOf } from './ticks.ts';
import { useEvacuation, type Shared } from './useEvacuation.ts';
import '../side/side.css';
import './evac.css';

function Person({
  person,
  zone,
  shared,
  ticks,
}: {
  person: Evacuee;
  zone: string;
  shared: Shared;
  ticks: boolean;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { session } = useViewer();
  const { record, trouble } = useAway(person, shared.again);
  const open = useSide();
  const room = localName(person.zone, language) || t('side.unknownRoom');
  const gone = person.away && person.by === undefined;
  return (
    <li
      className="evacuee"
      data-testid="evacuee"
      data-out={person.out}
      data-away={gone}
      data-id={person.id}
      data-near={person.near}
    >
      <span className="evac-box" aria-hidden="true" />
      <div className="evac-who">
        <p className="evac-where">
          {room} {person.bed !== undefined && t('place.bed', { bed: person.bed })}
        </p>
        <button
          type="button"
          className="resident-link"
          onClick={() => open?.({ kind: 'resident', id: person.id })}
        >
          {person.name}
        </button>
        <p className="evac-how">
          <b data-mobility={person.mobility}>{t(`evac.mobility.${person.mobility}`)}</b>
          {person.oxygen && <b className="evac-oxygen">{t('evac.oxygen')}</b>}
          {person.near && <b className="evac-near">{t('evac.near')}</b>}
          {person.away && <b>{t('evac.away')}</b>}
        </p>
        {person.by !== undefined && (
          <p className="side-note" data-testid="ticked-by">
            {t(person.out ? 'evac.out' : 'evac.inside')} ·{' '}
            {t('evac.by', {
              name: person.by.name ?? '',
              time: shortTime(person.by.at, session.clock.now(), zone, language),
            })}
          </p>
        )}
        {trouble !== '' && (
          <p className="trouble" role="alert">
            {trouble}
          </p>
        )}
      </div>
      <div className="evac-acts no-print">
        {ticks && (
          <button
            type="button"
            className={`button ${person.out ? '' : 'primary'}`}
            data-testid="tick"
            disabled={shared.trying.has(person.id)}
            onClick={() => shared.tick(person.id, !person.out)}
          >
            {t(
              shared.trying.has(person.id) ? 'act.sending' : person.out ? 'evac.tickInside' : 'evac.tickOut',
            )}
          </button>
        )}
        <button
          type="button"
          className="button plain"
          data-testid="away"
          onClick={() => record(!person.away)}
        >
          {t(person.away ? 'evac.setBack' : 'evac.setAway')}
        </button>
      </div>
    </li>
  );
}

function FloorList({
  floor,
  zone,
  site,
  shared,
  ticks,
  shown,
}: {
  floor: EvacuationFloor;
  zone: string;
  site: string;
  shared: Shared;
  ticks: boolean;
  shown: boolean;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const say = useFloor();
  const { session } = useViewer();
  const counts = countsOf(floor);
  const now = session.clock.now();
  return (
    <section className="evac-floor" data-shown={shown} data-testid={shown ? 'evac-floor' : undefined}>
      <h2>{t('evac.title', { floor: say(floor.floor) })}</h2>
      <p className="evac-printed">
        {t('evac.printed', {
          site,
          floor: say(floor.floor),
          time: `${fullDate(now, zone, language)} ${clockTime(now, zone, language)}`,
        })}
      </p>
      {floor.zone !== undefined && (
        <p className="evac-fire">{t('evac.fireAt', { place: localName(floor.zone, language) })}</p>
      )}
      <dl className="evac-counts" aria-live="polite">
        {(['inside', 'out', 'away'] as const).map((name) => (
          <div key={name} data-count={name} data-zero={counts[name] === 0}>
            <dt>{t(`evac.${name}`)}</dt>
            <dd data-testid={shown ? `count-${name}` : undefined}>{counts[name]}</dd>
          </div>
        ))}
      </dl>
      <ul className="evac-list">
        {floor.people.map((person) => (
          <Person key={person.id} person={person} zone={zone} shared={shared} ticks={ticks} />
        ))}
      </ul>
    </section>
  );
}

/** nameOf is the name of a resident, as far as a list has him. */
function nameOf(list: Listed, resident: string): string {
  const all = list.floors.flatMap(({ people }) => people);
  return all.find(({ id }) => id === resident)?.name ?? resident;
}

/** Evacuation is the list of each floor of a site; for a fire it is ticked, by all tablets at once. */
export default function Evacuation({
  site,
  incident,
  floor: first,
}: {
  site: string;
  incident?: string;
  floor?: string;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const say = useFloor();
  const failed = useFailed();
  const { incidents } = usePicture();
  // Whoever opens the list by its tab while it burns means that fire.
  const burning =
    incident ??
    [...incidents.values()]
      .filter((i) => i.site.id === site && i.state !== 'resolved' && lifeSafety.includes(i.class))
      .sort((a, b) => Date.parse(a.raised_at) - Date.parse(b.raised_at))[0]?.id;
  const shared = useEvacuation(site, burning);
  const { list, keptAt, error } = shared;
  const [chosen, setChosen] = useState(first);
  if (list === undefined) {
    return error === undefined ? (
      <p role="status">{t('common.loading')}</p>
    ) : (
      <p className="trouble" role="alert">
        {failed(error)}
      </p>
    );
  }
  const shown = list.floors.find(({ floor }) => floor === chosen) ?? list.floors[0];
  return (
    <div className="evac" data-testid="evac" data-waiting={shared.waiting}>
      <div className="side-head no-print">
        <div className="floors" role="group" aria-label={t('side.evacuation')}>
          {list.floors.map((each) => (
            <button
              key={each.floor}
              type="button"
              className="button"
              data-testid="evac-floor-tab"
              aria-pressed={each === shown}
              onClick={() => setChosen(each.floor)}
            >
              {say(each.floor)} {each.fire && '🔥'}
            </button>
          ))}
        </div>
        <button type="button" className="button" data-testid="print" onClick={() => print()}>
          {t('side.print')}
        </button>
      </div>
      {keptAt !== undefined && (
        <p className="side-kept" role="alert" data-testid="evac-kept">
          {t(error === undefined ? 'evac.keptFirst' : 'side.kept', {
            time: `${fullDate(keptAt, list.site.time_zone, language)} ${clockTime(keptAt, list.site.time_zone, language)}`,
          })}
        </p>
      )}
      {shared.waiting > 0 && (
        <p className="side-kept" role="status" data-testid="evac-waiting">
          {t('evac.waiting', { count: shared.waiting })}
        </p>
      )}
      {shared.dropped.length > 0 && (
        <div className="trouble" role="alert" data-testid="evac-dropped">
          {shared.dropped.map(({ tick, error: why }) => (
            <span key={tick.id}>
              {t('evac.dropped', {
                name: nameOf(list, tick.resident),
                tick: t(tick.out ? 'evac.out' : 'evac.inside'),
                why: failed(why),
              })}
            </span>
          ))}
          <button type="button" className="button" onClick={shared.dismiss}>
            {t('act.dismiss')}
          </button>
        </div>
      )}
      {burning === undefined && <p className="side-note no-print">{t('evac.noFire')}</p>}
      {list.floors.map((each) => (
        <FloorList
          key={each.floor}
          floor={each}
          zone={list.site.time_zone}
          site={localName(list.site.name, language)}
          shared={shared}
          ticks={burning !== undefined}
          shown={each === shown}
        />
      ))}
    </div>
  );
}
