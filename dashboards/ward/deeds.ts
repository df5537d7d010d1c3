import { act, isSignedOut, Refused, type Deed, type Problem } from '../shared/api/client.ts';
import type { Incident } from '../shared/api/types.ts';

/** DeedState is how the latest deed on one incident stands. */
export type DeedState =
  | { phase: 'sending'; deed: Deed }
  /** The gateway refused; its state is the truth. */
  | { phase: 'refused'; deed: Deed; problem: Problem }
  /** There was no answer; unsure is true when it may have been carried out. */
  | { phase: 'unsent'; deed: Deed; unsure: boolean };

/** Codes that say that somebody has done already what was asked for. */
const done = new Set(['already_accepted', 'already_arrived', 'already_resolved']);

/** DeedsOptions is what Deeds needs from its page. */
export interface DeedsOptions {
  /** name is the signed-in person's, by which the gateway names her. */
  name: string;
  /** done takes the incident that the gateway answered with. */
  done: (incident: Incident) => void;
  signedOut: () => void;
  send?: (id: string, deed: Deed) => Promise<Incident>;
}

/**
 * Deeds sends what a person does and remembers, by incident, what became of
 * it. Nothing is shown as done before the gateway says so.
 */
export class Deeds {
  readonly #options: DeedsOptions;
  readonly #states = new Map<string, DeedState>();
  readonly #listeners = new Set<() => void>();

  constructor(options: DeedsOptions) {
    this.#options = options;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** state is undefined while there is nothing to tell about an incident. */
  state(id: string): DeedState | undefined {
    return this.#states.get(id);
  }

  /** dismiss forgets what became of the latest deed. */
  dismiss(id: string): void {
    this.#set(id, undefined);
  }

  /** send returns whether the deed is in the ledger. A second press while one is on its way does nothing. */
  async send(id: string, deed: Deed): Promise<boolean> {
    if (this.#states.get(id)?.phase === 'sending') return false;
    this.#set(id, { phase: 'sending', deed });
    try {
      this.#options.done(await (this.#options.send ?? act)(id, deed));
      this.#set(id, undefined);
      return true;
    } catch (error) {
      if (isSignedOut(error)) {
        this.#options.signedOut();
        return false;
      }
      if (!(error instanceof Refused)) {
        const unsure = error instanceof DOMException && error.name === 'TimeoutError';
        this.#set(id, { phase: 'unsent', deed, unsure });
        return false;
      }
      const { problem } = error;
      // Sent twice because the first answer was lost: it was she herself.
      const mine = done.has(problem.code) && problem.who === this.#options.name;
      this.#set(id, mine ? undefined : { phase: 'refused', deed, problem });
      return mine;
    }
  }

  #set(id: string, state: DeedState | undefined): void {
    if (state === undefined) this.#states.delete(id);
    else this.#states.set(id, state);
    for (const listener of this.#listeners) listener();
  }
}
