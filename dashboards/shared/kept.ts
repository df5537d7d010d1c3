import type { Incident, Me } from './api/types.ts';

/** What a browser keeps is text by name; localStorage is one, a test brings its own. */
export type Drawer = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Kept is the last picture of a page with the person for whom it was made. */
export interface Kept {
  me: Me;
  incidents: readonly Incident[];
  /** How many more there were that did not fit. */
  cut: number;
  /** When the gateway was last heard, by this device's clock, in milliseconds since 1970. */
  heardAt: number;
  /** By how many milliseconds the gateway's clock was ahead of this device's. */
  offset: number;
}

const pictureKey = 'shouwang.picture';
const heardKey = 'shouwang.heard';

/** Under this name evacuation lists are kept. They are about people, and go with the picture. */
export const listsKey = 'shouwang.lists';

/** The names of acts and ticks that nobody has answered begin so. They stay until somebody signs out. */
export const actPrefix = 'shouwang.act.';

/** Raised when the shape of what is kept changes: a page never reads that of another one. */
const shape = 1;

/** A shift has passed: such a picture helps nobody and is still about people. */
export const keepFor = 12 * 60 * 60 * 1000;

/** Of a flood only so many are kept; the page says how many more there were. */
export const keepMost = 300;

interface Picture {
  shape: number;
  me: Me;
  incidents: readonly Incident[];
  cut: number;
}

interface Heard {
  at: number;
  offset: number;
}

/** drawer is what this browser keeps beyond the page; undefined where it keeps nothing. */
export function drawer(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}

/**
 * keepPicture writes the picture down and returns whether it could. When it
 * could not, nothing is kept: an older picture must not pass for this one.
 */
export function keepPicture(into: Drawer | undefined, kept: Kept): boolean {
  const { me, incidents, cut, heardAt, offset } = kept;
  const picture: Picture = { shape, me, incidents, cut };
  try {
    into?.setItem(pictureKey, JSON.stringify(picture));
    keepHeard(into, { at: heardAt, offset });
    return true;
  } catch {
    // The lists of who has to be brought out stay: they need less room, and say how old they are.
    drop(into, pictureKey, heardKey);
    return false;
  }
}

/** keepHeard notes that the kept picture was still true at a moment. */
export function keepHeard(into: Drawer | undefined, heard: Heard): void {
  into?.setItem(heardKey, JSON.stringify(heard));
}

/** forgetPicture removes what is kept about people, evacuation lists included. It never fails. */
export function forgetPicture(from: Drawer | undefined): void {
  drop(from, pictureKey, heardKey, listsKey);
}

function drop(from: Drawer | undefined, ...names: string[]): void {
  try {
    for (const name of names) from?.removeItem(name);
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}

/**
 * readPicture returns the picture that was kept, unless it is too old, or its
 * age cannot be told because the clock of this device was set back since.
 */
export function readPicture(from: Drawer | undefined, now: number): Kept | undefined {
  try {
    const picture = JSON.parse(from?.getItem(pictureKey) ?? 'null') as Picture | null;
    const heard = JSON.parse(from?.getItem(heardKey) ?? 'null') as Heard | null;
    if (picture?.shape === shape && heard !== null) {
      const age = now - heard.at;
      if (age >= 0 && age < keepFor) {
        const { me, incidents, cut } = picture;
        return { me, incidents, cut, heardAt: heard.at, offset: heard.offset };
      }
    }
  } catch {
    // What cannot be read is as good as nothing.
  }
  forgetPicture(from);
  return undefined;
}

/** worthKeeping picks what is kept of a picture: what is open goes before what is over. */
export function worthKeeping(incidents: Iterable<Incident>): Pick<Kept, 'incidents' | 'cut'> {
  const all = [...incidents];
  const open = all.filter(({ state }) => state !== 'resolved');
  const over = all.filter(({ state }) => state === 'resolved');
  const kept = [...open, ...over].slice(0, keepMost);
  return { incidents: kept, cut: all.length - kept.length };
}
