import { api, ask } from './client.ts';
import type { components } from './schema.d.ts';

type Schemas = components['schemas'];

export type Homes = Schemas['Homes'];
export type Village = Schemas['Village'];
export type Home = Schemas['Home'];
export type HomeState = Home['state'];
export type Calls = Schemas['Calls'];
export type Elder = Schemas['CallElder'];
export type Whom = Schemas['CallWhom'];
export type Try = Schemas['CallTry'];
export type CallOutcome = Try['outcome'];

/** fetchHomes returns the private homes within scope by village, and how each stands. */
export function fetchHomes(): Promise<Homes> {
  return ask((signal) => api.GET('/api/homes', { signal }));
}

/** fetchCalls returns whom to call about an incident, how to get in, and what was tried. */
export function fetchCalls(id: string): Promise<Calls> {
  return ask((signal) => api.GET('/api/incidents/{id}/calls', { params: { path: { id } }, signal }));
}

/** logCall tells that somebody was called about an incident, and what came of it. */
export function logCall(id: string, to: string, outcome: CallOutcome): Promise<Calls> {
  const params = { path: { id } };
  return ask((signal) => api.POST('/api/incidents/{id}/calls', { params, body: { to, outcome }, signal }));
}
