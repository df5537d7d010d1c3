import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Incident } from '../shared/api/types.ts';
import { clockTime, fullDate, localName } from '../shared/format.ts';
import { arrange } from '../shared/order.ts';
import { useLanguage, useNow, usePicture, useViewer } from '../shared/ui/hooks.ts';
import { LinkState, StaleBar, useStale } from '../shared/ui/Link.tsx';
import { WalkBanner } from '../shared/ui/WalkBanner.tsx';
import { LanguageSwitch, Settings } from '../shared/ui/Settings.tsx';
import { useWords } from '../shared/ui/useWords.ts';
import { AwaySheet } from './AwaySheet.tsx';
import { useBoardReport } from './boardReport.ts';
import { Calm } from './Calm.tsx';
import { Card } from './Card.tsx';
import { Duty, GapBar, useDuty } from './Duty.tsx';
import { ExplainSheet, ResolveSheet } from './CauseSheet.tsx';
import { DeskContext, useDesk, type Desk, type Sheet } from './context.ts';
import { NoteSheet } from './NoteSheet.tsx';
import { PendingSheet } from './PendingSheet.tsx';
import { Recent } from './Recent.tsx';
import { Renew } from './Renew.tsx';
import { Shelves } from './Shelves.tsx';
import { SenderContext, useTicks, useTickSender } from './evac/context.ts';
import { TicksBar } from './evac/TicksBar.tsx';
import { SideContext, type Side } from './side/context.ts';
import { SideTabs, SideView } from './side/Sides.tsx';
import { HandBar } from './Tiles.tsx';
import { DarkBanner, MuteBanner, ShiftDialog, SoundControl } from './Shift.tsx';
import { useAlarm } from './useAlarm.ts';
import { useDeeds } from './useDeeds.ts';
import { usePending } from './usePending.ts';
import { useTitle } from './useTitle.ts';
import { useVoice } from './useVoice.ts';
import { QueuedBar } from './Waiting.tsx';
import './ward.css';
import './strips.css';

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

/** Opened is the dialog that is open. One about an incident that has left every list is gone with it. */
function Opened({
  sheet,
  pending,
  showSite,
  onClose,
}: {
  sheet: Sheet;
  pending: readonly Incident[];
  showSite: boolean;
  onClose: () => void;
}) {
  const { open } = useDesk();
  const { incidents } = usePicture();
  if (sheet.kind === 'pending') {
    return <PendingSheet incidents={pending} showSite={showSite} onClose={onClose} />;
  }
  const incident = incidents.get(sheet.id) ?? pending.find(({ id }) => id === sheet.id);
  if (incident === undefined) return null;
  switch (sheet.kind) {
    case 'resolve':
      return <ResolveSheet incident={incident} onClose={onClose} />;
    case 'explain':
      // One after the other, until all are told.
      return (
        <ExplainSheet
          incident={incident}
          onClose={onClose}
          onDone={() => (pending.length > 1 ? open({ kind: 'pending' }) : onClose())}
        />
      );
    case 'note':
      return <NoteSheet incident={incident} onClose={onClose} />;
    case 'away':
      return <AwaySheet incident={incident} onClose={onClose} />;
  }
}

/** Ward is the board of care staff. */
export function Ward() {
  const { t } = useTranslation();
  const { me, session } = useViewer();
  const language = useLanguage();
  const picture = usePicture();
  const alarm = useAlarm(session);
  useBoardReport(alarm);
  const [shift, setShift] = useState(false);
  const [sheet, setSheet] = useState<Sheet>();
  const [side, setSide] = useState<Side>();

  const { incidents: pending, took } = usePending();
  const duty = useDuty();

  const { deeds, queued } = useDeeds(took);
  const sender = useTickSender();
  const ticks = useTicks(sender);
  const { live } = session;
  const desk = useMemo<Desk>(
    () => ({
      deeds,
      open: (next) => {
        const away = next.kind !== 'pending' && live.status().link === 'offline';
        setSheet(away ? { kind: 'away', id: next.id } : next);
      },
    }),
    [deeds, live],
  );
  const { waiting, attended, recent, explained } = useMemo(
    () => arrange(picture.incidents.values(), session.clock.now()),
    [picture.incidents, session.clock],
  );
  const stale = useStale();
  useTitle(waiting, stale);
  const spoken = useVoice(alarm.sounder, alarm.latest, waiting);

  const startShift = () => void alarm.sounder.unlock().then(() => setShift(true));
  const several = me.sites.length > 1;
  const closeSheet = () => setSheet(undefined);
  const list = (incidents: Incident[], id: string, heading: string) =>
    incidents.length > 0 && (
      <section aria-labelledby={id} className="board-part" data-testid={id}>
        <h2 id={id}>
          {heading} <span className="count">{incidents.length}</span>
        </h2>
        <ul className="cards">
          {incidents.map((incident) => (
            <Card
              key={incident.id}
              incident={incident}
              explained={explained.get(incident.id)}
              showSite={several}
            />
          ))}
        </ul>
      </section>
    );

  return (
    <DeskContext value={desk}>
      <SideContext value={setSide}>
        <div
          className="ward"
          data-testid="board"
          data-sounding={alarm.sound.sounding}
          data-ready={picture.complete}
          data-stale={stale}
        >
          <header className="bar">
            <h1 className="bar-title">
              {several || me.sites[0] === undefined ? t('ward.title') : localName(me.sites[0].name, language)}
            </h1>
            <SiteClock />
            <LinkState />
            <SoundControl alarm={alarm} spoken={spoken} onTry={startShift} />
            <LanguageSwitch />
            <Settings name={me.user.name} />
          </header>
          <HandBar />
          <MuteBanner alarm={alarm} onStart={startShift} />
          <DarkBanner alarm={alarm} />
          <StaleBar />
          <WalkBanner />
          <QueuedBar acts={queued} />
          {side?.kind !== 'evacuation' && (
            <TicksBar sender={sender} onOpen={() => setSide({ kind: 'evacuation' })} />
          )}
          {picture.kept !== undefined && picture.kept.cut > 0 && (
            <p className="polling">{t('offline.cut', { count: picture.kept.cut })}</p>
          )}
          <GapBar sites={duty.data} />
          <SideTabs side={side} waiting={waiting.length} />
          <main className="board">
            {side !== undefined && (
              <SenderContext value={sender}>
                <SideView side={side} />
              </SenderContext>
            )}
            <Renew
              calm={!stale && waiting.length + attended.length + queued.length + ticks.waiting.length === 0}
            />
            {pending.length > 0 && (
              <button
                type="button"
                className="button strip"
                data-testid="pending"
                onClick={() => setSheet({ kind: 'pending' })}
              >
                {t('ward.pending', { count: pending.length })}
              </button>
            )}
            {list(waiting, 'waiting', t('ward.waiting'))}
            {/* What waits for a person stays on every page; the rest of the board makes room. */}
            {side === undefined && (
              <>
                {waiting.length === 0 && <Calm attended={attended.length} />}
                {list(attended, 'attended', t('ward.attended'))}
                <Duty sites={duty.data} error={duty.error} />
                <Shelves showSite={several} />
                <Recent incidents={recent} showSite={several} />
              </>
            )}
          </main>
          <Announcer latest={alarm.latest} />
          {shift && <ShiftDialog alarm={alarm} spoken={spoken} onClose={() => setShift(false)} />}
          {sheet !== undefined && (
            <Opened sheet={sheet} pending={pending} showSite={several} onClose={closeSheet} />
          )}
        </div>
      </SideContext>
    </DeskContext>
  );
}
