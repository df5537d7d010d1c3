import { api, ask } from './client.ts';
import type { components } from './schema.d.ts';

export type Photo = components['schemas']['PhotoView'];

/** slow is how long a photo may take over a weak network, in milliseconds. */
const slow = 30_000;

/** fetchPhotos returns the photos of an incident that are still kept. */
export async function fetchPhotos(id: string): Promise<Photo[]> {
  const params = { path: { id } };
  return (await ask((signal) => api.GET('/api/incidents/{id}/photos', { params, signal }))).photos;
}

/** fetchPicture returns one photo of an incident. */
export function fetchPicture(id: string, photo: string): Promise<Blob> {
  const params = { path: { id, photo } };
  return ask(
    (signal) => api.GET('/api/incidents/{id}/photos/{photo}', { params, signal, parseAs: 'blob' }),
    slow,
  );
}

/** addPhoto sends a photo. It is never kept for later: the error says that it is not there. */
export function addPhoto(id: string, picture: Blob): Promise<Photo> {
  const params = { path: { id } };
  return ask(
    (signal) =>
      api.POST('/api/incidents/{id}/photos', {
        params,
        body: '',
        bodySerializer: () => picture,
        headers: { 'Content-Type': picture.type },
        signal,
      }),
    slow,
  );
}
