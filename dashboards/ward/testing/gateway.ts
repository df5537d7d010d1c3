import { Refused } from '../../shared/api/client.ts';
import type { Entry, Incident } from '../../shared/api/types.ts';
import { incident } from '../../shared/testing/incidents.ts';
import type { Account } from '../recorded.ts';

/** What becomes of one request on its way there and back. */
export type Fate = 'answered' | 'request lost' | 'answer lost' | 'unavailable';

/** Gateway is the gateway of the outbox's tests: one incident, its log, and a network that loses things. */
export class Gateway {
  now = Date.parse('2026-03-04T18:30:00Z');
  incident: Incident = incident('a');
  readonly entries: Entry[] = [];
  /** on is called when an acceptance is about to be written down. */
  on: (by: string, alarms: number | undefined) => void = () => {};
  readonly #waiting: (() => void)[] = [];

  /** by lists who has accepted, as the log has it. */
  by(user: string): Entry[] {
    return this.entries.filter(({ kind, act }) => kind === 'incident.accepted' && act.by === user);
  }

  accept(by: string, alarms?: number): Incident {
    const { accepted, state } = this.incident;
    const refuse = (code: string, who = accepted) => {
      throw new Refused({ status: 409, code, detail: code, who: who?.name, by: who?.by, at: who?.at });
    };
    if (state === 'resolved') refuse('already_resolved', this.incident.resolved);
    if (state !== 'raised') refuse('already_accepted');
    if (alarms !== undefined && alarms !== this.incident.alarms) refuse('realarmed', undefined);
    this.on(by, alarms);
    const act = { at: new Date(this.now).toISOString(), means: 'screen' as const, name: '王芳', by };
    this.entries.push({ number: this.entries.length + 1, kind: 'incident.accepted', act });
    return this.#become({ state: 'accepted', accepted: act });
  }

  /** Somebody presses the button again: nobody counts as going any more. */
  realarm(): void {
    if (this.incident.state === 'resolved') return;
    this.#become({ state: 'raised', alarms: this.incident.alarms + 1 }, 'accepted');
  }

  /** Whoever accepted did not arrive in time. */
  giveBack(): void {
    if (this.incident.state === 'accepted') this.#become({ state: 'raised' }, 'accepted');
  }

  resolve(): void {
    const act = { at: new Date(this.now).toISOString(), means: 'screen' as const, name: '刘磊', by: 'u-liu' };
    this.#become({ state: 'resolved', resolved: act });
  }

  account(): Account {
    return { incident: this.incident, entries: [...this.entries] };
  }

  #become(change: Partial<Incident>, without?: 'accepted'): Incident {
    const next = { ...this.incident, ...change, revision: this.incident.revision + 1 };
    if (without !== undefined) delete next[without];
    this.incident = next;
    return next;
  }

  /** request carries a question over the network; it is on its way until `arrive`. */
  async request<T>(fate: () => Fate, answer: () => T): Promise<T> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const what = fate();
    if (what === 'request lost') throw new TypeError('Failed to fetch');
    if (what === 'unavailable') throw new Refused({ status: 503, code: 'unavailable', detail: 'not now' });
    const given = answer();
    if (what === 'answer lost') throw new DOMException('timed out', 'TimeoutError');
    return given;
  }

  get travelling(): number {
    return this.#waiting.length;
  }

  /** arrive lets one of the requests through; which one, the network decides. */
  arrive(pick = 0): void {
    this.#waiting.splice(pick % Math.max(1, this.#waiting.length), 1)[0]?.();
  }
}

/** Chest is a browser's storage that all tabs of a test share. */
export class Chest {
  readonly #all = new Map<string, string>();
  full = false;
  readonly getItem = (key: string) => this.#all.get(key) ?? null;
  readonly setItem = (key: string, value: string) => {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.#all.set(key, value);
  };
  readonly removeItem = (key: string) => void this.#all.delete(key);
  readonly keys = () => [...this.#all.keys()];
}

/** queueing makes `alone` of a browser: one after the other, by name. */
export function queueing(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const turn = (tails.get(name) ?? Promise.resolve()).then(work, work);
    tails.set(
      name,
      turn.catch(() => {}),
    );
    return turn;
  };
}

/** randomly is a repeatable source of whole numbers below a bound (mulberry32). */
export function randomly(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) % below;
  };
}
