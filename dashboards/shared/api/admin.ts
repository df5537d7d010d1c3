import { api, ask, problemOf, Refused } from './client.ts';
import type { components } from './schema.d.ts';

type Schemas = components['schemas'];
export type Register = Schemas['Register'];
export type Outcome = Schemas['Outcome'];
export type RowMistake = Schemas['RowMistake'];
export type RowState = Schemas['RowState'];
export type SiteForm = Schemas['SiteForm'];
export type ZoneForm = Schemas['ZoneForm'];
export type EdgeForm = Schemas['EdgeForm'];
export type PointForm = Schemas['PointForm'];
export type ResidentForm = Schemas['ResidentForm'];
export type UserForm = Schemas['UserForm'];
export type Rows = Schemas['SaveRowsRequestBody'];
export type Once = Schemas['OnceView'];
export type Channel = Schemas['ChannelView'];
export type TriedChannel = Schemas['TriedChannel'];
export type Walk = Schemas['WalkView'];
export type Walks = Schemas['WalksView'];
export type Sheet = Schemas['SheetView'];
export type SheetLine = Schemas['SheetLine'];

/** slow is how long a change of many rows may take, in milliseconds. */
const slow = 30_000;

/** fetchRegister returns what is registered: of one site, or of the whole without what is in the sites. */
export function fetchRegister(site: string | undefined): Promise<Register> {
  return ask((signal) => api.GET('/api/admin/register', { params: { query: { site } }, signal }), slow);
}

/** saveRows enters or changes rows, all or none. */
export function saveRows(body: Rows): Promise<Outcome> {
  return ask((signal) => api.POST('/api/admin/rows', { body, signal }), slow);
}

/** removeRegion removes a region in which nothing stands. */
export function removeRegion(region: string): Promise<Outcome> {
  const params = { path: { region } };
  return ask((signal) => api.DELETE('/api/admin/regions/{region}', { params, signal }));
}

/** fetchChannels lists the channels by which people are reached. */
export async function fetchChannels(): Promise<Channel[]> {
  return (await ask((signal) => api.GET('/api/channels', { signal }))).channels;
}

/** tryChannel sends a trial to an address, and returns what the service answered. */
export function tryChannel(channel: string, address: string, language: 'zh' | 'en'): Promise<TriedChannel> {
  const params = { path: { channel } };
  return ask(
    (signal) => api.POST('/api/channels/{channel}/try', { params, body: { address, language }, signal }),
    slow,
  );
}

/** resetPassword gives a user a password for one sign-in. */
export function resetPassword(user: string, secondStep: boolean): Promise<Once> {
  const params = { path: { user } };
  return ask((signal) =>
    api.POST('/api/admin/users/{user}/password', { params, body: { second_step: secondStep }, signal }),
  );
}

/** resetPIN gives a user a new PIN for stations. */
export function resetPIN(user: string): Promise<Once> {
  const params = { path: { user } };
  return ask((signal) => api.POST('/api/admin/users/{user}/pin', { params, signal }));
}

/** rotateSecret gives an edge a new secret. */
export function rotateSecret(site: string, edge: string): Promise<Once> {
  const params = { path: { site, edge } };
  return ask((signal) => api.POST('/api/admin/sites/{site}/edges/{edge}/secret', { params, signal }));
}

/** replacePoint says that another device stands in the place of one, under an id of its own or the old one. */
export function replacePoint(site: string, point: string, other: string): Promise<Outcome> {
  const params = { path: { site, point } };
  const body = other === '' ? {} : { with: other };
  return ask((signal) =>
    api.POST('/api/admin/sites/{site}/points/{point}/replace', { params, body, signal }),
  );
}

/** moveResident gives a resident another bed. */
export function moveResident(resident: string, zone: string, bed: string): Promise<Outcome> {
  const params = { path: { resident } };
  return ask((signal) =>
    api.POST('/api/admin/residents/{resident}/move', { params, body: { zone, bed }, signal }),
  );
}

/** leave says that a resident has left, or that he has not after all. */
export function leave(resident: string, left: boolean): Promise<Outcome> {
  const params = { path: { resident } };
  return ask((signal) =>
    left
      ? api.POST('/api/admin/residents/{resident}/leave', { params, signal })
      : api.POST('/api/admin/residents/{resident}/return', { params, signal }),
  );
}

/** importFile brings a file in, or with no revision says what it would do. */
export async function importFile(
  format: 'yaml' | 'xlsx',
  file: Blob,
  revision: string | undefined,
): Promise<Outcome> {
  const query = revision === undefined ? '' : `?apply=true&revision=${encodeURIComponent(revision)}`;
  const response = await fetch(`/api/admin/import/${format}${query}`, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: file,
    signal: AbortSignal.timeout(slow),
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw new Refused(problemOf(response.status, body));
  return body as Outcome;
}

/** fetchWalks lists walk tests: of one site, or of all. */
export function fetchWalks(site?: string): Promise<Walks> {
  return ask((signal) => api.GET('/api/walk-tests', { params: { query: { site } }, signal }));
}

/** startWalk begins a walk test. */
export function startWalk(site: string, floor: string, minutes: number): Promise<Walk> {
  return ask((signal) => api.POST('/api/walk-tests', { body: { site, floor, minutes }, signal }));
}

/** fetchSheet returns the sheet of a walk test. */
export function fetchSheet(test: string): Promise<Sheet> {
  return ask((signal) => api.GET('/api/walk-tests/{test}', { params: { path: { test } }, signal }));
}

/** endWalk ends a walk test. */
export function endWalk(test: string): Promise<unknown> {
  return ask((signal) => api.POST('/api/walk-tests/{test}/end', { params: { path: { test } }, signal }));
}

/** disown makes an alarm of a trigger that was nobody's who walks. */
export function disown(
  test: string,
  point: string,
  kind: SheetLine['ticks'][number]['class'],
): Promise<unknown> {
  const params = { path: { test } };
  return ask((signal) =>
    api.POST('/api/walk-tests/{test}/alarm', { params, body: { point, class: kind }, signal }),
  );
}
