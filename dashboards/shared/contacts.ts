import type { ContactsView } from './api/types.ts';

/** Contact is one way to reach a person. */
export type Contact = ContactsView['contacts'][number];

/** moved is the list with one entry moved up (-1) or down (1); at an end it stays. */
export function moved(list: readonly Contact[], index: number, by: -1 | 1): Contact[] {
  const next = [...list];
  const other = index + by;
  const [a, b] = [next[index], next[other]];
  if (a !== undefined && b !== undefined) [next[index], next[other]] = [b, a];
  return next;
}

/** changed reports whether somebody has changed what was read. */
export function changed(read: ContactsView, now: Pick<ContactsView, 'contacts' | 'language'>): boolean {
  return read.language !== now.language || JSON.stringify(read.contacts) !== JSON.stringify(now.contacts);
}
