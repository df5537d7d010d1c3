import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchReport, type RegionTree } from '../shared/api/inspect.ts';
import { arrange } from '../shared/order.ts';
import { useNow, usePicture, useViewer } from '../shared/ui/hooks.ts';
import { useDoubt } from '../shared/ui/Link.tsx';
import { useLoadFailed } from '../shared/ui/useProblem.ts';
import { Calls } from './Calls.tsx';
import { matches, noFilter, type Filter } from './filter.ts';
import { Filters } from './Filters.tsx';
import { daysBefore } from './period.ts';
import { Repairs } from './Repairs.tsx';
import { addressOf } from './route.ts';
import { Sites } from './Sites.tsx';
import { isOverdue, matters, reasons, standings, within } from './standing.ts';
import { Table } from './Table.tsx';
import { To } from './To.tsx';
import { Tree } from './Tree.tsx';

const unresolved = ['raised', 'accepted', 'arrived'];

/** Now is what goes on in a region: whom to call, how each site stands, and its incidents live. */
export function Now({ tree, query }: { tree: RegionTree; query: URLSearchParams }) {
  const { t } = useTranslation();
  const { session } = useViewer();
  const picture = usePicture();
  const second = useNow();
  // Nothing below changes with each second but the waits, which count by themselves.
  const now = Math.floor(second / 5_000) * 5_000;
  const doubt = useDoubt();
  const loadFailed = useLoadFailed();
  const [all, setAll] = useState(false);
  const region = query.get('region') ?? '';
  // What was looked for in one region is no filter of another one: its site may not be there.
  const [chosen, setChosen] = useState<{ region: string; filter: Filter }>();
  const filter = chosen?.region === region ? chosen.filter : noFilter;

  const days = { from: daysBefore(tree.today, 6), to: tree.today };
  const week = useQuery({
    queryKey: ['week', days.to],
    refetchInterval: 300_000,
    queryFn: () => fetchReport(new URLSearchParams(days)),
  });

  const every = useMemo(
    () => standings(tree, picture.incidents.values(), now),
    [tree, picture.incidents, now],
  );
  const inside = useMemo(() => within(tree, region), [tree, region]);
  const here = every.filter(({ node }) => inside(node));
  const ids = new Set(here.map(({ node }) => node.site.id));
  const weekOf = new Map((week.data?.by_site ?? []).map((line) => [line.key, line]));
  const calls = here
    .map((one) => ({ one, why: reasons(one, weekOf.get(one.node.site.id)) }))
    .filter(({ why }) => why.length > 0);

  const unread = week.isError ? loadFailed(week.error) : t('common.loading');
  const unknown = doubt !== undefined ? t(doubt) : week.data === undefined ? unread : undefined;

  const { waiting, attended, explained } = useMemo(
    () => arrange(picture.incidents.values(), session.clock.now()),
    [picture.incidents, session.clock],
  );
  // What explains others stands before them.
  const open = [...waiting, ...attended]
    .flatMap((one) => [one, ...(explained.get(one.id) ?? [])])
    .filter((incident) => ids.has(incident.site.id));
  const late = open.filter((incident) => isOverdue(incident, tree.within_s, now)).length;
  const shown = open.filter(
    (incident) => matches(filter, incident) && (all || matters(incident, tree.within_s, now)),
  );
  // The same question to the table, which is sorted and exported.
  const rows = new URLSearchParams(
    [
      ['region', region],
      ['site', filter.site],
      ['class', filter.class],
      ['stream', all ? '' : 'watch'],
    ].filter(([, value]) => value !== ''),
  );
  for (const state of filter.state === '' ? unresolved : [filter.state]) rows.append('state', state);
  const count = (name: string, value: number, text: string, alert = false) => (
    <div className={alert ? 'figure alert' : 'figure'} data-testid={name}>
      <dt>{text}</dt>
      <dd>{doubt !== undefined && value === 0 ? '—' : value}</dd>
    </div>
  );

  return (
    <div className="now">
      <aside>
        <Tree tree={tree} standings={every} region={region} />
      </aside>
      <div className="now-main">
        <dl className="figures">
          {count('sites', here.length, t('inspect.siteCount'))}
          {count('open', open.length, t('inspect.openCount'))}
          {count(
            'not-accepted',
            open.filter(({ state, under }) => state === 'raised' && under === undefined).length,
            t('inspect.waitingCount'),
          )}
          {count('too-long', late, t('inspect.tooLongCount'), late > 0)}
        </dl>
        <Calls calls={calls} unknown={unknown} />
        <section aria-labelledby="live" data-testid="live">
          <h2 id="live">
            {t('oversight.stream')} <small>{shown.length}</small>
          </h2>
          <div className="choices" role="group" aria-label={t('oversight.stream')}>
            <button
              type="button"
              className="button"
              aria-pressed={!all}
              data-testid="stream-watch"
              onClick={() => setAll(false)}
            >
              {t('oversight.streamWatch')}
            </button>
            <button
              type="button"
              className="button"
              aria-pressed={all}
              data-testid="stream-all"
              onClick={() => setAll(true)}
            >
              {t('oversight.streamAll')}
            </button>
            <To href={addressOf('incidents', rows)} className="button" testid="stream-as-table">
              {t('oversight.asTable')}
            </To>
          </div>
          {!all && <p className="hint">{t('oversight.streamHint')}</p>}
          <Filters
            filter={filter}
            sites={here.map(({ node }) => node.site)}
            onChange={(next) => setChosen({ region, filter: next })}
          />
          {shown.length > 0 ? (
            <Table
              incidents={shown}
              now={now}
              caption={t('oversight.stream')}
              late={(incident) => isOverdue(incident, tree.within_s, now)}
            />
          ) : (
            <p className="none" data-testid={doubt === undefined ? 'stream-none' : 'unknown'}>
              {t(
                doubt ??
                  (open.length === 0
                    ? 'inspect.none'
                    : all
                      ? 'inspect.noneFiltered'
                      : 'oversight.streamNone'),
              )}
            </p>
          )}
        </section>
        <Sites standings={here} region={region} />
        <Repairs />
      </div>
    </div>
  );
}
