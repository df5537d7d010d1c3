import type {
  GapRow,
  IncidentRow,
  RegionReport,
  ReportLine,
  SiteNode,
  SiteRow,
} from '../../shared/api/inspect.ts';
import type { Incident, Me } from '../../shared/api/types.ts';
import { equipment, lifeSafety } from '../../shared/api/types.ts';
import type { World } from './world.ts';

/** What inspectors ask the mock gateway. */

const within = { urgent: 180, high: 300, medium: 600, low: 3600 };
const name = (zh: string, en: string) => ({ zh, en });
const townships = [
  { id: 'xitang', parent: 'linqi', level: 'township' as const, name: name('溪棠镇', 'Xitang Town') },
  { id: 'songlan', parent: 'linqi', level: 'township' as const, name: name('松岚镇', 'Songlan Town') },
];
const regions = [
  { id: 'linqi', level: 'district' as const, name: name('临栖区', 'Linqi District') },
  ...townships,
];

/** nodes are the sites of the viewer, the first with gaps, the last without a place. */
function nodes(me: Me): SiteNode[] {
  return me.sites.map((site, n) => ({
    site,
    region: townships[n % 2]!.id,
    township: townships[n % 2]!.name,
    telephone: n === 0 ? '+8657188880000' : undefined,
    ...(n === 0 ? { longitude: 120.112, latitude: 30.271 } : {}),
    coverage: {
      points: 6,
      silent: n === 0 ? 1 : 0,
      unproven: n === 0 ? 3 : 0,
      detectors: 2,
      doubted: n === 0 ? 2 : 0,
      untested: 1,
      edges: 2,
      offline: n === 0 ? 1 : 0,
    },
  }));
}

function rowOf(world: World, incident: Incident): IncidentRow {
  const act = incident.accepted ?? incident.arrived ?? incident.resolved;
  const wait =
    ((act === undefined ? world.now() : Date.parse(act.at)) - Date.parse(incident.alarmed_at)) / 1000;
  const inTime = wait <= within[incident.severity];
  const judged = incident.under === undefined && incident.cause !== 'test' && incident.cause !== 'drill';
  const answer = act === undefined ? (inTime ? 'waiting' : 'overdue') : inTime ? 'in_time' : 'late';
  return { incident, township: townships[0]!.name, wait_s: judged ? wait : 0, ...(judged ? { answer } : {}) };
}

function groupOf(incident: Incident): string {
  if (lifeSafety.includes(incident.class)) return 'hazard';
  return equipment.includes(incident.class) ? 'equipment' : 'care';
}

function rowsOf(world: World, incidents: Incident[], query: URLSearchParams): IncidentRow[] {
  const wants = (key: string, value: string | undefined) =>
    !query.has(key) || (value !== undefined && query.getAll(key).includes(value));
  return incidents
    .map((incident) => rowOf(world, incident))
    .filter(
      ({ incident, answer }) =>
        wants('site', incident.site.id) &&
        wants('class', incident.class) &&
        wants('state', incident.state) &&
        wants('group', groupOf(incident)) &&
        wants('cause', incident.cause) &&
        wants('answer', answer),
    )
    .sort((a, b) => Date.parse(b.incident.raised_at) - Date.parse(a.incident.raised_at));
}

function gapsOf(world: World, me: Me, query: URLSearchParams): GapRow[] {
  const site = me.sites[0]!;
  const common = { site, township: townships[0]!.name };
  const detector = { zone: name('305 房', 'Room 305'), point: name('吸顶烟感', 'Ceiling smoke detector') };
  const rows: GapRow[] = [
    {
      ...common,
      what: 'detector',
      kind: 'fire_detector',
      gaps: ['unproven', 'detector', 'test'],
      state: 'unproven',
      doubt: 'never_heard',
      place: { floor: '3', ...detector },
    },
    { ...common, what: 'care', gaps: ['silent'], state: 'silent', place: {}, seen_at: world.iso(16_000) },
    {
      ...common,
      what: 'edge',
      gaps: ['edge'],
      place: {},
      edge: name('四楼', 'Floor 4'),
      seen_at: world.iso(700),
    },
  ];
  const gap = query.get('gap');
  const asked = query.get('site') ?? site.id;
  return rows.filter((row) => row.site.id === asked && (gap === null || row.gaps.includes(gap as never)));
}

function lineOf(rows: IncidentRow[], base: URLSearchParams, more: Record<string, string> = {}): ReportLine {
  const query = (extra: [string, string][] = []) => {
    const all = new URLSearchParams(base);
    for (const [key, value] of [...Object.entries(more), ...extra]) all.append(key, value);
    return all.toString();
  };
  const people = rows.filter(({ incident }) => groupOf(incident) !== 'equipment');
  const groups: [string, string][] = [
    ['group', 'hazard'],
    ['group', 'care'],
  ];
  const caused = (...causes: string[]) => ({
    count: rows.filter(({ incident }) => causes.includes(incident.cause ?? '')).length,
    query: query(causes.map((cause) => ['cause', cause])),
  });
  const answered = (...answers: string[]) => ({
    count: people.filter(({ answer }) => answer !== undefined && answers.includes(answer)).length,
    query: query([...groups, ...answers.map((answer): [string, string] => ['answer', answer])]),
  });
  const waits = people
    .filter(({ answer }) => answer === 'in_time' || answer === 'late')
    .map(({ wait_s }) => wait_s)
    .sort((a, b) => a - b);
  const judged = answered('in_time', 'late', 'overdue');
  const late = answered('late', 'overdue');
  return {
    incidents: { count: rows.length, query: query() },
    hazards: {
      count: rows.filter(({ incident }) => groupOf(incident) === 'hazard').length,
      query: query([['group', 'hazard']]),
    },
    real: caused('real'),
    false: caused('false'),
    test: caused('test', 'drill'),
    pending: caused('pending'),
    judged,
    late,
    late_share: judged.count === 0 ? 0 : late.count / judged.count,
    taken: waits.length,
    median_s: waits[Math.floor(waits.length / 2)] ?? 0,
    p90_s: waits[Math.floor(waits.length * 0.9)] ?? 0,
  };
}

function reportOf(world: World, me: Me, incidents: Incident[], query: URLSearchParams): RegionReport {
  const from = query.get('from') ?? '';
  const to = query.get('to') ?? '';
  const base = new URLSearchParams(query);
  const rows = rowsOf(
    world,
    incidents,
    new URLSearchParams(query.has('site') ? { site: query.get('site')! } : {}),
  );
  const classes = [...new Set(rows.map(({ incident }) => incident.class))];
  const gap = (of: string, count: number) => ({ count, query: `gap=${of}` });
  const year = from.slice(0, 4);
  return {
    time: world.iso(),
    from,
    to,
    time_zone: 'Asia/Shanghai',
    sites: me.sites.length,
    total: lineOf(rows, base),
    classes: classes.map((key) => ({
      ...lineOf(
        rows.filter(({ incident }) => incident.class === key),
        base,
        { class: key },
      ),
      key,
    })),
    townships: townships.map(({ id, name }) => ({
      ...lineOf(id === 'xitang' ? rows : [], base, { township: id }),
      key: id,
      name,
    })),
    by_site: me.sites.map((site) => ({
      ...lineOf(
        rows.filter(({ incident }) => incident.site.id === site.id),
        base,
        { site: site.id },
      ),
      key: site.id,
      name: site.name,
    })),
    months: [1, 2, 3, 4, 5, 6].map((month) => ({
      month: `${year}-0${month}`,
      hazards: { count: month === 6 ? 2 : 1, query: 'group=hazard' },
      care: { count: 4 * month, query: 'group=care' },
      equipment: { count: 7 - month, query: 'group=equipment' },
    })),
    coverage: [
      {
        site: false,
        points: 6,
        detectors: 2,
        edges: 2,
        silent: gap('silent', 1),
        unproven: gap('unproven', 3),
        doubted: gap('detector', 1),
        untested: gap('test', 1),
        offline: gap('edge', 1),
      },
    ],
    cut: false,
    rectified: false,
  };
}

/** inspects answers the routes of inspectors; undefined when the route is none of them. */
export function inspects(world: World, me: Me, incidents: Incident[], url: URL): unknown {
  const query = url.searchParams;
  const site = /^\/api\/inspect\/sites\/([^/]+)$/.exec(url.pathname)?.[1];
  if (site !== undefined) {
    const rows = rowsOf(world, incidents, new URLSearchParams({ site }));
    return {
      time: world.iso(),
      node: nodes(me).find((node) => node.site.id === site),
      gaps: gapsOf(world, me, new URLSearchParams({ site })),
      edges: [
        { name: name('三楼', 'Floor 3'), online: true, state_at: world.iso(12), version: '0.3.0' },
        { name: name('四楼', 'Floor 4'), online: false, state_at: world.iso(700), version: '0.3.0' },
      ],
      recent: rows,
      more: false,
    };
  }
  switch (url.pathname) {
    case '/api/inspect/tree':
      return {
        time: world.iso(),
        time_zone: 'Asia/Shanghai',
        today: world.iso().slice(0, 10),
        within_s: within,
        regions,
        sites: nodes(me),
      };
    case '/api/inspect/incidents': {
      const rows = rowsOf(world, incidents, query);
      const offset = Number(query.get('offset') ?? 0);
      return {
        time: world.iso(),
        rows: rows.slice(offset, offset + 100),
        total: rows.length,
        cut: false,
        offset,
      };
    }
    case '/api/inspect/sites': {
      const open = (site: string) => incidents.filter((i) => i.site.id === site && i.state !== 'resolved');
      const rows: SiteRow[] = nodes(me).map((node, n) => ({
        node,
        state: n === 0 ? 'gaps' : 'calm',
        open: open(node.site.id).length,
        hazards: 0,
        overdue: 0,
      }));
      return { time: world.iso(), rows };
    }
    case '/api/inspect/coverage': {
      const rows = gapsOf(world, me, query);
      return { time: world.iso(), rows, total: rows.length };
    }
    case '/api/inspect/report':
      return reportOf(world, me, incidents, query);
  }
  return undefined;
}
