import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  disown,
  endWalk,
  fetchRegister,
  fetchSheet,
  fetchWalks,
  startWalk,
  type Sheet,
  type Walk,
} from '../../shared/api/admin.ts';
import { api, ask } from '../../shared/api/client.ts';
import { clockTime, localName, placeParts, shortTime } from '../../shared/format.ts';
import { useLanguage, useViewer } from '../../shared/ui/hooks.ts';
import { useFailed } from '../../shared/ui/useProblem.ts';
import { useWords } from '../../shared/ui/useWords.ts';
import { ring, unlock } from './bell.ts';
import { floorsOf, presses, progress, triggers, type Trigger } from './sheet.ts';

const lengths = [30, 60, 90, 120];

/** WalkPart begins the test of a floor, shows each trigger as it comes, and prints the sheet. */
export function WalkPart({ site }: { site: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const client = useQueryClient();
  const failed = useFailed();
  const { me, session } = useViewer();
  const zone = me.sites.find((one) => one.id === site)?.time_zone ?? '';
  const [opened, setOpened] = useState<string>();
  const [floor, setFloor] = useState('');
  const [minutes, setMinutes] = useState(60);
  const [trouble, setTrouble] = useState('');
  const walks = useQuery({
    queryKey: ['walks', site],
    refetchInterval: 10_000,
    queryFn: () => fetchWalks(site),
  });
  // Leaders may not read the registers; the floors are those of the points, too.
  const floors = useQuery({
    queryKey: ['floors', site],
    queryFn: async () => {
      if (me.user.role !== 'leader') return floorsOf((await fetchRegister(site)).zones);
      const { points } = await ask((signal) =>
        api.GET('/api/points', { params: { query: { site } }, signal }),
      );
      return floorsOf(points.map(({ place }) => ({ floor: place.floor ?? '' })));
    },
  });
  const tests = walks.data?.tests ?? [];
  const running = tests.filter((one) => one.ended_at === undefined);
  const shown = opened ?? running[0]?.id;
  const chosen = floor !== '' ? floor : (floors.data?.[0] ?? '');

  const begin = async () => {
    unlock();
    setTrouble('');
    try {
      const walk = await startWalk(site, chosen, minutes);
      setOpened(walk.id);
      await client.invalidateQueries({ queryKey: ['walks'] });
    } catch (error) {
      setTrouble(failed(error as Error, zone));
    }
  };
  const said = (walk: Walk) =>
    t('setup.walk.running', {
      floor: walk.floor,
      until: shortTime(walk.until, session.clock.now(), zone, language),
      by: walk.by,
    });

  return (
    <section aria-labelledby="walk" data-testid="walk">
      <h2 id="walk">{t('setup.part.walk')}</h2>
      <p className="hint no-print">{t('setup.walk.hint')}</p>
      {floors.isSuccess && floors.data.length === 0 && <p className="none">{t('setup.walk.nobody')}</p>}
      {chosen !== '' && (
        <div className="fields no-print">
          <label className="field">
            <span>{t('setup.walk.floor')}</span>
            <select
              value={chosen}
              data-testid="walk-floor"
              onChange={(event) => setFloor(event.target.value)}
            >
              {(floors.data ?? []).map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>{t('setup.walk.minutes')}</span>
            <select value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
              {lengths.map((one) => (
                <option key={one} value={one}>
                  {t('setup.walk.minutesCount', { count: one })}
                </option>
              ))}
            </select>
          </label>
          <button
            type="button"
            className="button primary"
            data-testid="walk-start"
            disabled={running.some((one) => one.floor === chosen)}
            onClick={() => void begin()}
          >
            {t('setup.walk.start')}
          </button>
        </div>
      )}
      {trouble !== '' && (
        <p role="alert" className="wrong">
          {trouble}
        </p>
      )}
      {shown !== undefined && (
        <SheetPage
          key={shown}
          test={shown}
          zone={zone}
          onEnded={() => void client.invalidateQueries({ queryKey: ['walks'] })}
        />
      )}
      {tests.length > 0 && (
        <div className="no-print">
          <h3>{t('setup.walk.past')}</h3>
          <ul className="setup-list">
            {tests.map((walk) => (
              <li key={walk.id}>
                <span>
                  {shortTime(walk.began_at, session.clock.now(), zone, language)} ·{' '}
                  {walk.ended_at === undefined
                    ? said(walk)
                    : `${t('setup.walk.floor')} ${walk.floor} · ${walk.by}`}
                </span>
                <button type="button" className="button plain" onClick={() => setOpened(walk.id)}>
                  {t('setup.walk.open')}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

interface SheetProps {
  test: string;
  zone: string;
  onEnded: () => void;
}

/** SheetPage is the sheet of a test; while it runs each trigger is shown and sounds. */
function SheetPage({ test, zone, onEnded }: SheetProps) {
  const { t, place } = useWords();
  const language = useLanguage();
  const failed = useFailed();
  const client = useQueryClient();
  const { session } = useViewer();
  const [trouble, setTrouble] = useState('');
  const heard = useRef<number>(undefined);
  const loaded = useQuery({
    queryKey: ['sheet', test],
    refetchInterval: (query) => (query.state.data?.ended_at === undefined ? 1_500 : false),
    refetchIntervalInBackground: true,
    queryFn: () => fetchSheet(test),
  });
  const sheet = loaded.data;
  useEffect(() => {
    if (sheet === undefined) return;
    const count = presses(sheet);
    if (heard.current !== undefined && count > heard.current) ring();
    heard.current = count;
  }, [sheet]);
  if (sheet === undefined) {
    return <p className="none">{loaded.isError ? failed(loaded.error) : t('common.loading')}</p>;
  }
  const running = sheet.ended_at === undefined;
  const { done, all } = progress(sheet);
  const latest = triggers(sheet);
  const carry = async (what: Promise<unknown>) => {
    setTrouble('');
    try {
      await what;
      await client.invalidateQueries({ queryKey: ['sheet', test] });
      onEnded();
    } catch (error) {
      setTrouble(failed(error as Error, zone));
    }
  };
  const until = shortTime(sheet.until, session.clock.now(), zone, language);
  return (
    <article className="setup-sheet" data-testid="sheet" data-running={running}>
      <h3>
        {t('setup.walk.sheet')} · {localName(sheet.site_name, language)}
      </h3>
      <p role="status" data-testid="walk-running">
        {running
          ? t('setup.walk.running', { floor: sheet.floor, until, by: sheet.by })
          : `${t('setup.walk.floor')} ${sheet.floor} · ${sheet.by} · ${shortTime(sheet.began_at, session.clock.now(), zone, language)} · ${t('setup.walk.ended', { at: shortTime(sheet.ended_at ?? '', session.clock.now(), zone, language) })}`}
        {' · '}
        <strong data-testid="walk-progress">{t('setup.walk.progress', { done, all })}</strong>
      </p>
      {trouble !== '' && (
        <p role="alert" className="wrong">
          {trouble}
        </p>
      )}
      {running && (
        <div className="setup-latest no-print" aria-live="assertive">
          <h4>{t('setup.walk.latest')}</h4>
          {latest.length === 0 && <p>{t('setup.walk.waiting')}</p>}
          {latest.slice(0, 5).map((one, n) => (
            <Latest
              key={`${one.line.point} ${one.tick.class}`}
              trigger={one}
              first={n === 0}
              zone={zone}
              onDisown={() => void carry(disown(test, one.line.point, one.tick.class))}
              where={place(one.line).join(' ')}
            />
          ))}
        </div>
      )}
      <SheetTable sheet={sheet} zone={zone} />
      <p className="print-only">{t('setup.walk.signed')}: ____________________</p>
      <div className="setup-buttons no-print">
        <button type="button" className="button" onClick={() => print()}>
          {t('setup.walk.print')}
        </button>
        {running && (
          <>
            <button
              type="button"
              className="button"
              onClick={() => {
                unlock();
                setTimeout(ring, 50);
              }}
            >
              {t('setup.walk.sound')}
            </button>
            <button
              type="button"
              className="button"
              data-testid="walk-end"
              onClick={() => {
                if (confirm(t('setup.walk.endSure'))) void carry(endWalk(test));
              }}
            >
              {t('setup.walk.end')}
            </button>
          </>
        )}
      </div>
    </article>
  );
}

interface LatestProps {
  trigger: Trigger;
  first: boolean;
  zone: string;
  where: string;
  onDisown: () => void;
}

/** Latest is a trigger that has just come, in large type, with the way to make an alarm of it. */
function Latest({ trigger: { line, tick }, first, zone, where, onDisown }: LatestProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <div className="setup-trigger" data-first={first} data-testid="trigger">
      <span>
        <strong>{where}</strong> {localName(line.place.point, language)} · {t(`class.${tick.class}`)} ·{' '}
        {clockTime(tick.last_at, zone, language)}
      </span>
      {tick.alarmed ? (
        <span className="tag" data-status="silent">
          {t('setup.walk.disowned')}
        </span>
      ) : (
        <button type="button" className="button danger" data-testid="disown" onClick={onDisown}>
          {t('setup.walk.disown')}
        </button>
      )}
    </div>
  );
}

function SheetTable({ sheet, zone }: { sheet: Sheet; zone: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const words = {
    floor: () => '',
    bed: (bed: string) => t('place.bed', { bed }),
    unknown: t('place.unknown'),
  };
  return (
    <table className="grid" data-testid="sheet-table">
      <caption className="unseen">{t('setup.walk.sheet')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('setup.walk.room')}</th>
          <th scope="col">{t('setup.walk.point')}</th>
          <th scope="col">{t('setup.walk.what')}</th>
          <th scope="col">{t('setup.walk.at')}</th>
          <th scope="col">{t('setup.walk.times')}</th>
        </tr>
      </thead>
      <tbody>
        {sheet.points.map((line) => (
          <tr key={line.point} data-testid="sheet-row" data-done={line.ticks.length > 0}>
            <td data-label={t('setup.walk.room')}>
              <span>{placeParts({ ...line.place, floor: undefined }, language, words).join(' ')}</span>
            </td>
            <td data-label={t('setup.walk.point')}>
              <span>
                {localName(line.place.point, language)} <small>{line.point}</small>
              </span>
            </td>
            <td data-label={t('setup.walk.what')}>
              <span>
                {line.ticks.length === 0 ? (
                  <span className="tag" data-status="unproven">
                    {t('setup.walk.untouched')}
                  </span>
                ) : (
                  line.ticks.map((tick) => (
                    <span key={tick.class}>
                      ✓ {t(`class.${tick.class}`)} {tick.alarmed && `(${t('setup.walk.disowned')})`}
                    </span>
                  ))
                )}
              </span>
            </td>
            <td data-label={t('setup.walk.at')}>
              <span>{line.ticks.map((tick) => clockTime(tick.at, zone, language)).join(' ')}</span>
            </td>
            <td data-label={t('setup.walk.times')}>
              <span>{line.ticks.map((tick) => tick.times).join(' ')}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
