import { Refused } from '../shared/api/client.ts';
import type { CallOutcome, Calls } from '../shared/api/community.ts';

/** Pending is a call that the gateway does not know of yet. */
export interface Pending {
  incident: string;
  to: string;
  outcome: CallOutcome;
}

/**
 * CallQueue logs calls in their order. A telephone call works where data does
 * not: what could not be sent waits, as long as the page lasts, and is sent
 * again. The log has the time at which it came.
 */
export class CallQueue {
  readonly #send: (incident: string, to: string, outcome: CallOutcome) => Promise<Calls>;
  readonly #listeners = new Set<() => void>();
  #pending: readonly Pending[] = [];
  #error: Error | undefined;
  #sending = false;
  #latest: Calls | undefined;

  constructor(send: (incident: string, to: string, outcome: CallOutcome) => Promise<Calls>) {
    this.#send = send;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** pending lists what waits, in its order. */
  readonly pending = (): readonly Pending[] => this.#pending;

  /** error is why the latest call was not logged. */
  readonly error = (): Error | undefined => this.#error;

  /** latest is what the gateway answered last. */
  readonly latest = (): Calls | undefined => this.#latest;

  /** log keeps a call and sends it. */
  log(incident: string, to: string, outcome: CallOutcome): Promise<void> {
    this.#pending = [...this.#pending, { incident, to, outcome }];
    this.#tell();
    return this.flush();
  }

  /** flush sends what waits, one after the other, until the gateway does not answer. */
  async flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
        try {
          this.#latest = await this.#send(next.incident, next.to, next.outcome);
          this.#error = undefined;
        } catch (error) {
          this.#error = error instanceof Error ? error : new Error(String(error));
          // No answer, or none that is final: it is sent again.
          if (!(error instanceof Refused) || error.problem.status >= 500) return;
        }
        this.#pending = this.#pending.slice(1);
        this.#tell();
      }
    } finally {
      this.#sending = false;
      this.#tell();
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
