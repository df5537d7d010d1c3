import { api, ask } from './client.ts';
import type { components, paths } from './schema.d.ts';

// What inspectors ask the gateway. Each question is a query string as it stands in
// the address of the page, so that a figure of a report is a link to its rows.

type Schemas = components['schemas'];

export type RegionTree = Schemas['RegionTree'];
export type RegionNode = Schemas['RegionNode'];
export type SiteNode = Schemas['SiteNode'];
export type SiteLook = Schemas['SiteLook'];
export type IncidentRow = Schemas['IncidentRow'];
export type IncidentTable = Schemas['IncidentTable'];
export type SiteRow = Schemas['SiteRow'];
export type GapRow = Schemas['GapRow'];
export type Gap = GapRow['gaps'][number];
export type RegionReport = Schemas['RegionReport'];
export type ReportLine = Schemas['ReportLine'];
export type MonthLine = Schemas['MonthLine'];
export type CoverageLine = Schemas['CoverageLine'];
export type Figure = Schemas['Figure'];
export type Answer = NonNullable<IncidentRow['answer']>;

type Query<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? Q : never;

/** Reports of a year read much; they may take longer than a click. */
const patient = 20_000;

/** asked turns a query string into what the typed client sends; a key may come several times. */
function asked<Q>(query: URLSearchParams, lists: readonly string[]): Q {
  const out: Record<string, string | string[]> = {};
  for (const key of new Set(query.keys())) {
    out[key] = lists.includes(key) ? query.getAll(key) : (query.get(key) ?? '');
  }
  return out as Q;
}

const lists = ['group', 'class', 'state', 'cause', 'answer', 'gap', 'kind', 'column'];

/** fetchTree returns the regions and sites of the viewer. */
export function fetchTree(): Promise<RegionTree> {
  return ask((signal) => api.GET('/api/inspect/tree', { signal }));
}

/** fetchSite returns one site; the gateway logs the look. */
export function fetchSite(site: string): Promise<SiteLook> {
  return ask((signal) => api.GET('/api/inspect/sites/{site}', { params: { path: { site } }, signal }));
}

/** fetchRows returns a page of the table of incidents. */
export function fetchRows(query: URLSearchParams): Promise<IncidentTable> {
  const params = { query: asked<Query<'/api/inspect/incidents'>>(query, lists) };
  return ask((signal) => api.GET('/api/inspect/incidents', { params, signal }), patient);
}

/** excelAddress is where the same rows of a table are to be had as an Excel file. */
export function excelAddress(
  table: 'incidents' | 'coverage' | 'sites' | 'report',
  query: URLSearchParams,
  columns: readonly string[],
): string {
  const all = new URLSearchParams(query);
  for (const column of columns) all.append('column', column);
  return `/api/inspect/${table}.xlsx?${all}`;
}

/** fetchSites returns the table of sites. */
export function fetchSites(query: URLSearchParams): Promise<Schemas['SiteTable']> {
  const params = { query: asked<Query<'/api/inspect/sites'>>(query, lists) };
  return ask((signal) => api.GET('/api/inspect/sites', { params, signal }));
}

/** fetchGaps returns what would not be noticed. */
export function fetchGaps(query: URLSearchParams): Promise<Schemas['CoverageTable']> {
  const params = { query: asked<Query<'/api/inspect/coverage'>>(query, lists) };
  return ask((signal) => api.GET('/api/inspect/coverage', { params, signal }));
}

/** fetchReport returns the figures of a period. */
export function fetchReport(query: URLSearchParams): Promise<RegionReport> {
  const params = { query: asked<NonNullable<Query<'/api/inspect/report'>>>(query, ['sort']) };
  return ask((signal) => api.GET('/api/inspect/report', { params: params as never, signal }), patient);
}
