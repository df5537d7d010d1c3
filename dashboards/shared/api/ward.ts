import { api, ask } from './client.ts';
import type { components } from './schema.d.ts';

type Schemas = components['schemas'];

export type FloorPlan = Schemas['FloorPlan'];
export type Floor = Schemas['PlanFloor'];
export type Zone = Schemas['PlanZone'];
export type Sign = Schemas['PlanSign'];
export type PlaceState = Zone['state'];
export type Evacuation = Schemas['Evacuation'];
export type EvacuationFloor = Schemas['EvacuationFloor'];
export type Evacuee = Schemas['Evacuee'];
export type Tick = Schemas['EvacuationTick'];
export type HandoverPage = Schemas['HandoverPage'];
export type HandoverView = Schemas['HandoverView'];
export type HandoverDetail = Schemas['HandoverDetail'];
export type ShiftPage = Schemas['ShiftPage'];
export type ResidentPage = Schemas['ResidentPage'];
export type ResidentCharts = Schemas['ResidentCharts'];
export type Chart = Schemas['ResidentChart'];
export type Reachable = Schemas['Reachable'];

/** fetchFloorPlan returns the floors of a site with the state of each room and bed. */
export function fetchFloorPlan(site: string): Promise<FloorPlan> {
  return ask((signal) => api.GET('/api/floor-plan', { params: { query: { site } }, signal }));
}

/** fetchDrawing returns the drawing of a floor that somebody brought. */
export async function fetchDrawing(site: string, floor: string): Promise<string> {
  const params = { query: { site, floor } };
  return (await ask((signal) => api.GET('/api/floor-drawing', { params, signal }))).svg;
}

/** saveDrawing brings a drawing of a floor; an empty one removes it. */
export async function saveDrawing(site: string, floor: string, svg: string): Promise<void> {
  await ask((signal) => api.PUT('/api/floor-drawing', { body: { site, floor, svg }, signal }));
}

/** fetchEvacuation returns who has to be brought out of a site, in the order for a fire where one is named. */
export function fetchEvacuation(site: string, incident?: string): Promise<Evacuation> {
  const params = { query: { site, incident } };
  return ask((signal) => api.GET('/api/evacuation', { params, signal }));
}

/** sendTicks says of residents that they are out, or inside after all. */
export function sendTicks(incident: string, ticks: Tick[]): Promise<Evacuation> {
  return ask((signal) => api.POST('/api/evacuation', { body: { incident, ticks }, signal }));
}

/** setAway records that a resident is not in the house, or is again. */
export async function setAway(id: string, away: boolean): Promise<void> {
  const params = { path: { id } };
  await ask((signal) => api.PUT('/api/residents/{id}/away', { params, body: { away }, signal }));
}

/** fetchHandoverPage returns what has to be handed on since the hand-over before. */
export function fetchHandoverPage(site: string): Promise<HandoverPage> {
  return ask((signal) => api.GET('/api/handover', { params: { query: { site } }, signal }));
}

/** handOver hands the shift on; `partner` is who comes, where she signs at the same screen. */
export function handOver(
  site: string,
  digest: string,
  note: string,
  partner?: { user: string; secret: string },
): Promise<HandoverView> {
  const body = { site, digest, note: note === '' ? undefined : note, with: partner };
  return ask((signal) => api.POST('/api/handover', { body, signal }), 20_000);
}

/** takeOver signs a hand-over as who comes. */
export function takeOver(id: string): Promise<HandoverView> {
  return ask((signal) => api.POST('/api/handovers/{id}/sign', { params: { path: { id } }, signal }));
}

/** fetchHandovers returns the latest hand-overs of a site. */
export async function fetchHandovers(site: string): Promise<HandoverView[]> {
  const params = { query: { site } };
  return (await ask((signal) => api.GET('/api/handovers', { params, signal }))).handovers;
}

/** fetchHandover returns a former hand-over with what was on its page. */
export function fetchHandover(id: string): Promise<HandoverDetail> {
  return ask((signal) => api.GET('/api/handovers/{id}', { params: { path: { id } }, signal }));
}

/** fetchResident returns what staff has to know of a resident; the gateway logs the look. */
export function fetchResident(id: string): Promise<ResidentPage> {
  return ask((signal) => api.GET('/api/residents/{id}', { params: { path: { id } }, signal }));
}

/** fetchCharts returns the readings around one of his incidents. */
export function fetchCharts(id: string, incident: string): Promise<ResidentCharts> {
  const params = { path: { id }, query: { incident } };
  return ask((signal) => api.GET('/api/residents/{id}/charts', { params, signal }), 20_000);
}
