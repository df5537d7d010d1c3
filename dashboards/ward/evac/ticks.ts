import type { Evacuation, EvacuationFloor, Evacuee, Tick } from '../../shared/api/ward.ts';
import { actPrefix, listsKey, type Drawer } from '../../shared/kept.ts';

/** Pending is a tick that the gateway has not answered, with its fire. */
export interface Pending extends Tick {
  incident: string;
}

/** Kept is a list as it was read, for the time when the gateway is away. */
export interface Kept {
  at: number;
  list: Evacuation;
}

/** A shift has passed: who was in the house then helps nobody. */
const keepFor = 12 * 60 * 60 * 1000;

// Ticks are acts; only signing out removes them.
const ticksKey = (user: string) => `${actPrefix}${user}.~ticks`;

/** Lists are those that one person has read, by their site and fire. */
interface Lists {
  user: string;
  lists: Record<string, Kept>;
}

function read<T>(from: Drawer | undefined, key: string, empty: T): T {
  try {
    return (JSON.parse(from?.getItem(key) ?? 'null') as T | null) ?? empty;
  } catch {
    return empty;
  }
}

/** write returns whether a value was kept; where it was not, the one before is still there. */
function write(into: Drawer | undefined, key: string, value: unknown): boolean {
  try {
    into?.setItem(key, JSON.stringify(value));
    return into !== undefined;
  } catch {
    return false;
  }
}

function remove(from: Drawer | undefined, key: string): void {
  try {
    from?.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

/** readList returns the list that was kept of a site: that of the fire, or else the one of any other time. */
export function readList(
  from: Drawer | undefined,
  user: string,
  site: string,
  incident: string | undefined,
  now: number,
): Kept | undefined {
  const lists = listsOf(from, user);
  const fresh = [lists[`${site} ${incident ?? ''}`], lists[`${site} `]].find(
    (kept) => kept !== undefined && now - kept.at >= 0 && now - kept.at < keepFor,
  );
  if (fresh === undefined) return undefined;
  // Of another fire nothing is known but who lives there.
  return { at: fresh.at, list: { ...fresh.list, incident } };
}

function listsOf(from: Drawer | undefined, user: string): Lists['lists'] {
  const kept = read<Partial<Lists>>(from, listsKey, {});
  return kept.user === user ? (kept.lists ?? {}) : {};
}

/** So many lists of fires are kept beside those of the sites themselves. */
const keepFires = 20;

/** keepList keeps a list as it was read. Lists that are too old or too many go, and those of anybody else. */
export function keepList(into: Drawer | undefined, user: string, list: Evacuation, now: number): void {
  const next = Object.fromEntries(
    Object.entries(listsOf(into, user)).filter(([, { at }]) => now - at >= 0 && now - at < keepFor),
  );
  next[`${list.site.id} ${list.incident ?? ''}`] = { at: now, list };
  const fires = Object.entries(next).filter(([, one]) => one.list.incident !== undefined);
  fires.sort(([, a], [, b]) => b.at - a.at);
  for (const [key] of fires.slice(keepFires)) delete next[key];
  const kept: Lists = { user, lists: next };
  write(into, listsKey, kept);
}

/** readTicks returns the ticks that wait to be sent, in the order in which they were made. */
export function readTicks(from: Drawer | undefined, user: string): Pending[] {
  const ticks = read<Pending[]>(from, ticksKey(user), []);
  return Array.isArray(ticks) ? ticks : [];
}

/** keepTicks replaces them, and returns whether they were kept. */
export function keepTicks(into: Drawer | undefined, user: string, ticks: readonly Pending[]): boolean {
  if (ticks.length > 0 && write(into, ticksKey(user), ticks)) return true;
  remove(into, ticksKey(user));
  return ticks.length === 0;
}

/** withTicks is a list with the ticks that the gateway does not know yet: the latest by time counts. */
export function withTicks(list: Evacuation, ticks: readonly Pending[], name: string): Evacuation {
  const mine = ticks.filter(({ incident }) => incident === list.incident);
  if (mine.length === 0) return list;
  const person = (of: Evacuee): Evacuee =>
    mine
      .filter(({ resident }) => resident === of.id)
      .reduce<Evacuee>(
        (now, { out, at }) =>
          now.by === undefined || Date.parse(at) >= Date.parse(now.by.at)
            ? { ...now, out, by: { name, at, means: 'screen' } }
            : now,
        of,
      );
  return { ...list, floors: list.floors.map((f) => ({ ...f, people: f.people.map(person) })) };
}

/** Counts are the large numbers above a list. */
export interface Counts {
  inside: number;
  out: number;
  away: number;
}

/** countsOf counts a floor. Who was seen outside is out, also when he counted as away. */
export function countsOf({ people }: Pick<EvacuationFloor, 'people'>): Counts {
  const out = people.filter((p) => p.out).length;
  // Who was ticked as inside is there, whatever was recorded before.
  const away = people.filter((p) => !p.out && p.away && p.by === undefined).length;
  return { out, away, inside: people.length - out - away };
}

/** Read is a list as it was read, with the answer to a tick that was known when the reading began. */
export interface Read {
  list: Evacuation;
  after: Evacuation | undefined;
}

/** Shown is the list to show, and when it was made where that is not the present, in milliseconds since 1970. */
export interface Shown {
  list: Evacuation;
  keptAt: number | undefined;
}

/**
 * newest picks the list to show. The answer to a tick goes before what was asked
 * for earlier; a kept list goes before none, since nobody waits while it burns.
 */
export function newest(
  read: Read | undefined,
  answer: Evacuation | undefined,
  kept: Kept | undefined,
  failed: boolean,
): Shown | undefined {
  const list = answer !== undefined && answer !== read?.after ? answer : read?.list;
  if (list !== undefined) return { list, keptAt: failed ? Date.parse(list.time) : undefined };
  return kept === undefined ? undefined : { list: kept.list, keptAt: kept.at };
}
