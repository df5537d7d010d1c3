import { useCallback } from 'react';
import { fetchDuty } from '../shared/api/alerting.ts';
import type { DutyView, Site } from '../shared/api/types.ts';
import { localName, placeParts, shortTime } from '../shared/format.ts';
import { useNow, useViewer } from '../shared/ui/hooks.ts';
import { useLoaded } from '../shared/ui/useLoaded.ts';
import { useFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { gapsSoon, type Gap } from './duty.ts';

const readEvery = 5 * 60 * 1000;

/** SiteDuty is who is on duty at one site. */
export interface SiteDuty {
  site: Site;
  duty: DutyView;
}

/** useDuty reads who is on duty at every site of the viewer, one site after the other. */
export function useDuty() {
  const { sites } = useViewer().me;
  const load = useCallback(async () => {
    const all: SiteDuty[] = [];
    for (const site of sites) all.push({ site, duty: await fetchDuty(site.id) });
    return all;
  }, [sites]);
  return useLoaded(load, readEvery);
}

/** useGap says a gap in words. */
function useGap(): (site: Site, gap: Gap) => string {
  const { t, language } = useWords();
  const minute = Math.floor(useNow() / 60_000) * 60_000;
  return (site, { name, floors, from, to }) => {
    const time = (at: string) => shortTime(at, minute, site.time_zone, language);
    const duty = [...floors.map((floor) => floorName(floor, t, language)), localName(name, language)].join(
      ' ',
    );
    return Date.parse(from) <= minute
      ? t('duty.gapNow', { duty, to: time(to) })
      : t('duty.gap', { duty, from: time(from), to: time(to) });
  };
}

type Words = ReturnType<typeof useWords>;

function floorName(floor: string, t: Words['t'], language: Words['language']): string {
  const words = {
    floor: (name: string) => t('place.floor', { floor: name }),
    bed: (name: string) => name,
    unknown: '',
  };
  return placeParts({ floor }, language, words).join('');
}

/** GapBar warns a day ahead of a time in which nobody would be called first. */
export function GapBar({ sites }: { sites: readonly SiteDuty[] | undefined }) {
  const { t, language } = useWords();
  const now = useNow();
  const say = useGap();
  const soon = (sites ?? []).flatMap(({ site, duty }) =>
    gapsSoon(duty.gaps, now).map((gap) => ({ site, text: say(site, gap) })),
  );
  const [first] = soon;
  if (first === undefined) return null;
  return (
    <p className="gap-bar" role="status" data-testid="gap">
      <strong>
        {(sites?.length ?? 0) > 1 && `${localName(first.site.name, language)} `}
        {first.text}
      </strong>{' '}
      {soon.length > 1 && t('duty.more', { count: soon.length - 1 })}
    </p>
  );
}

/** Duty is the strip of who is on duty now, until when, and when nobody will be. */
export function Duty({ sites, error }: { sites: readonly SiteDuty[] | undefined; error: Error | undefined }) {
  const { t, language } = useWords();
  const minute = Math.floor(useNow() / 60_000) * 60_000;
  const say = useGap();
  const failed = useFailed();
  const several = (sites?.length ?? 0) > 1;
  // Of sixty private homes without a roster there is nothing to list.
  const planned = several ? (sites ?? []).filter(({ duty }) => duty.roster) : (sites ?? []);
  const names = [...new Set(planned.flatMap(({ duty }) => duty.on.map(({ person }) => person)))];
  return (
    <details className="recent duty" data-testid="duty">
      <summary>
        {t('duty.title')} <span className="count">{names.length}</span>{' '}
        <span className="recent-hint">{names.slice(0, 6).join(t('common.separator'))}</span>
      </summary>
      {error !== undefined && (
        <p className="trouble" role="alert">
          {failed(error)}
        </p>
      )}
      {several && planned.length === 0 && <p className="shelves-none">{t('duty.noRoster')}</p>}
      {planned.map(({ site, duty }) => (
        <section key={site.id}>
          {several && <h3>{localName(site.name, language)}</h3>}
          {!duty.roster && <p className="recent-hint">{t('duty.noRoster')}</p>}
          <ul>
            {duty.on.map((one) => (
              <li key={`${one.duty} ${one.floors.join()} ${one.user}`} data-testid="on-duty">
                <strong>{one.person}</strong>{' '}
                {[localName(one.name, language), localName(one.shift, language)].filter(Boolean).join(' ')}{' '}
                {one.floors.map((floor) => floorName(floor, t, language)).join(' ')}{' '}
                <span className="recent-hint">
                  {one.to !== undefined &&
                    t('shelf.until', { time: shortTime(one.to, minute, site.time_zone, language) })}{' '}
                  {one.instead !== undefined &&
                    one.instead !== '' &&
                    t('duty.instead', { name: one.instead })}
                </span>
              </li>
            ))}
          </ul>
          {duty.roster && (
            <>
              <p className="duty-gaps">
                {t(duty.gaps.length > 0 ? 'duty.gaps' : 'duty.noGaps', { count: duty.gaps.length })}
              </p>
              <ul>
                {duty.gaps.slice(0, 10).map((gap) => (
                  <li key={`${gap.duty} ${gap.floors.join()} ${gap.from}`}>{say(site, gap)}</li>
                ))}
              </ul>
            </>
          )}
        </section>
      ))}
    </details>
  );
}
