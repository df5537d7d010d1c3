import { api, ask } from '../shared/api/client.ts';
import type { CarePlan, DocumentView, ResidentEntry } from '../shared/api/types.ts';

/** Kind is a plan of a site that leaders edit as text. */
export type Kind = 'roster' | 'ladders' | 'rules';

/** fetchDocument returns a plan of a site. */
export function fetchDocument(site: string, kind: Kind): Promise<DocumentView> {
  return ask((signal) => api.GET('/api/sites/{site}/{kind}', { params: { path: { site, kind } }, signal }));
}

/** saveDocument replaces a plan, unless another one was saved since the revision that was read. */
export function saveDocument(
  site: string,
  kind: Kind,
  text: string,
  revision: number,
): Promise<DocumentView> {
  const body = { text, revision };
  return ask((signal) =>
    api.PUT('/api/sites/{site}/{kind}', { params: { path: { site, kind } }, body, signal }),
  );
}

/** fetchResidents returns the residents of a site. */
export async function fetchResidents(site: string): Promise<ResidentEntry[]> {
  return (await ask((signal) => api.GET('/api/residents', { params: { query: { site } }, signal })))
    .residents;
}

/** saveConsent records that the family may be informed, or no longer. */
export function saveConsent(id: string, given: boolean, note: string): Promise<ResidentEntry> {
  const params = { path: { id } };
  return ask((signal) => api.PUT('/api/residents/{id}/consent', { params, body: { given, note }, signal }));
}

/** fetchCarePlan returns what of a resident's doings is an alarm, and when he is away. */
export function fetchCarePlan(id: string): Promise<CarePlan> {
  return ask((signal) => api.GET('/api/residents/{id}/care', { params: { path: { id } }, signal }));
}

/** saveCarePlan replaces it, unless another one was saved since. */
export function saveCarePlan(id: string, { rules, away, revision }: CarePlan): Promise<CarePlan> {
  const body = { rules, away, revision };
  return ask((signal) => api.PUT('/api/residents/{id}/care', { params: { path: { id } }, body, signal }));
}
