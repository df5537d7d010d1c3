/** Shell is what the service worker keeps: the files of a build that open a page without the gateway. */
export interface Shell {
  /** Changes with any of the files. */
  version: string;
  /** Addresses of files, pages with their slash. */
  files: string[];
}

/** Pages that open without the gateway. The root is the gateway's to decide while it answers. */
export const pages = ['/ward/', '/community/', '/family/'];

/** Way says from where a request is answered: as if there were no worker, from what is kept, or from the gateway first. */
export type Way = 'network' | 'kept' | 'gateway first';

/**
 * wayOf decides about a request of this origin. Nothing of the API is ever
 * kept: an answer about people, or an act, comes from the gateway or not at all.
 */
export function wayOf(method: string, path: string, navigates: boolean): Way {
  if (method !== 'GET') return 'network';
  if (navigates) {
    if (pages.includes(path)) return 'kept';
    return path === '/' ? 'gateway first' : 'network';
  }
  return path.startsWith('/assets/') || path === '/favicon.svg' ? 'kept' : 'network';
}
