import type { RegionNode, RegionTree, ReportLine, SiteNode } from '../shared/api/inspect.ts';
import { lifeSafety, type Incident } from '../shared/api/types.ts';
import { withValue } from './route.ts';

/** SiteState says how a site stands, the gravest first. */
export type SiteState = 'hazard' | 'overdue' | 'silent' | 'gaps' | 'busy' | 'calm';

/** siteStates lists them, the gravest first. */
export const siteStates: readonly SiteState[] = ['hazard', 'overdue', 'silent', 'gaps', 'busy', 'calm'];

/** Standing is a site with what goes on there now. */
export interface Standing {
  node: SiteNode;
  state: SiteState;
  hazards: number;
  overdue: number;
  open: number;
  /** Every edge of the site is offline: nothing is heard of it. */
  out: boolean;
}

/** isOverdue reports whether nobody has accepted an incident in time; limits are seconds by severity. */
export function isOverdue(incident: Incident, limits: Record<string, number>, now: number): boolean {
  const limit = limits[incident.severity];
  return (
    incident.state === 'raised' &&
    incident.under === undefined &&
    limit !== undefined &&
    now - Date.parse(incident.alarmed_at) > limit * 1000
  );
}

/** matters reports whether an incident belongs to what an inspector looks at first. */
export function matters(incident: Incident, limits: Record<string, number>, now: number): boolean {
  return (
    lifeSafety.includes(incident.class) || incident.class === 'silent' || isOverdue(incident, limits, now)
  );
}

/** standings says how each site of the tree stands, the gravest first, then by name. */
export function standings(tree: RegionTree, incidents: Iterable<Incident>, now: number): Standing[] {
  const all = new Map<string, Standing>();
  for (const node of tree.sites) {
    const { edges, offline } = node.coverage;
    const out = edges > 0 && offline === edges;
    all.set(node.site.id, { node, state: 'calm', hazards: 0, overdue: 0, open: 0, out });
  }
  for (const incident of incidents) {
    const one = all.get(incident.site.id);
    if (one === undefined || incident.state === 'resolved') continue;
    one.open++;
    if (lifeSafety.includes(incident.class)) one.hazards++;
    if (isOverdue(incident, tree.within_s, now)) one.overdue++;
  }
  for (const one of all.values()) one.state = stateOf(one);
  return [...all.values()].sort(
    (a, b) =>
      siteStates.indexOf(a.state) - siteStates.indexOf(b.state) ||
      b.overdue - a.overdue ||
      a.node.site.name.zh.localeCompare(b.node.site.name.zh, 'zh'),
  );
}

function stateOf({ hazards, overdue, open, out, node: { coverage } }: Standing): SiteState {
  if (hazards > 0) return 'hazard';
  if (overdue > 0) return 'overdue';
  if (out) return 'silent';
  if (coverage.silent > 0 || coverage.doubted > 0 || coverage.offline > 0) return 'gaps';
  return open > 0 ? 'busy' : 'calm';
}

/** Reason is why a site should be called; `why` is a key of its texts. */
export interface Reason {
  why: 'hazard' | 'overdue' | 'out' | 'offline' | 'silent' | 'doubted' | 'late' | 'untested';
  count: number;
  judged?: number;
}

/** A quarter of a week's alarms taken too late, and three at least, is a reason to ask how they are. */
const lateShare = 0.25;
const lateAtLeast = 3;

/**
 * reasons says why a site should be called today, the gravest first; none for
 * one that is well. An overdue test alone can wait for the next letter: it is said
 * only beside another reason.
 */
export function reasons(one: Standing, week: ReportLine | undefined): Reason[] {
  const { coverage } = one.node;
  const list: Reason[] = [];
  const add = (why: Reason['why'], count: number) => {
    if (count > 0) list.push({ why, count });
  };
  add('hazard', one.hazards);
  add('overdue', one.overdue);
  if (one.out) add('out', 1);
  else {
    add('offline', coverage.offline);
    add('silent', coverage.silent);
    add('doubted', coverage.doubted);
  }
  if (week !== undefined && week.late.count >= lateAtLeast && week.late_share >= lateShare) {
    list.push({ why: 'late', count: week.late.count, judged: week.judged.count });
  }
  if (list.length > 0) add('untested', coverage.untested);
  return list;
}

/** within lists the sites that lie in a region or below it; all without one. */
export function within(tree: RegionTree, region: string): (node: SiteNode) => boolean {
  if (region === '') return () => true;
  const parent = new Map(tree.regions.map(({ id, parent }) => [id, parent]));
  return (node) => {
    let at: string | undefined = node.region;
    for (let depth = 0; at !== undefined && depth <= parent.size; depth++) {
      if (at === region) return true;
      at = parent.get(at);
    }
    return false;
  };
}

/** below lists the regions right below one, or the topmost. */
export function below(tree: RegionTree, region?: string): RegionNode[] {
  return tree.regions.filter(({ parent }) => parent === region);
}

/**
 * withRegion returns a query for another region. The township, and a site that is
 * not in the region, go: nobody sees them any more, and they would still narrow.
 */
export function withRegion(tree: RegionTree, query: URLSearchParams, region: string): URLSearchParams {
  const next = withValue(query, 'region', region);
  next.delete('township');
  const inside = within(tree, region);
  const here = new Set(tree.sites.filter(inside).map(({ site }) => site.id));
  const sites = next.getAll('site').filter((id) => here.has(id));
  next.delete('site');
  for (const id of sites) next.append('site', id);
  return next;
}
