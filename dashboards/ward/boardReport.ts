import { useEffect } from 'react';
import type { BoardReport } from '../shared/api/station.ts';
import type { Incident, Severity } from '../shared/api/types.ts';
import { weight } from '../shared/order.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { levelOf, type SoundState } from './sound.ts';
import type { Alarm } from './useAlarm.ts';

/** The gateway misses a board that says nothing for 25 s; this is in milliseconds. */
const reportEvery = 10_000;
/** Changes that follow each other closely are one report, in milliseconds. */
const gather = 300;

const loudness: Record<Severity, number> = { low: 0, medium: 1, high: 2, urgent: 3 };

/** isHeard reports whether an alarm of a severity is heard: alone or under a louder one. */
function isHeard(severity: Severity, sounding: SoundState['sounding']): boolean {
  const level = levelOf(severity);
  if (level === undefined || !(sounding in loudness)) return false;
  return loudness[sounding as Severity] >= loudness[severity];
}

/** reportOf is what a board can say of itself. */
export function reportOf(
  drawn: Iterable<Incident>,
  sound: Pick<SoundState, 'sounding' | 'locked' | 'broken' | 'unsupported' | 'quietUntil'>,
  { visible, awake }: { visible: boolean; awake: boolean },
): BoardReport {
  return {
    type: 'board',
    visible,
    audible: !sound.locked && !sound.broken && !sound.unsupported,
    awake,
    quiet: sound.quietUntil !== undefined,
    alarms: [...drawn].map((incident) => ({
      incident: incident.id,
      alarms: incident.alarms,
      sounding: isHeard(weight(incident), sound.sounding),
    })),
  };
}

/** How many alarms one message names: the gateway takes 64 KiB. */
const inOneMessage = 200;

/** partsOf divides a report into messages, all but the last of which say that more follows. */
export function partsOf(report: BoardReport): BoardReport[] {
  const parts: BoardReport[] = [];
  let at = 0;
  for (; at + inOneMessage < report.alarms.length; at += inOneMessage) {
    parts.push({ ...report, alarms: report.alarms.slice(at, at + inOneMessage), more: true });
  }
  return [...parts, { ...report, alarms: report.alarms.slice(at) }];
}

/** drawnOf lists the unaccepted incidents whose cards are on the page, not only in its memory. */
function drawnOf(incidents: ReadonlyMap<string, Incident>): Incident[] {
  const drawn: Incident[] = [];
  for (const card of document.querySelectorAll<HTMLElement>('[data-testid=card][data-state=raised]')) {
    const incident = incidents.get(card.dataset.id ?? '');
    if (incident !== undefined && card.getClientRects().length > 0) drawn.push(incident);
  }
  return drawn;
}

/**
 * useBoardReport has the board of a station tell the gateway, on every change
 * and every 10 s, whether it can be seen and heard. It reports from within a
 * frame: a page that does not draw any more says nothing.
 */
export function useBoardReport({ sounder, wake }: Alarm): void {
  const { me, session } = useViewer();
  const station = me.user.station === 'station';
  const { live } = session;

  useEffect(() => {
    if (!station) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let frame = 0;
    const say = () => {
      const { link, incidents } = live.picture();
      if (link !== 'live') return;
      const report = reportOf(drawnOf(incidents), sounder.state(), {
        visible: document.visibilityState === 'visible',
        awake: wake.state() === 'held',
      });
      for (const part of partsOf(report)) live.say(part);
    };
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        // No frame comes while the page is hidden: that must be said all the same.
        if (document.visibilityState === 'visible') frame = requestAnimationFrame(say);
        else say();
      }, gather);
    };
    const leave = [live.subscribe(soon), sounder.subscribe(soon), wake.subscribe(soon)];
    document.addEventListener('visibilitychange', soon);
    const beat = setInterval(soon, reportEvery);
    soon();
    return () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      clearInterval(beat);
      for (const stop of leave) stop();
      document.removeEventListener('visibilitychange', soon);
    };
  }, [station, live, sounder, wake]);
}
