import { useEffect, useMemo, useState } from 'react';
import { logCall } from '../shared/api/community.ts';
import type { Incident } from '../shared/api/types.ts';
import { localName, since, waited } from '../shared/format.ts';
import { arrange, weight } from '../shared/order.ts';
import { ClassIcon } from '../shared/ui/ClassIcon.tsx';
import { useNow, usePicture, useViewer } from '../shared/ui/hooks.ts';
import { LinkState, StaleBar, useStale } from '../shared/ui/Link.tsx';
import { LanguageSwitch, Settings } from '../shared/ui/Settings.tsx';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { AwaySheet } from '../ward/AwaySheet.tsx';
import { ExplainSheet, ResolveSheet } from '../ward/CauseSheet.tsx';
import { DeskContext, type Desk, type Sheet } from '../ward/context.ts';
import { NoteSheet } from '../ward/NoteSheet.tsx';
import { Renew } from '../ward/Renew.tsx';
import { DarkBanner, MuteBanner, ShiftDialog, SoundControl } from '../ward/Shift.tsx';
import { useAlarm } from '../ward/useAlarm.ts';
import { useDeeds } from '../ward/useDeeds.ts';
import { useTitle } from '../ward/useTitle.ts';
import { useVoice } from '../ward/useVoice.ts';
import { QueuedBar } from '../ward/Waiting.tsx';
import { CallQueue } from './callQueue.ts';
import { Case } from './Case.tsx';
import { againEvery, QueueContext } from './useCalls.ts';
import { useHomes } from './useHomes.ts';
import { Villages } from './Villages.tsx';
import '../ward/ward.css';
import '../ward/strips.css';
import './community.css';

/** Line is one open incident in the list: what, who, where, and for how long. A tap opens it. */
function Line({ incident, onOpen }: { incident: Incident; onOpen: (id: string) => void }) {
  const { t, language } = useWords();
  const now = useNow();
  return (
    <li>
      <button
        type="button"
        className="card line"
        data-testid="line"
        data-id={incident.id}
        data-state={incident.state}
        data-severity={weight(incident)}
        onClick={() => onOpen(incident.id)}
      >
        <span className="card-band">
          <ClassIcon of={incident.class} />
          <span className="line-what">
            <b className="card-class">{t(`class.${incident.class}`)}</b>
            <span className="card-severity">{t(`state.${incident.state}`)}</span>
          </span>
          <b className="wait-time">{waited(now - since(incident))}</b>
        </span>
        <span className="line-body">
          <b>{incident.resident?.name ?? localName(incident.site.name, language)}</b>
          <span>{localName(incident.site.address, language) || localName(incident.site.name, language)}</span>
        </span>
      </button>
    </li>
  );
}

/** useOpened is the incident that is open; the back button of a telephone closes it. */
function useOpened(): [string | undefined, (id: string | undefined) => void] {
  const read = () => /^#i=(.+)$/.exec(location.hash)?.[1];
  const [opened, setOpened] = useState(read);
  useEffect(() => {
    const hear = () => {
      setOpened(read());
      scrollTo(0, 0);
    };
    addEventListener('hashchange', hear);
    return () => removeEventListener('hashchange', hear);
  }, []);
  return [
    opened,
    (id) => {
      location.hash = id === undefined ? '' : `i=${id}`;
    },
  ];
}

/** Sheets is the dialog of the ward that is open over the page. */
function Sheets({ sheet, onClose }: { sheet: Sheet; onClose: () => void }) {
  const { incidents } = usePicture();
  const incident = sheet.kind === 'pending' ? undefined : incidents.get(sheet.id);
  if (incident === undefined) return null;
  switch (sheet.kind) {
    case 'resolve':
      return <ResolveSheet incident={incident} onClose={onClose} />;
    case 'explain':
      return <ExplainSheet incident={incident} onClose={onClose} onDone={onClose} />;
    case 'note':
      return <NoteSheet incident={incident} onClose={onClose} />;
    case 'away':
      return <AwaySheet incident={incident} onClose={onClose} />;
  }
  return null;
}

const took = () => {};

/** Community is the page of somebody who watches people in their own homes, on a telephone. */
export function Community() {
  const { t } = useWords();
  const { me, session } = useViewer();
  const { live } = session;
  const picture = usePicture();
  const alarm = useAlarm(session);
  const [shift, setShift] = useState(false);
  const [sheet, setSheet] = useState<Sheet>();
  const [opened, open] = useOpened();
  const { deeds, queued } = useDeeds(took);
  const [queue] = useState(() => new CallQueue(logCall));
  const loadFailed = useLoadFailed();
  const { homes, error } = useHomes();
  const stale = useStale();
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
  const { waiting, attended } = useMemo(
    () => arrange(picture.incidents.values(), session.clock.now()),
    [picture.incidents, session.clock],
  );
  useTitle(waiting, stale);
  const spoken = useVoice(alarm.sounder, alarm.latest, waiting);
  useEffect(() => {
    const timer = setInterval(() => void queue.flush(), againEvery);
    return () => clearInterval(timer);
  }, [queue]);

  const startShift = () => void alarm.sounder.unlock().then(() => setShift(true));
  const incident = opened === undefined ? undefined : picture.incidents.get(opened);
  const all = [...waiting, ...attended];
  return (
    <DeskContext value={desk}>
      <QueueContext value={queue}>
        <div
          className="community"
          data-testid="community"
          data-sounding={alarm.sound.sounding}
          data-ready={picture.complete}
        >
          <header className="bar">
            <h1 className="bar-title">{t('community.title')}</h1>
            <LinkState />
            <SoundControl alarm={alarm} spoken={spoken} onTry={startShift} />
            <LanguageSwitch />
            <Settings name={me.user.name} />
          </header>
          <MuteBanner alarm={alarm} onStart={startShift} />
          <DarkBanner alarm={alarm} />
          <StaleBar />
          <QueuedBar acts={queued} />
          <main className="board">
            <Renew calm={!stale && all.length + queued.length + queue.pending().length === 0} />
            {incident !== undefined ? (
              <>
                {/* What else waits must not be forgotten behind the one that is open. */}
                {waiting.some(({ id }) => id !== incident.id) && (
                  <button type="button" className="button strip" onClick={() => open(undefined)}>
                    {t('community.others', { count: waiting.filter(({ id }) => id !== incident.id).length })}
                  </button>
                )}
                <Case
                  key={incident.id}
                  incident={incident}
                  onBack={() => open(undefined)}
                  onDial={() => alarm.sounder.quiet()}
                />
              </>
            ) : (
              <>
                <section aria-labelledby="open" className="board-part" data-testid="open">
                  <h2 id="open">
                    {t('community.open')} <span className="count">{all.length}</span>
                  </h2>
                  {all.length === 0 && picture.complete && <p className="told">{t('community.calm')}</p>}
                  <ul className="lines">
                    {all.map((one) => (
                      <Line key={one.id} incident={one} onOpen={open} />
                    ))}
                  </ul>
                </section>
                {homes === undefined ? (
                  <p role={error === undefined ? 'status' : 'alert'}>
                    {error === undefined ? t('common.loading') : loadFailed(error)}
                  </p>
                ) : (
                  <Villages homes={homes} onOpen={open} />
                )}
              </>
            )}
          </main>
          {shift && <ShiftDialog alarm={alarm} spoken={spoken} onClose={() => setShift(false)} />}
          {sheet !== undefined && <Sheets sheet={sheet} onClose={() => setSheet(undefined)} />}
        </div>
      </QueueContext>
    </DeskContext>
  );
}
