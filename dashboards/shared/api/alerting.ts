import { api, ask } from './client.ts';
import type { ContactsView, DutyView, IncidentClass, Point, Shelf, TriedResult } from './types.ts';

/** fetchShelves returns what alarms nobody for a time, of one site or of all within scope. */
export async function fetchShelves(site?: string): Promise<Shelf[]> {
  const params = { query: site === undefined ? {} : { site } };
  return (await ask((signal) => api.GET('/api/shelves', { params, signal }))).shelves;
}

/** ShelfWish is a shelf that somebody wants to put up. */
export interface ShelfWish {
  site: string;
  point: string;
  class: IncidentClass;
  minutes: number;
  reason: string;
  /** Who keeps watch instead; needed for fire, gas and carbon monoxide. */
  watch?: string;
}

/** shelve keeps the alarms of a class at a point from people for a time. */
export function shelve(body: ShelfWish): Promise<Shelf> {
  return ask((signal) => api.POST('/api/shelves', { body, signal }));
}

/** unshelve ends a shelf: what goes on there alarms at once. */
export async function unshelve({ site, point, class: of }: Shelf): Promise<void> {
  const params = { query: { site: site.id, point, class: of } };
  await ask((signal) => api.DELETE('/api/shelves', { params, signal }));
}

/** fetchPoints returns the points of a site. */
export async function fetchPoints(site: string): Promise<Point[]> {
  return (await ask((signal) => api.GET('/api/points', { params: { query: { site } }, signal }))).points;
}

/** fetchDuty returns who is on duty at a site now, and the gaps of the next seven days. */
export function fetchDuty(site: string): Promise<DutyView> {
  return ask((signal) => api.GET('/api/sites/{site}/duty', { params: { path: { site } }, signal }));
}

/** fetchContacts returns how the signed-in person is reached. */
export function fetchContacts(): Promise<ContactsView> {
  return ask((signal) => api.GET('/api/me/contacts', { signal }));
}

/** saveContacts replaces it. */
export function saveContacts({ contacts, language }: ContactsView): Promise<ContactsView> {
  return ask((signal) => api.PUT('/api/me/contacts', { body: { contacts, language }, signal }));
}

/** A voice call is placed before the answer comes. */
const tryLimit = 60_000;

/** tryContacts sends a trial by each contact, and returns what became of each in their order. */
export async function tryContacts(): Promise<TriedResult[]> {
  return (await ask((signal) => api.POST('/api/me/contacts/try', { signal }), tryLimit)).results;
}
