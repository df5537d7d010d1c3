import { api, ask } from './client.ts';
import type { components } from './schema.d.ts';
import type { Me } from './types.ts';

type Schemas = components['schemas'];
export type Now = Schemas['NowView'];
export type ElderNow = Schemas['ElderView'];
export type Wants = Schemas['WantsView'];
export type CodeSent = Schemas['CodeView'];
export type Push = Schemas['PushView'];

/** A code may wait for the service that sends it, in milliseconds. */
const patience = 20_000;

/** fetchNow returns how the elders of the signed-in person are. */
export function fetchNow(): Promise<Now> {
  return ask((signal) => api.GET('/api/family/now', { signal }));
}

/** fetchWants returns what she wants to be told. */
export function fetchWants(): Promise<Wants> {
  return ask((signal) => api.GET('/api/family/wants', { signal }));
}

/** saveWants replaces it. */
export function saveWants(body: Wants): Promise<Wants> {
  return ask((signal) => api.PUT('/api/family/wants', { body, signal }));
}

/** askForCode has a code sent: by what stands in a link, or to a registered number. */
export function askForCode(body: { invitation: string } | { telephone: string }): Promise<CodeSent> {
  return ask((signal) => api.POST('/api/family/codes', { body, signal }), patience);
}

/** comeIn begins the session of whoever got the code; the second step is that of accounts that have one. */
export function comeIn(challenge: string, code: string, second_step?: string): Promise<Me> {
  return ask((signal) => api.POST('/api/family/session', { body: { challenge, code, second_step }, signal }));
}

/** setFirstPassword sets the password of somebody who came in by a code. */
export function setFirstPassword(password: string): Promise<Me> {
  return ask((signal) => api.POST('/api/family/password', { body: { new: password }, signal }), patience);
}

/** fetchPush returns the key with which a browser subscribes; it is empty where the gateway sends nothing to browsers. */
export function fetchPush(): Promise<Push> {
  return ask((signal) => api.GET('/api/family/push', { signal }));
}

/** subscribe has the gateway tell a browser. */
export function subscribe(body: { endpoint: string; keys: { p256dh: string; auth: string } }): Promise<Push> {
  return ask((signal) => api.POST('/api/family/push', { body, signal }));
}

/** unsubscribe ends that. */
export function unsubscribe(endpoint: string): Promise<Push> {
  return ask((signal) => api.DELETE('/api/family/push', { params: { query: { endpoint } }, signal }));
}
