import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hands } from '../../shared/api/hand.ts';
import type { Incident } from '../../shared/api/types.ts';
import { fetchCharts, fetchResident, type Reachable, type ResidentPage } from '../../shared/api/ward.ts';
import { localName, shortTime, telephone } from '../../shared/format.ts';
import { useViewer } from '../../shared/ui/hooks.ts';
import { useDelivery } from '../../shared/ui/useDelivery.ts';
import { useLoaded } from '../../shared/ui/useLoaded.ts';
import { useFailed } from '../../shared/ui/useProblem.ts';
import { useReason } from '../../shared/ui/useReason.ts';
import { useWords } from '../../shared/ui/useWords.ts';
import { useAway } from './useAway.ts';
import { useSide } from '../side/context.ts';
import { idle, useLeft } from '../useLeft.ts';
import { useFloor } from '../side/useFloor.ts';
import { Course } from './Course.tsx';
import { Invite } from './Invite.tsx';
import { mayOf } from './may.ts';
import { Rights } from './Rights.tsx';
import '../side/side.css';
import './resident.css';

function Contact({ of, zone }: { of: Reachable; zone: string }) {
  const { t } = useTranslation();
  const { invite } = mayOf(useViewer().me.user);
  const { channel } = useDelivery();
  return (
    <li>
      <p>
        <b>{of.name}</b> <span className="side-note">{t(`resident.relation.${of.role}`)}</span>
      </p>
      {of.ways.length === 0 && <p className="side-note">{t('resident.noWay')}</p>}
      {of.ways.map((way) => (
        <p key={`${way.channel} ${way.address}`}>
          {way.phone ? (
            <a className="button" href={telephone(way.address)}>
              {way.address}
            </a>
          ) : (
            <span>
              {channel(way.channel)} {way.address}
            </span>
          )}
        </p>
      ))}
      {invite && of.role === 'family' && of.id !== undefined && (
        <Invite relative={{ id: of.id, name: of.name }} zone={zone} />
      )}
    </li>
  );
}

function Readings({ resident, incident, zone }: { resident: string; incident: string; zone: string }) {
  const { t } = useTranslation();
  const failed = useFailed();
  const load = useCallback(() => fetchCharts(resident, incident), [resident, incident]);
  const { data, error } = useLoaded(load);
  if (error !== undefined) {
    return (
      <p className="trouble" role="alert">
        {failed(error)}
      </p>
    );
  }
  if (data === undefined) return <p role="status">{t('common.loading')}</p>;
  if (data.charts.length === 0) return <p className="side-note">{t('resident.noCharts')}</p>;
  return (
    <div className="courses">
      {data.charts.map((chart) => (
        <Course key={`${chart.point} ${chart.quantity}`} chart={chart} charts={data} zone={zone} />
      ))}
    </div>
  );
}

function Event({ resident, incident }: { resident: string; incident: Incident }) {
  const { t, time, place } = useWords();
  const reason = useReason();
  const now = useViewer().session.clock.now();
  const [shown, setShown] = useState(false);
  return (
    <li data-testid="resident-incident">
      <div className="side-head">
        <p className="resident-event">
          <time dateTime={incident.raised_at}>{time(incident.raised_at, incident, now)}</time>{' '}
          <b>{t(`class.${incident.class}`)}</b> {place(incident).join(' ')} · {t(`state.${incident.state}`)}{' '}
          {reason(incident)}
        </p>
        <button
          type="button"
          className="button"
          data-testid="show-charts"
          aria-expanded={shown}
          onClick={() => setShown(!shown)}
        >
          {t(shown ? 'resident.hideCharts' : 'resident.showCharts')}
        </button>
      </div>
      {incident.note !== undefined && incident.note !== '' && <p>{incident.note}</p>}
      {shown && <Readings resident={resident} incident={incident.id} zone={incident.site.time_zone} />}
    </li>
  );
}

function Facts({ page, again }: { page: ResidentPage; again: () => void }) {
  const { t, language } = useWords();
  const { record, trouble } = useAway(page, again);
  const risk = localName(page.risk, language);
  const routine = localName(page.routine, language);
  return (
    <>
      <p className="resident-risk" data-none={risk === ''}>
        <b>{t('resident.risk')}</b> {risk === '' ? t('resident.riskNone') : risk}
      </p>
      <p className="evac-how">
        <b>
          {t('resident.mobility')}:{' '}
          {page.mobility === undefined ? t('resident.unknown') : t(`evac.mobility.${page.mobility}`)}
        </b>
        {page.oxygen && <b>{t('evac.oxygen')}</b>}
        {page.away && <b>{t('evac.away')}</b>}
        <b>{t(page.consent ? 'resident.consent' : 'resident.noConsent')}</b>
      </p>
      {page.left_at === undefined && (
        <p>
          <button
            type="button"
            className="button"
            data-testid="resident-away"
            onClick={() => record(!page.away)}
          >
            {t(page.away ? 'evac.setBack' : 'evac.setAway')}
          </button>
        </p>
      )}
      {trouble !== '' && (
        <p className="trouble" role="alert">
          {trouble}
        </p>
      )}
      <h3>{t('resident.routine')}</h3>
      <p className={routine === '' ? 'side-note' : ''}>
        {routine === '' ? t('resident.routineNone') : routine}
      </p>
    </>
  );
}

/**
 * useStationCloses goes back to the board when whoever opened the page at a
 * station has gone: the next one who passes need not read it.
 */
function useStationCloses(): void {
  const station = useViewer().me.user.station !== undefined;
  const open = useSide();
  useLeft(idle, station, () => open?.(undefined));
  useEffect(() => {
    if (!station) return;
    return hands.onGone(() => open?.(undefined));
  }, [station, open]);
}

/** Erased stands in place of the page of somebody of whom nothing is kept any more. */
function Erased() {
  const { t } = useTranslation();
  const open = useSide();
  return (
    <div className="resident" data-testid="erased">
      <p className="side-kept" role="status">
        {t('resident.rights.erased')}
      </p>
      <p>
        <button type="button" className="button" onClick={() => open?.(undefined)}>
          {t('side.close')}
        </button>
      </p>
    </div>
  );
}

/** Resident is what staff has to know of one resident. */
export default function Resident({ id }: { id: string }) {
  const { t, language, place } = useWords();
  const say = useFloor();
  const failed = useFailed();
  const { me, session } = useViewer();
  const now = session.clock.now();
  const [erased, setErased] = useState(false);
  useStationCloses();
  const load = useCallback(() => fetchResident(id), [id]);
  const { data, error, again } = useLoaded(load);
  if (erased) return <Erased />;
  if (data === undefined) {
    return error === undefined ? (
      <p role="status">{t('common.loading')}</p>
    ) : (
      <p className="trouble" role="alert">
        {failed(error)}
      </p>
    );
  }
  const zone = data.site.time_zone;
  const time = (at: string) => shortTime(at, now, zone, language);
  const where = [
    data.floor === undefined ? '' : say(data.floor),
    localName(data.zone, language),
    data.bed === undefined ? '' : t('place.bed', { bed: data.bed }),
  ].filter(Boolean);
  return (
    <div className="resident" data-testid="resident-page">
      <div className="side-head">
        <h2>{data.name}</h2>
        <p>{where.length > 0 ? where.join(' ') : t('side.unknownRoom')}</p>
      </div>
      {data.left_at !== undefined && (
        <p className="side-kept">{t('resident.left', { time: time(data.left_at) })}</p>
      )}
      <Facts page={data} again={again} />
      <h3>{t('resident.contacts')}</h3>
      <ul className="side-list resident-short">
        {data.contacts.map((of) => (
          <Contact key={of.id ?? of.role} of={of} zone={zone} />
        ))}
      </ul>
      <h3>{t('resident.incidents')}</h3>
      {data.incidents.length === 0 && <p className="side-note">{t('resident.incidentsNone')}</p>}
      <ul className="side-list">
        {data.incidents.map((incident) => (
          <Event key={incident.id} resident={id} incident={incident} />
        ))}
      </ul>
      <h3>{t('resident.sensors')}</h3>
      <ul className="side-list resident-short">
        {data.points.map((point) => (
          <li key={point.id} data-state={point.state}>
            {[...place(point), localName(point.place.point, language)].filter(Boolean).join(' ')} ·{' '}
            <b>{t(`resident.state.${point.state}`)}</b>{' '}
            <span className="side-note">
              {point.last_seen === undefined
                ? t('resident.never')
                : t('resident.lastSeen', { time: time(point.last_seen) })}
            </span>
          </li>
        ))}
      </ul>
      {mayOf(me.user).rights && <Rights page={data} onErased={() => setErased(true)} />}
      <p className="side-note">{t('resident.logged')}</p>
    </div>
  );
}
