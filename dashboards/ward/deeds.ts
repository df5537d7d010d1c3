import { act, isSignedOut, Refused, type Deed, type Problem } from '../shared/api/client.ts';
import type { Incident } from '../shared/api/types.ts';
import { lasts, type Act, type Outbox, type Promised } from './outbox.ts';
import { recorded, type Account } from './recorded.ts';

/** DeedState is how the latest deed on one incident stands. */
export type DeedState =
  | { phase: 'sending'; deed: Deed }
  /** Nobody knows of it yet; it is sent as soon as the gateway answers. Old: only when she says so again. */
  | { phase: 'queued'; act: Act; old: boolean }
  /** The gateway refused; its state is the truth. */
  | { phase: 'refused'; deed: Deed; problem: Problem }
  /** There was no answer; unsure is true when it may have been carried out. */
  | { phase: 'unsent'; deed: Deed; unsure: boolean };

/** Sending is what is being asked of the gateway. */
export interface Sending {
  incident: string;
  verb: Deed['verb'];
}

/** Codes that say that somebody has done already what was asked for. */
const done = new Set(['already_accepted', 'already_arrived', 'already_resolved']);

/** Codes made here: what she had said was recorded, and does not hold any more. */
export type Lapse = 'lapsed' | 'realarmed';

/** DeedsOptions is what Deeds needs from its page. */
export interface DeedsOptions {
  /** user is the signed-in person's id. */
  user: string;
  outbox: Outbox;
  /**
   * keeps says that what could not be sent waits in the outbox. At a station it
   * does not: whoever is there when it is sent would sign for who has pressed.
   */
  keeps?: boolean;
  /** done takes the incident that the gateway answered with. */
  done: (incident: Incident) => void;
  signedOut: () => void;
  /** live reports whether what she sees is the present. */
  live: () => boolean;
  /** clock is the gateway's. */
  clock: { now(): number };
  /** mine reports whether the session is still hers; it rejects when the gateway does not answer. */
  mine: () => Promise<boolean>;
  /** account is what the gateway has written down about an incident. */
  account: (incident: string) => Promise<Account>;
  send?: (id: string, deed: Deed) => Promise<Incident>;
}

/**
 * Deeds sends what a person does and remembers, by incident, what became of
 * it. Nothing is shown as done before the gateway says so. That she goes, or is
 * there, waits in the outbox while the gateway is away; all else needs the
 * present, and the board does not offer it then.
 */
export class Deeds {
  readonly #options: DeedsOptions;
  readonly #states = new Map<string, DeedState>();
  readonly #listeners = new Set<() => void>();
  #queued: readonly Act[] = [];
  #sending: Sending | undefined;

  constructor(options: DeedsOptions) {
    this.#options = options;
    this.look();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** state is undefined while there is nothing to tell about an incident. */
  state(id: string): DeedState | undefined {
    return this.#states.get(id);
  }

  /** queued lists what nobody knows yet. */
  readonly queued = (): readonly Act[] => this.#queued;

  /** sending is the deed on its way, with its incident; undefined when there is none, or more than one. */
  readonly sending = (): Sending | undefined => this.#sending;

  /** dismiss forgets what became of the latest deed. */
  dismiss(id: string): void {
    this.#set(id, undefined);
  }

  /**
   * look reads the outbox again: another tab may have added to it, or sent what
   * was in it, or time has passed. With the incidents of the present at hand,
   * nobody is asked about what others have done meanwhile.
   */
  look(incidents?: ReadonlyMap<string, Incident>): void {
    const { outbox, live } = this.#options;
    if (incidents !== undefined && live()) this.#overtaken(incidents);
    const all = new Map(outbox.all().map((one) => [one.incident, one]));
    for (const [id, state] of this.#states) {
      if (state.phase === 'queued' && !all.has(id)) this.#set(id, undefined);
    }
    for (const one of all.values()) {
      if (this.#states.get(one.incident)?.phase !== 'sending') this.#wait(one);
    }
  }

  /**
   * promise says that she goes, or is there. The press is kept before it is
   * sent, so that nothing that happens to the page can lose it; at a station it
   * is sent now or not at all. It returns whether it is in the ledger.
   */
  async promise(incident: Incident, verb: Promised): Promise<boolean> {
    const { outbox, live, clock, user } = this.#options;
    const { id, alarms, site } = incident;
    if (this.#states.get(id)?.phase === 'sending') return false;
    if (this.#options.keeps === false) return this.send(id, live() ? { verb } : { verb, alarms });
    const before = outbox.get(id);
    const at = outbox.now();
    const next: Act = {
      user,
      incident: id,
      verb,
      alarms,
      at,
      until: at + lasts(verb, site.kind),
      since: before?.since ?? clock.now(),
      tried: before?.tried ?? false,
    };
    outbox.put(next);
    // She sees the present: a button that is pressed again and again while she
    // presses must not refuse her each time.
    const sees = live();
    if (sees) this.#set(id, { phase: 'sending', deed: { verb } });
    else this.#wait(next);
    return this.#deliver(id, sees);
  }

  /** withdraw takes back what nobody knows yet. */
  withdraw(id: string): void {
    this.#options.outbox.remove(id);
    if (this.#states.get(id)?.phase === 'queued') this.#set(id, undefined);
  }

  /** flush sends what waits; it is called whenever the gateway can be reached. */
  async flush(): Promise<void> {
    this.look();
    const waiting = this.#queued.filter((one) => one.tried || !this.#options.outbox.expired(one));
    if (waiting.length === 0) return;
    try {
      if (!(await this.#options.mine())) return;
    } catch {
      return;
    }
    await Promise.all(waiting.map(({ incident }) => this.#deliver(incident, false)));
  }

  /** send returns whether the deed is in the ledger. A second press while one is on its way does nothing. */
  async send(id: string, deed: Deed): Promise<boolean> {
    if (this.#states.get(id)?.phase === 'sending') return false;
    this.#set(id, { phase: 'sending', deed });
    try {
      this.#options.done(await this.#send(id, deed));
      this.#set(id, undefined);
      return true;
    } catch (error) {
      if (isSignedOut(error)) {
        this.#options.signedOut();
        return false;
      }
      if (error instanceof Refused) return this.#refused(id, deed, error.problem);
      const unsure = error instanceof DOMException && error.name === 'TimeoutError';
      this.#set(id, { phase: 'unsent', deed, unsure });
      return false;
    }
  }

  /** deliver sends one act of the outbox, unless another tab has done so. */
  async #deliver(id: string, sees: boolean): Promise<boolean> {
    const { outbox } = this.#options;
    try {
      return await outbox.alone(id, async () => {
        const one = outbox.get(id);
        if (one === undefined) {
          this.#settle(id);
          return false;
        }
        const known = await this.#known(one);
        if (known !== undefined) return known;
        return outbox.expired(one) ? false : this.#post(one, sees);
      });
    } catch (error) {
      if (isSignedOut(error)) this.#options.signedOut();
      return false; // It waits for the next time.
    } finally {
      const left = outbox.get(id);
      if (left === undefined) this.#settle(id);
      else this.#wait(left);
    }
  }

  async #post(one: Act, sees: boolean): Promise<boolean> {
    const { outbox } = this.#options;
    const { incident: id, verb, alarms } = one;
    if (!this.#holds(one)) return false; // She has thought better of it.
    outbox.put({ ...one, tried: true });
    try {
      const incident = await this.#send(id, sees ? { verb } : { verb, alarms });
      this.#drop(one);
      this.#options.done(incident);
      return true;
    } catch (error) {
      if (!(error instanceof Refused) || isSignedOut(error)) throw error;
      const { problem } = error;
      if (problem.status >= 500 || problem.status === 429) {
        // It says itself that it did nothing.
        if (this.#holds(one)) outbox.put({ ...one, tried: false });
        return false;
      }
      this.#drop(one);
      return this.#refused(id, { verb }, problem);
    }
  }

  /**
   * known finds out what became of an act whose answer was lost: one that was
   * carried out must not be a second act later. Undefined means that it was not.
   */
  async #known(one: Act): Promise<boolean | undefined> {
    if (!one.tried) return undefined;
    const { incident, entries } = await this.#options.account(one.incident);
    const entry = recorded(one, entries);
    if (entry === undefined) {
      if (this.#holds(one)) this.#options.outbox.put({ ...one, tried: false });
      return undefined;
    }
    this.#drop(one);
    this.#options.done(incident);
    if (incident.state !== 'raised') {
      const { accepted } = incident;
      if (incident.state === 'resolved' || accepted?.by === one.user) return true;
      this.#beaten(one.incident, accepted);
      return false;
    }
    const code: Lapse = incident.alarms > one.alarms ? 'realarmed' : 'lapsed';
    const problem: Problem = { status: 409, code, at: entry.act.at, detail: code };
    this.#set(one.incident, { phase: 'refused', deed: { verb: one.verb }, problem });
    return false;
  }

  #send(id: string, deed: Deed): Promise<Incident> {
    return (this.#options.send ?? act)(id, deed);
  }

  #refused(id: string, deed: Deed, problem: Problem): boolean {
    // Sent twice because the first answer was lost: it was she herself.
    const mine = done.has(problem.code) && problem.by === this.#options.user;
    this.#set(id, mine ? undefined : { phase: 'refused', deed, problem });
    return mine;
  }

  /** holds reports whether an act is still what she has pressed last. */
  #holds(one: Act): boolean {
    const held = this.#options.outbox.get(one.incident);
    return held?.at === one.at && held.verb === one.verb;
  }

  /** drop removes an act that was answered, but not what she has pressed since. */
  #drop(one: Act): void {
    if (this.#holds(one)) this.#options.outbox.remove(one.incident);
  }

  /** overtaken removes what is over or known as hers already, and what is too old to be sent and done by somebody else. */
  #overtaken(incidents: ReadonlyMap<string, Incident>): void {
    const { outbox, user } = this.#options;
    for (const one of outbox.all()) {
      const incident = incidents.get(one.incident);
      if (incident === undefined || incident.state === 'resolved') {
        outbox.remove(one.incident);
        continue;
      }
      const act = incident.state === 'raised' ? undefined : incident.accepted;
      const hers = one.verb === 'accept' ? act : incident.arrived;
      if (incident.state !== 'raised' && hers?.by === user) {
        outbox.remove(one.incident);
        continue;
      }
      if (act === undefined || one.verb !== 'accept' || !outbox.expired(one)) continue;
      outbox.remove(one.incident);
      this.#beaten(one.incident, act);
    }
  }

  /** beaten tells who has accepted meanwhile, as the gateway would. */
  #beaten(id: string, act: Incident['accepted']): void {
    const code = 'already_accepted';
    const problem: Problem = { status: 409, code, who: act?.name, at: act?.at, detail: code };
    this.#set(id, { phase: 'refused', deed: { verb: 'accept' }, problem });
  }

  #settle(id: string): void {
    const phase = this.#states.get(id)?.phase;
    if (phase === 'queued' || phase === 'sending') this.#set(id, undefined);
  }

  #wait(one: Act): void {
    const old = this.#options.outbox.expired(one);
    const held = this.#states.get(one.incident);
    const same =
      held?.phase === 'queued' && held.old === old && JSON.stringify(held.act) === JSON.stringify(one);
    if (!same) this.#set(one.incident, { phase: 'queued', act: one, old });
  }

  #set(id: string, state: DeedState | undefined): void {
    if (state === undefined) this.#states.delete(id);
    else this.#states.set(id, state);
    this.#queued = [...this.#states.values()].filter((one) => one.phase === 'queued').map((one) => one.act);
    const going = [...this.#states].flatMap(([incident, one]) =>
      one.phase === 'sending' ? [{ incident, verb: one.deed.verb }] : [],
    );
    this.#sending = going.length === 1 ? going[0] : undefined;
    for (const listener of this.#listeners) listener();
  }
}
