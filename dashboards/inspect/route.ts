import { useSyncExternalStore } from 'react';

/** View is one of the faces of the inspectors' page. */
export type View = 'now' | 'site' | 'sites' | 'incidents' | 'coverage' | 'report';

const views: readonly View[] = ['now', 'site', 'sites', 'incidents', 'coverage', 'report'];

/** viewOf is the face that an address asks for; an unknown one is what goes on now. */
export function viewOf(query: URLSearchParams): View {
  const asked = query.get('view');
  return views.find((view) => view === asked) ?? 'now';
}

/** addressOf is the address of a face with what it is asked. */
export function addressOf(view: View, query: URLSearchParams | Record<string, string> = {}): string {
  const all = new URLSearchParams(query);
  all.delete('view');
  // The face comes first, so that addresses of one kind look alike.
  const rest = all.toString();
  if (view === 'now') return rest === '' ? '/inspect/' : `/inspect/?${rest}`;
  return `/inspect/?view=${view}${rest === '' ? '' : `&${rest}`}`;
}

/** askedOf is what an address asks of its face. */
export function askedOf(query: URLSearchParams): URLSearchParams {
  const rest = new URLSearchParams(query);
  rest.delete('view');
  return rest;
}

/** withValue returns a query with another value of a key; an empty one takes the key away. */
export function withValue(query: URLSearchParams, key: string, value: string): URLSearchParams {
  const next = new URLSearchParams(query);
  if (value === '') next.delete(key);
  else next.set(key, value);
  // What is narrowed or sorted anew begins on its first page.
  if (key !== 'offset') next.delete('offset');
  return next;
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('popstate', listener);
  };
}

/** visit opens another address of the page without loading it again; `replace` leaves no step to go back to. */
export function visit(address: string, replace = false): void {
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  for (const listener of listeners) listener();
  if (!replace) scrollTo(0, 0);
}

/** useAddress returns the query of the address and draws again when it changes. */
export function useAddress(): URLSearchParams {
  return new URLSearchParams(useSyncExternalStore(subscribe, () => location.search));
}
