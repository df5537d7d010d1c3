import { siteStates, type SiteState, type Standing } from './standing.ts';

/** Mark is one site on the map, or several that lie too close to be told apart. */
export interface Mark {
  x: number;
  y: number;
  sites: Standing[];
  /** The gravest of them. */
  state: SiteState;
}

/** Line is one line of the graticule with its degrees. */
export interface Line {
  at: number;
  label: string;
}

/** Sketch is a map in pixels; y grows downwards, so north is up. */
export interface Sketch {
  marks: Mark[];
  meridians: Line[];
  parallels: Line[];
  /** The bar of the scale. */
  scale: { pixels: number; metres: number };
  /** Sites of which no place is known. */
  unplaced: Standing[];
}

const metresPerDegree = 111_320;
const margin = 44;
/** Marks nearer than this cannot be hit one by one. */
const apart = 40;
/** A single village fills no more than this many metres, so that it is not blown up. */
const leastSpan = 500;

/** niceBelow is the greatest of 1, 2, 5, 10, … times a power of ten that is not above a value. */
export function niceBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = value / power;
  return (digit >= 5 ? 5 : digit >= 2 ? 2 : 1) * power;
}

/**
 * sketch places sites on a map of so many pixels. A degree of longitude is drawn
 * as long as it is at the middle of them; within a city nobody sees the difference.
 */
export function sketch(sites: readonly Standing[], width: number, height: number): Sketch {
  const placed = sites.flatMap((one) => {
    const { longitude, latitude } = one.node;
    return longitude === undefined || latitude === undefined ? [] : [{ one, longitude, latitude }];
  });
  const unplaced = sites.filter((one) => one.node.longitude === undefined || one.node.latitude === undefined);
  const empty = { marks: [], meridians: [], parallels: [], scale: { pixels: 0, metres: 0 }, unplaced };
  if (placed.length === 0 || width <= 2 * margin || height <= 2 * margin) return empty;

  const east = placed.map(({ longitude }) => longitude);
  const north = placed.map(({ latitude }) => latitude);
  const middle = { longitude: mid(east), latitude: mid(north) };
  const shrink = Math.cos((middle.latitude * Math.PI) / 180);
  const wide = Math.max(span(east) * shrink * metresPerDegree, leastSpan);
  const high = Math.max(span(north) * metresPerDegree, leastSpan);
  const perMetre = Math.min((width - 2 * margin) / wide, (height - 2 * margin) / high);
  const x = (longitude: number) =>
    width / 2 + (longitude - middle.longitude) * shrink * metresPerDegree * perMetre;
  const y = (latitude: number) => height / 2 - (latitude - middle.latitude) * metresPerDegree * perMetre;

  const metres = niceBelow(width / 4 / perMetre);
  return {
    marks: cluster(placed.map(({ one, longitude, latitude }) => ({ x: x(longitude), y: y(latitude), one }))),
    meridians: lines(middle.longitude, width / shrink / metresPerDegree / perMetre, x),
    parallels: lines(middle.latitude, height / metresPerDegree / perMetre, y),
    scale: { pixels: metres * perMetre, metres },
    unplaced,
  };
}

function mid(values: number[]): number {
  return (Math.min(...values) + Math.max(...values)) / 2;
}

function span(values: number[]): number {
  return Math.max(...values) - Math.min(...values);
}

/** lines are the round degrees around a middle, about four of them. */
function lines(middle: number, degrees: number, place: (degree: number) => number): Line[] {
  const step = niceBelow(degrees / 3);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const out: Line[] = [];
  for (let n = Math.ceil((middle - degrees / 2) / step); n * step <= middle + degrees / 2; n++) {
    out.push({ at: place(n * step), label: `${(n * step).toFixed(digits)}°` });
  }
  return out;
}

/** cluster joins what lies too close to the first of a group. */
function cluster(points: { x: number; y: number; one: Standing }[]): Mark[] {
  const marks: Mark[] = [];
  // The gravest first, so that it is they around whom the others gather.
  for (const { x, y, one } of points) {
    const near = marks.find((mark) => Math.hypot(mark.x - x, mark.y - y) < apart);
    if (near === undefined) marks.push({ x, y, sites: [one], state: one.state });
    else {
      near.sites.push(one);
      if (siteStates.indexOf(one.state) < siteStates.indexOf(near.state)) near.state = one.state;
    }
  }
  return marks;
}
