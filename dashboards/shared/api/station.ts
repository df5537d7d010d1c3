import { api, ask } from './client.ts';
import type { components } from './schema.d.ts';

type Schemas = components['schemas'];

export type Tile = Schemas['TileView'];
export type HandView = Schemas['HandView'];
export type BoardReport = Schemas['BoardReport'];

/** fetchTiles lists who works where the station stands, those on duty first. */
export async function fetchTiles(): Promise<Tile[]> {
  return (await ask((signal) => api.GET('/api/station/people', { signal }))).people;
}

/** takeHand says who is at the station. */
export function takeHand(proof: { user: string; pin: string } | { badge: string }): Promise<HandView> {
  return ask((signal) => api.POST('/api/station/hand', { body: proof, signal }));
}

/** dropHand says that she is done. It never fails: the hand ends by itself. */
export async function dropHand(): Promise<void> {
  try {
    await ask((signal) => api.DELETE('/api/station/hand', { signal }));
  } catch {
    // The gateway is away; nothing acts without it either.
  }
}

/** quietStation writes down that the sound is held. */
export async function quietStation(): Promise<void> {
  await ask((signal) => api.POST('/api/station/quiet', { signal }));
}

/** setPIN sets one's own PIN for stations. */
export async function setPIN(password: string, pin: string): Promise<void> {
  await ask((signal) => api.PUT('/api/me/pin', { body: { password, pin }, signal }));
}
