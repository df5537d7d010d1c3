import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Incident } from '../shared/api/types.ts';
import { clockTime, fullDate, localName } from '../shared/format.ts';
import { goTo } from '../shared/home.ts';
import { arrange } from '../shared/order.ts';
import { useLanguage, useNow, usePicture, useViewer } from '../shared/ui/hooks.ts';
import { LinkState, StaleBar } from '../shared/ui/Link.tsx';
import { LanguageSwitch, Settings } from '../shared/ui/Settings.tsx';
import { useWords } from '../shared/ui/useWords.ts';
import { Calm } from './Calm.tsx';
import { Card } from './Card.tsx';
import { DeskContext, type Desk, type Sheet } from './context.ts';
import { Deeds } from './deeds.ts';
import { Recent } from './Recent.tsx';
import { NoteSheet, ResolveSheet } from './Sheets.tsx';
import { MuteBanner, ShiftDialog, SoundControl } from './Shift.tsx';
import { useAlarm } from './useAlarm.ts';
import { useTitle } from './useTitle.ts';
import './ward.css';

/** SiteClock is the time of the first site, so that a wall screen serves as a clock too. */
function SiteClock() {
  const { me } = useViewer();
  const language = useLanguage();
  const now = useNow();
  const zone = me.sites[0]?.time_zone ?? '';
  return (
    <time className="site-clock" data-testid="clock">
      <span className="site-date">{fullDate(now, zone, language)}</span>{' '}
      <b>{clockTime(now, zone, language)}</b>
    </time>
  );
}

/** Announcer reads new alarms out to those who use a screen reader. */
function Announcer({ latest }: { latest: readonly Incident[] }) {
  const { t, place } = useWords();
  return (
    <div className="unseen" aria-live="assertive" data-testid="announcer">
      {latest
        .slice(0, 3)
        .map((incident) =>
          t('ward.announce', {
            severity: t(`severity.${incident.severity}`),
            class: t(`class.${incident.class}`),
            place: place(incident).join(' '),
          }),
        )
        .join(t('common.separator'))}
    </div>
  );
}

/** Ward is the board of care staff. */
export function Ward() {
  const { t } = useTranslation();
  const { me, session } = useViewer();
  const language = useLanguage();
  const picture = usePicture();
  const alarm = useAlarm(session);
  const [shift, setShift] = useState(false);
  const [sheet, setSheet] = useState<Sheet>();

  const [deeds] = useState(
    () =>
      new Deeds({
        name: me.user.name,
        done: (incident) => session.live.apply(incident),
        signedOut: () => goTo(''),
      }),
  );
  const desk = useMemo<Desk>(() => ({ deeds, open: setSheet }), [deeds]);
  const { waiting, attended, recent } = useMemo(
    () => arrange(picture.incidents.values(), session.clock.now()),
    [picture.incidents, session.clock],
  );
  useTitle(waiting);

  const startShift = () => void alarm.sounder.unlock().then(() => setShift(true));
  const several = me.sites.length > 1;
  const inSheet = sheet === undefined ? undefined : picture.incidents.get(sheet.id);
  const closeSheet = () => setSheet(undefined);
  const list = (incidents: Incident[], id: string, heading: string) =>
    incidents.length > 0 && (
      <section aria-labelledby={id} className="board-part" data-testid={id}>
        <h2 id={id}>
          {heading} <span className="count">{incidents.length}</span>
        </h2>
        <ul className="cards">
          {incidents.map((incident) => (
            <Card key={incident.id} incident={incident} showSite={several} />
          ))}
        </ul>
      </section>
    );

  return (
    <DeskContext value={desk}>
      <div
        className="ward"
        data-testid="board"
        data-sounding={alarm.sound.sounding}
        data-ready={picture.complete}
      >
        <header className="bar">
          <h1 className="bar-title">
            {several || me.sites[0] === undefined ? t('ward.title') : localName(me.sites[0].name, language)}
          </h1>
          <SiteClock />
          <LinkState />
          <SoundControl alarm={alarm} onTry={startShift} />
          <LanguageSwitch />
          <Settings name={me.user.name} />
        </header>
        <MuteBanner alarm={alarm} onStart={startShift} />
        <StaleBar />
        <main className="board">
          {list(waiting, 'waiting', t('ward.waiting'))}
          {waiting.length === 0 && <Calm attended={attended.length} />}
          {list(attended, 'attended', t('ward.attended'))}
          <Recent incidents={recent} showSite={several} />
        </main>
        <Announcer latest={alarm.latest} />
        {shift && <ShiftDialog alarm={alarm} onClose={() => setShift(false)} />}
        {inSheet !== undefined && sheet?.kind === 'resolve' && (
          <ResolveSheet incident={inSheet} onClose={closeSheet} />
        )}
        {inSheet !== undefined && sheet?.kind === 'note' && (
          <NoteSheet incident={inSheet} onClose={closeSheet} />
        )}
      </div>
    </DeskContext>
  );
}
