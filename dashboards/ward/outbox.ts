import { actPrefix, type Drawer } from '../shared/kept.ts';

/** Promise is the part of a person's work that may be said without seeing the present: that she goes, or is there. */
export type Promised = 'accept' | 'arrive';

/** Act is one press of a person that the gateway has not answered. */
export interface Act {
  /** The user id of who pressed: it is never sent in the name of another. */
  user: string;
  incident: string;
  verb: Promised;
  /** How many activations she had seen. */
  alarms: number;
  /** When she pressed, by this device's clock; until when it may be sent without asking her again. */
  at: number;
  until: number;
  /** When she pressed first, by the gateway's clock as it was known here. */
  since: number;
  /** It may have reached the gateway: it was sent, and no answer came. */
  tried: boolean;
}

/**
 * For how long a press may be sent without asking again, in milliseconds.
 *
 * Within a house an acceptance lasts three minutes without an arrival, and then
 * the gateway calls the next person. One that is older would have lapsed: sent
 * late it would say that somebody is on her way who has long been there, or
 * somewhere else, and would silence the calls for others. To a private home the
 * gateway allows half an hour; half of that is enough to drive out of a dead
 * spot. That she is there stays true for longer than that she is going.
 */
export function lasts(verb: Promised, kind: string): number {
  return verb === 'arrive' || kind === 'private_home' ? 15 * 60_000 : 3 * 60_000;
}

/** Older ones are not even asked about: the shift is over. */
const forgetAfter = 12 * 60 * 60_000;

/** OutboxOptions is what an outbox needs from its page. */
export interface OutboxOptions {
  user: string;
  drawer: (Drawer & { keys(): string[] }) | undefined;
  /** alone runs work while no other tab does work of the same name; it rejects when that takes too long. */
  alone: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** now is this device's clock in milliseconds since 1970. */
  now: () => number;
}

/**
 * Outbox keeps the presses of one person until the gateway has answered them,
 * one for each incident, also while the page is closed. All tabs share it.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  /** What the browser would not keep. It lasts as long as the page. */
  readonly #unkept = new Map<string, Act>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** all lists what waits, in the order in which it was pressed. */
  all(): Act[] {
    const { drawer } = this.#options;
    const start = this.#key('');
    const kept = (drawer?.keys() ?? []).filter((key) => key.startsWith(start));
    const ids = new Set([...kept.map((key) => key.slice(start.length)), ...this.#unkept.keys()]);
    return [...ids]
      .map((id) => this.get(id))
      .filter((act) => act !== undefined)
      .sort((a, b) => a.at - b.at);
  }

  get(incident: string): Act | undefined {
    let act: Act | undefined;
    try {
      act = JSON.parse(this.#options.drawer?.getItem(this.#key(incident)) ?? 'null') as Act | undefined;
    } catch {
      // What cannot be read cannot be sent.
    }
    act ??= this.#unkept.get(incident);
    if (act === undefined || act.user !== this.#options.user || act.incident !== incident) return undefined;
    const age = this.#options.now() - act.at;
    if (age < forgetAfter) return act;
    this.remove(incident);
    return undefined;
  }

  put(act: Act): void {
    try {
      if (this.#options.drawer === undefined) throw new Error('this browser keeps nothing');
      this.#options.drawer.setItem(this.#key(act.incident), JSON.stringify(act));
      this.#unkept.delete(act.incident);
    } catch {
      this.#unkept.set(act.incident, act);
    }
  }

  remove(incident: string): void {
    this.#unkept.delete(incident);
    try {
      this.#options.drawer?.removeItem(this.#key(incident));
    } catch {
      // It was not kept either.
    }
  }

  /**
   * expired reports whether she has to be asked again. A clock that was set
   * back since proves nothing about the age.
   */
  expired(act: Act): boolean {
    const now = this.#options.now();
    return now < act.at || now > act.until;
  }

  /** now is this device's clock in milliseconds since 1970. */
  now(): number {
    return this.#options.now();
  }

  /** alone is for sending: of several tabs only one does it at a time. */
  alone<T>(incident: string, work: () => Promise<T>): Promise<T> {
    return this.#options.alone(this.#key(incident), work);
  }

  #key(incident: string): string {
    return `${actPrefix}${this.#options.user}.${incident}`;
  }
}

/** How long a tab waits for another one that sends the same. */
const aloneWithin = 15_000;

/** locked is `alone` by the browser's locks; without them (a page without TLS) the gateway alone tells twice from once. */
export function locked<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = (navigator as Partial<Navigator>).locks;
  if (locks === undefined) return work();
  const options = { signal: AbortSignal.timeout(aloneWithin) };
  return new Promise((resolve, reject) => {
    locks.request(name, options, () => work().then(resolve, reject)).catch(reject);
  });
}

/** named is the browser's storage with its names. */
export function named(storage: Storage | undefined): OutboxOptions['drawer'] {
  if (storage === undefined) return undefined;
  return {
    getItem: (key) => storage.getItem(key),
    setItem: (key, value) => storage.setItem(key, value),
    removeItem: (key) => storage.removeItem(key),
    keys: () => Object.keys(storage),
  };
}
