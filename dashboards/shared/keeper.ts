import type { Me } from './api/types.ts';
import { keepHeard, keepPicture, worthKeeping, type Drawer } from './kept.ts';
import type { Picture } from './live.ts';

/** Source is the part of a live client that a keeper reads. */
export interface Source {
  picture: () => Picture;
  /** Milliseconds since the gateway was last heard. */
  status: () => { age: number | undefined };
}

/** Writing costs a few milliseconds; a picture is at most so much older than it says. */
const keepEvery = 2_000;

/**
 * Keeper writes the live picture of one person down as it changes, so that a
 * page that is closed and opened again while the gateway is away has something
 * to show. It never writes a picture that the gateway has not sent.
 */
export class Keeper {
  readonly #me: Me;
  readonly #source: Source;
  readonly #clock: { now(): number };
  readonly #drawer: Drawer | undefined;
  #written: Picture['incidents'] | undefined;
  #heardAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(me: Me, source: Source, clock: { now(): number }, into: Drawer | undefined) {
    this.#me = me;
    this.#source = source;
    this.#clock = clock;
    this.#drawer = into;
  }

  start(): void {
    this.#timer ??= setInterval(this.keep, keepEvery);
    // Before a tablet puts the page to sleep, or closes it.
    globalThis.addEventListener?.('pagehide', this.keep);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    globalThis.removeEventListener?.('pagehide', this.keep);
  }

  readonly keep = (): void => {
    const { incidents, complete } = this.#source.picture();
    const { age } = this.#source.status();
    if (!complete || age === undefined || this.#timer === undefined) return;
    const now = Date.now();
    const heardAt = now - age;
    if (incidents === this.#written && heardAt - this.#heardAt < 1_000) return;
    const offset = this.#clock.now() - now;
    this.#heardAt = heardAt;
    if (incidents === this.#written) {
      try {
        keepHeard(this.#drawer, { at: heardAt, offset });
      } catch {
        // The picture then looks older than it is, which harms nobody.
      }
      return;
    }
    this.#written = incidents;
    keepPicture(this.#drawer, { me: this.#me, ...worthKeeping(incidents.values()), heardAt, offset });
  };
}
