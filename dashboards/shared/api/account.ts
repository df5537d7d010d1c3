import { api, ask } from './client.ts';
import type { components } from './schema.d.ts';
import type { Me } from './types.ts';

/** SecondStep is a secret that is offered for an authenticator app. */
export type SecondStep = components['schemas']['SecondStepView'];

/** AuditPage is a page of the log of the gateway. */
export type AuditPage = components['schemas']['AuditView'];

/** changePassword sets one's own password. */
export function changePassword(current: string, next: string): Promise<Me> {
  return ask((signal) => api.PUT('/api/me/password', { body: { current, new: next }, signal }));
}

/** offerSecondStep gets a secret; it counts once confirmSecondStep had a code of it. */
export function offerSecondStep(password: string): Promise<SecondStep> {
  return ask((signal) => api.POST('/api/me/second-step', { body: { password }, signal }));
}

/** confirmSecondStep turns the second step on. */
export function confirmSecondStep(code: string): Promise<Me> {
  return ask((signal) => api.PUT('/api/me/second-step', { body: { code }, signal }));
}

/** endSecondStep turns it off. */
export function endSecondStep(password: string): Promise<Me> {
  return ask((signal) => api.DELETE('/api/me/second-step', { body: { password }, signal }));
}

/** waysToSignIn says how one can sign in besides the password. */
export function waysToSignIn(): Promise<components['schemas']['WaysView']> {
  return ask((signal) => api.GET('/api/session/ways', { signal }));
}

/** fetchAudit returns rows of the log of the gateway, the newest first. */
export function fetchAudit(before?: number): Promise<AuditPage> {
  return ask((signal) => api.GET('/api/audit', { params: { query: { before } }, signal }));
}
