import { useEffect, useMemo } from 'react';
import type { Incident } from '../shared/api/types.ts';
import { clockTime, fullDate, localName, placeParts, since, waited } from '../shared/format.ts';
import { arrange, weight } from '../shared/order.ts';
import { ClassIcon } from '../shared/ui/ClassIcon.tsx';
import { useNow, usePicture, useViewer } from '../shared/ui/hooks.ts';
import { LinkState, StaleBar, useDoubt, useMoment, useStale } from '../shared/ui/Link.tsx';
import { useWords } from '../shared/ui/useWords.ts';
import { useTitle } from './useTitle.ts';
import { Ward } from './Ward.tsx';
import { isNight } from './wallNight.ts';
import './wall.css';

/** rowsMost is how many alarms are written so large that they can be read from eight metres. */
const rowsMost = 6;

/** Row is one open incident without a name: room and bed, what, since when, and whether somebody goes. */
function Row({ incident }: { incident: Incident }) {
  const { t, language, time } = useWords();
  const now = useNow();
  const stale = useStale();
  const moment = useMoment();
  const { place } = incident;
  const bed = place.bed === undefined || place.bed === '' ? '' : t('place.bed', { bed: place.bed });
  const parts = placeParts(place, language, {
    floor: (floor) => t('place.floor', { floor }),
    bed: (name) => t('place.bed', { bed: name }),
    unknown: t('place.unknown'),
  });
  // The room is what one runs for; a floor only where there is no room.
  const room = localName(place.zone, language) || parts.filter((part) => part !== bed).join(' ');
  const state = t(
    incident.state === 'raised'
      ? 'wall.raised'
      : incident.state === 'accepted'
        ? 'wall.accepted'
        : 'wall.arrived',
  );
  return (
    <li
      className="wall-row"
      data-testid="wall-row"
      data-state={incident.state}
      data-severity={weight(incident)}
      data-class={incident.class}
    >
      <span className="wall-icon">
        <ClassIcon of={incident.class} />
      </span>
      <b className="wall-place">
        {room} {bed}
      </b>
      <span className="wall-class">{t(`class.${incident.class}`)}</span>
      <span className="wall-state">{stale ? t('offline.asOf', { time: moment(), state }) : state}</span>
      <span className="wall-since">
        <b>{waited(now - since(incident))}</b>
        <small>{t('wall.since', { time: time(incident.alarmed_at, incident, now) })}</small>
      </span>
    </li>
  );
}

/** Wall is the screen of a corridor: whoever passes reads it, so nobody is named and nothing can be pressed. */
export function Wall() {
  const { t, language } = useWords();
  const { me, session } = useViewer();
  const picture = usePicture();
  const now = useNow();
  const site = me.sites[0];
  const zone = site?.time_zone ?? '';
  const night = isNight(now, zone);
  const { waiting, attended } = useMemo(
    () => arrange(picture.incidents.values(), session.clock.now()),
    [picture.incidents, session.clock],
  );
  const doubt = useDoubt();
  useTitle(waiting, doubt !== undefined);

  // Not kept as a choice: it changes by itself in the morning.
  useEffect(() => {
    const root = document.documentElement;
    root.dataset.theme = night ? 'dark' : 'light';
    return () => {
      delete root.dataset.theme;
    };
  }, [night]);

  const all = [...waiting, ...attended];
  const shown = all.slice(0, rowsMost);
  return (
    <div className="wall" data-testid="wall" data-ready={picture.complete}>
      <header className="wall-head">
        <h1>
          {site === undefined || me.sites.length > 1 ? t('wall.title') : localName(site.name, language)}
        </h1>
        <LinkState />
        <time className="wall-clock">
          <span>{fullDate(now, zone, language)}</span> <b>{clockTime(now, zone, language)}</b>
        </time>
      </header>
      <StaleBar />
      <main className="wall-main">
        {all.length === 0 && (
          <p className="wall-calm" data-unknown={doubt !== undefined} data-testid="wall-calm">
            {t(doubt ?? 'wall.calm')}
          </p>
        )}
        <ul className="wall-rows" aria-live="polite">
          {shown.map((incident) => (
            <Row key={incident.id} incident={incident} />
          ))}
        </ul>
        {all.length > shown.length && (
          <p className="wall-more">{t('wall.more', { count: all.length - shown.length })}</p>
        )}
      </main>
    </div>
  );
}

/** Door leads to the wall screen or to the board. */
export function Door() {
  return useViewer().me.user.station === 'wall' ? <Wall /> : <Ward />;
}
