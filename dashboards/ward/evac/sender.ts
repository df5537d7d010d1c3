import { isSignedOut, Refused } from '../../shared/api/client.ts';
import type { Evacuation, Tick } from '../../shared/api/ward.ts';
import type { Drawer } from '../../shared/kept.ts';
import { keepTicks, readTicks, type Pending } from './ticks.ts';

/** Dropped is a tick that is in no ledger and will not be sent again, and why. */
export interface Dropped {
  tick: Pending;
  error: Error;
}

/** Ticks is what a page shows of its ticks. */
export interface Ticks {
  /** They wait until the gateway can be reached, in the order in which they were made. */
  waiting: readonly Pending[];
  /** They are being sent now or not at all: nothing is shown as done before the answer. */
  trying: readonly Pending[];
  dropped: readonly Dropped[];
  /** The latest answer to a tick, by its fire. */
  answers: ReadonlyMap<string, Evacuation>;
}

/** SenderOptions is what a sender needs from its page. */
export interface SenderOptions {
  user: string;
  drawer: Drawer | undefined;
  /**
   * keeps says that what could not be sent waits. At a station it does not:
   * whoever is there when it is sent would sign for who has ticked.
   */
  keeps: boolean;
  /** mine reports whether the session is still hers; it rejects when the gateway does not answer. */
  mine: () => Promise<boolean>;
  send: (incident: string, ticks: Tick[]) => Promise<Evacuation>;
}

/** So many the gateway takes at once. */
const batchMost = 200;

/**
 * TickSender sends who is out of a burning house, for as long as the board is
 * open, whatever page is beside it. Ticks that wait are kept under one name that
 * all tabs share, so each change reads it first; the gateway tells by its id a
 * tick that two tabs have sent.
 */
export class TickSender {
  readonly #options: SenderOptions;
  readonly #listeners = new Set<() => void>();
  #state: Ticks = { waiting: [], trying: [], dropped: [], answers: new Map() };
  #sending = false;
  /** What the browser would not keep. It lasts as long as the page. */
  #unkept: readonly Pending[] = [];
  /** What was answered is not sent again, even where the browser will not forget it. */
  readonly #over = new Set<string>();

  constructor(options: SenderOptions) {
    this.#options = options;
    if (!options.keeps) keepTicks(options.drawer, options.user, []);
    this.look();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): Ticks => this.#state;

  /** look reads what waits again: another tab may have added to it, or sent it. */
  readonly look = (): void => {
    const { drawer, user } = this.#options;
    const kept = readTicks(drawer, user);
    const waiting = [...kept, ...this.#unkept].filter((tick) => !this.#over.has(tick.id));
    if (JSON.stringify(waiting) !== JSON.stringify(this.#state.waiting)) this.#set({ waiting });
  };

  /** tick sends a tick, at once where that is possible. */
  async tick(tick: Pending): Promise<void> {
    this.#set({ dropped: this.#state.dropped.filter((one) => one.tick.resident !== tick.resident) });
    if (!this.#options.keeps) {
      await this.#try(tick);
      return;
    }
    this.#change([tick], []);
    await this.#sendAll();
  }

  /** flush sends what waits; it is called every few seconds. */
  async flush(): Promise<void> {
    this.look();
    if (this.#sending || this.#state.waiting.length === 0) return;
    try {
      // Somebody else may have signed in by another tab.
      if (!(await this.#options.mine())) return;
    } catch {
      return;
    }
    await this.#sendAll();
  }

  /** dismiss forgets what was not recorded: she has read it. */
  readonly dismiss = (): void => this.#set({ dropped: [] });

  /** try sends a tick now or not at all. */
  async #try(tick: Pending): Promise<void> {
    this.#set({ trying: [...this.#state.trying, tick] });
    try {
      await this.#post([tick]);
    } catch (error) {
      this.#drop(tick, error);
    } finally {
      this.#set({ trying: this.#state.trying.filter((one) => one !== tick) });
    }
  }

  /** sendAll sends until nothing waits or the gateway does not answer. One sending at a time. */
  async #sendAll(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (;;) {
        const first = this.#state.waiting[0];
        if (first === undefined) return;
        const batch = this.#state.waiting.filter((tick) => tick.incident === first.incident);
        await this.#deliver(batch.slice(0, batchMost));
      }
    } catch {
      // They wait for the next time.
    } finally {
      this.#sending = false;
    }
  }

  /** deliver sends ticks of one fire; one that the gateway will never take does not keep the others from it. */
  async #deliver(batch: readonly Pending[]): Promise<void> {
    try {
      await this.#post(batch);
      this.#change([], batch);
    } catch (error) {
      if (!isFinal(error)) throw error;
      const [only, ...others] = batch;
      if (only !== undefined && others.length === 0) {
        this.#change([], batch);
        this.#drop(only, error);
        return;
      }
      for (const tick of batch) await this.#deliver([tick]);
    }
  }

  async #post(batch: readonly Pending[]): Promise<void> {
    const incident = batch[0]?.incident ?? '';
    const list = await this.#options.send(
      incident,
      batch.map(({ id, resident, out, at }) => ({ id, resident, out, at })),
    );
    this.#set({ answers: new Map(this.#state.answers).set(incident, list) });
  }

  #drop(tick: Pending, error: unknown): void {
    const why = error instanceof Error ? error : new Error(String(error));
    this.#set({ dropped: [...this.#state.dropped, { tick, error: why }] });
  }

  /** change adds ticks to those that wait and takes others from them. */
  #change(more: readonly Pending[], done: readonly Pending[]): void {
    const { drawer, user } = this.#options;
    for (const { id } of done) this.#over.add(id);
    const all = [...readTicks(drawer, user), ...this.#unkept, ...more];
    const next = all.filter(({ id }) => !this.#over.has(id));
    this.#unkept = keepTicks(drawer, user, next) ? [] : next;
    this.look();
  }

  #set(change: Partial<Ticks>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** isFinal reports whether the gateway refuses for good. One that is busy does not, nor does the end of a session. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof Refused) || isSignedOut(error)) return false;
  return error.problem.status < 500 && error.problem.status !== 429;
}
