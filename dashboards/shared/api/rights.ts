import { api, ask } from './client.ts';
import type { components } from './schema.d.ts';

type Schemas = components['schemas'];

export type Invitation = Schemas['InvitationView'];
export type EraseReason = NonNullable<Schemas['EraseRequestBody']['reason']>;

/** slow is how long all that is kept of somebody may take, in milliseconds. */
const slow = 60_000;

/** inviteFamily makes the link by which a relative comes in; the one before it is over. */
export function inviteFamily(user: string): Promise<Invitation> {
  return ask((signal) => api.POST('/api/family/invitations', { body: { user }, signal }));
}

/** fetchExport returns a zip of what is kept of a resident; the gateway logs it. */
export function fetchExport(id: string): Promise<Blob> {
  const params = { path: { id } };
  return ask(
    (signal) => api.GET('/api/privacy/residents/{id}/export', { params, signal, parseAs: 'blob' }),
    slow,
  );
}

/** eraseResident erases what is kept of a resident, whose name was typed once more. */
export async function eraseResident(id: string, name: string, reason: EraseReason): Promise<void> {
  const params = { path: { id } };
  await ask(
    (signal) => api.POST('/api/privacy/residents/{id}/erase', { params, body: { name, reason }, signal }),
    slow,
  );
}
