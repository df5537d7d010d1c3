import type { Board, Frame, Hello, Incident } from './api/types.ts';
import type { ServerClock, Steady } from './clock.ts';
import { fellBack } from './order.ts';

type Act = NonNullable<Incident['accepted']>;

/** Link says how the live channel stands. */
export type Link = 'connecting' | 'live' | 'reconnecting';

/** Picture is all that a live page shows. It is replaced, never changed. */
export interface Picture {
  /** Open incidents, and those resolved within the last hour, by id. */
  readonly incidents: ReadonlyMap<string, Incident>;
  /** Who had accepted what is raised again because nobody arrived, by id, as far as this screen saw it. */
  readonly returned: ReadonlyMap<string, Act>;
  readonly link: Link;
  /** False until the first whole picture has come. */
  readonly complete: boolean;
  /** What is shown until then is of an earlier page, and so many incidents of it were not kept. */
  readonly kept?: { readonly cut: number };
}

/** Status is what the connection bar tells. */
export interface Status {
  link: Link | 'offline';
  /** Milliseconds since the gateway was last heard; undefined when it never was. */
  age: number | undefined;
  /** True while the picture is so old that nobody must rely on it, or there is none and none comes. */
  stale: boolean;
  /** True while the picture comes by asking for it, since the live channel is blocked. */
  polling: boolean;
}

/** Socket is the part of a WebSocket that the live client uses. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
  send(data: string): void;
  close(): void;
}

/** LiveOptions is what a live client needs from its page. */
export interface LiveOptions {
  /** dial opens the live channel. */
  dial: () => Socket;
  /** board fetches the whole picture over HTTP; it rejects when the gateway is away. */
  board: () => Promise<Board | 'signed_out'>;
  /** signedOut is called once when the session has ended; the client has stopped then. */
  signedOut: () => void;
  clock: ServerClock;
  steady?: Steady;
  /** random is from 0 to 1; it spreads the return of many screens. */
  random?: () => number;
  /** online is the browser's own opinion of the network. */
  online?: () => boolean;
  /** flush decides when listeners hear of a change; by default at most every 16 ms. */
  flush?: (notify: () => void) => void;
}

/** The gateway speaks at least every 5 s; after three times that the picture is stale. */
export const staleAfter = 15_000;
const dialTimeout = 10_000;
const backoffFirst = 500;
const backoffMost = 5_000;
/** Changes that follow each other within this are drawn together, in milliseconds: a tenth of a second is at once. */
const gather = 100;
const keepResolved = 60 * 60 * 1000;

/**
 * Live keeps the picture of a page. It reconnects for as long as the page is
 * open and continues after the last number that it has, so that it misses
 * nothing and applies nothing twice. The last picture stays while the gateway
 * is away.
 */
export class Live {
  readonly #options: LiveOptions;
  readonly #steady: Steady;
  readonly #listeners = new Set<() => void>();
  #picture: Picture = { incidents: new Map(), returned: new Map(), link: 'connecting', complete: false };
  #number: number | undefined;
  #view: string | undefined;
  #socket: Socket | undefined;
  #heardAt: number | undefined;
  #tries = 0;
  #polling = false;
  #running = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #notified = Number.NEGATIVE_INFINITY;
  #pending: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#steady = options.steady ?? (() => performance.now());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly picture = (): Picture => this.#picture;

  /** number is the last feed number that the picture contains. */
  get number(): number | undefined {
    return this.#number;
  }

  status(): Status {
    const age = this.#heardAt === undefined ? undefined : this.#steady() - this.#heardAt;
    // A picture of an earlier page is old, however short the reload was.
    const kept = this.#picture.kept !== undefined;
    const stale = kept || (age === undefined ? this.#tries > 2 : age > staleAfter);
    const away = this.#options.online?.() === false || stale;
    return {
      link: this.#picture.link !== 'live' && away ? 'offline' : this.#picture.link,
      age,
      stale,
      polling: this.#polling,
    };
  }

  /**
   * restore shows a picture of an earlier page that is so many milliseconds
   * old. It is never taken for a whole one: the gateway is asked for that.
   */
  restore(incidents: readonly Incident[], cut: number, age: number): void {
    if (this.#running || this.#picture.complete) return;
    this.#heardAt = this.#steady() - age;
    const held = new Map(incidents.map((incident) => [incident.id, incident]));
    this.#set({ ...this.#picture, incidents: held, kept: { cut } });
  }

  /** say tells the gateway something over the live channel, if there is one. */
  say(message: object): void {
    if (this.#picture.link === 'live') this.#socket?.send(JSON.stringify(message));
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#connect();
  }

  /** stop ends the connection and all timers; the picture stays. */
  stop(): void {
    this.#running = false;
    clearTimeout(this.#retry);
    clearTimeout(this.#pending);
    this.#detach();
  }

  /** retryNow tries at once: the network is back, or somebody looks at the page again. */
  retryNow(): void {
    if (!this.#running || this.#socket !== undefined) return;
    clearTimeout(this.#retry);
    this.#connect();
  }

  /** apply takes an incident from the answer to an action, unless the picture has a newer one. */
  apply(incident: Incident): void {
    const held = this.#picture.incidents.get(incident.id);
    if (held !== undefined && held.revision > incident.revision) return;
    const incidents = new Map(this.#picture.incidents).set(incident.id, incident);
    const returned = new Map(this.#picture.returned);
    const act = this.#returned(incident);
    if (act === undefined) returned.delete(incident.id);
    else returned.set(incident.id, act);
    this.#set({ ...this.#picture, incidents, returned });
  }

  /** returned is who had accepted an incident that is about to be shown, if nobody came of it. */
  #returned(next: Incident): Act | undefined {
    const { incidents, returned } = this.#picture;
    const old = incidents.get(next.id);
    const still = next.state === 'raised' && next.alarms === old?.alarms;
    return fellBack(old, next) ?? (still ? returned.get(next.id) : undefined);
  }

  #connect(): void {
    let socket: Socket;
    try {
      socket = this.#options.dial();
    } catch {
      this.#lost();
      return;
    }
    this.#socket = socket;
    this.#watch(dialTimeout);
    socket.onopen = () => {
      const hello: Hello = { type: 'hello' };
      if (this.#number !== undefined) hello.after = this.#number;
      // What the picture was made for: when that has changed since, the gateway
      // answers with a whole one.
      if (this.#number !== undefined && this.#view !== undefined) hello.view = this.#view;
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event) => this.#message(event.data);
    // An error is always followed by a close.
    socket.onerror = () => {};
    socket.onclose = () => {
      this.#detach();
      this.#lost();
    };
  }

  /** A connection that says nothing for this long is dead, whatever TCP believes. */
  #watch(milliseconds: number): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#detach();
      this.#lost();
    }, milliseconds);
  }

  #detach(): void {
    clearTimeout(this.#watchdog);
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #lost(delay?: number): void {
    if (!this.#running) return;
    const blocked = this.#picture.link !== 'live';
    this.#tries++;
    if (this.#picture.link === 'live') this.#set({ ...this.#picture, link: 'reconnecting' });
    const most = Math.min(backoffMost, backoffFirst * 2 ** (this.#tries - 1));
    const wait = delay ?? most * (0.5 + 0.5 * (this.#options.random ?? Math.random)());
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), wait);
    // A refused WebSocket does not say why. HTTP does: the session may have
    // ended, or something between here and the gateway blocks WebSockets, and
    // then the picture still comes this way.
    if (blocked) void this.#fetch();
  }

  async #fetch(): Promise<void> {
    let board: Board | 'signed_out';
    try {
      board = await this.#options.board();
    } catch {
      return;
    }
    if (!this.#running || this.#picture.link === 'live') return;
    if (board === 'signed_out') {
      this.#end();
      return;
    }
    // An answer that was long on its way must not undo what frames have said since.
    if (this.#number !== undefined && board.number < this.#number) return;
    this.#polling = true;
    this.#heard(board.time, true);
    this.#replace(board.number, board.incidents, this.#picture.link);
  }

  #end(): void {
    this.stop();
    this.#options.signedOut();
  }

  #message(data: unknown): void {
    let frame: Frame;
    try {
      frame = JSON.parse(String(data)) as Frame;
      this.#frame(frame);
    } catch {
      // A frame that cannot be read may hide an alarm: begin with a whole picture.
      this.#number = undefined;
      this.#detach();
      this.#lost();
    }
  }

  #frame(frame: Frame): void {
    if (frame.type === 'bye') {
      this.#bye(frame.reason);
      return;
    }
    this.#tries = 0;
    this.#polling = false;
    this.#watch(staleAfter);
    this.#heard(frame.time, frame.type !== 'incident');
    const { number } = frame;
    if (frame.view !== undefined) this.#view = frame.view;
    switch (frame.type) {
      case 'snapshot':
        this.#replace(number, frame.incidents ?? [], 'live');
        return;
      case 'incident': {
        if (this.#number !== undefined && number <= this.#number) break;
        if (frame.incident !== undefined) this.apply(frame.incident);
        this.#reached(number);
        break;
      }
      case 'upto':
        this.#reached(number);
        this.#forget();
        break;
    }
    if (this.#picture.link !== 'live') this.#set({ ...this.#picture, link: 'live' });
  }

  /** Before the first whole picture there is nothing that a number could continue. */
  #reached(number: number): void {
    if (this.#number !== undefined) this.#number = Math.max(number, this.#number);
  }

  #bye(reason: Frame['reason']): void {
    if (reason === 'signed_out') {
      this.#end();
      return;
    }
    this.#detach();
    const spread = (this.#options.random ?? Math.random)();
    // A slow screen comes straight back and catches up; at a restart all come
    // back, and not in the same instant.
    this.#lost(reason === 'slow' ? 300 * spread : 300 + 1_700 * spread);
  }

  #heard(time: string, fresh: boolean): void {
    this.#heardAt = this.#steady();
    this.#options.clock.heard(Date.parse(time), fresh);
  }

  #replace(number: number, list: readonly Incident[], link: Link): void {
    const older = this.#number !== undefined && number < this.#number;
    const incidents = new Map<string, Incident>();
    const returned = new Map<string, Act>();
    for (const incident of list) {
      const held = this.#picture.incidents.get(incident.id);
      // The answer to an action may have overtaken the picture. A ledger that
      // was set back (its numbers fell) is believed as it is; and an unchanged
      // incident keeps its identity, so that its card is not drawn again.
      const keep = held !== undefined && !older && held.revision >= incident.revision && same(held, incident);
      const next = keep ? held : incident;
      incidents.set(incident.id, next);
      const act = this.#returned(next);
      if (act !== undefined) returned.set(incident.id, act);
    }
    this.#number = number;
    this.#set({ incidents, returned, link, complete: true });
  }

  /** Drops what was resolved more than an hour ago, so that a screen may stay open for months. */
  #forget(): void {
    const now = this.#options.clock.now();
    const old = [...this.#picture.incidents.values()].filter(
      (i) => i.state === 'resolved' && now - Date.parse(i.resolved?.at ?? i.alarmed_at) > keepResolved,
    );
    if (old.length === 0) return;
    const incidents = new Map(this.#picture.incidents);
    for (const incident of old) incidents.delete(incident.id);
    this.#set({ ...this.#picture, incidents });
  }

  #set(picture: Picture): void {
    this.#picture = picture;
    const notify = () => {
      clearTimeout(this.#pending);
      this.#pending = undefined;
      this.#notified = this.#steady();
      for (const listener of this.#listeners) tell(listener);
    };
    if (this.#options.flush !== undefined) {
      this.#options.flush(notify);
      return;
    }
    // The first of a burst shows at once, the rest together: catching up on a
    // thousand changes is drawn a few times and not a thousand times.
    const gap = this.#steady() - this.#notified;
    if (gap >= gather) notify();
    else this.#pending ??= setTimeout(notify, gather - gap);
  }
}

/** A listener that fails must cost neither the others nor the connection. */
function tell(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

function same(held: Incident, incident: Incident): boolean {
  return held.revision > incident.revision || JSON.stringify(held) === JSON.stringify(incident);
}
