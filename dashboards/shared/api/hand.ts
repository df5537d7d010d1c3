/**
 * At a station the gateway asks who acts, and each request then carries the
 * token of that person's hand. Pages with people's own sessions have no keeper
 * and never notice.
 */

/** handHeader is how the gateway knows the hand. */
const handHeader = 'X-Shouwang-Hand';

/** Hand is a person at work at a station. */
export interface Hand {
  token: string;
  user: string;
  name: string;
  /** For a while, and not for one act only. */
  stays: boolean;
}

/** Asker has somebody say who she is; undefined means that nobody did. */
type Asker = () => Promise<Hand | undefined>;

/** Hands holds the hand of a page. */
export class Hands {
  #hand: Hand | undefined;
  #asker: Asker | undefined;
  #asking: Promise<Hand | undefined> | undefined;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly current = (): Hand | undefined => this.#hand;

  /** keep makes the page a station's, and returns how it ceases to be one. */
  keep(asker: Asker): () => void {
    this.#asker = asker;
    return () => {
      if (this.#asker === asker) this.#asker = undefined;
      this.set(undefined);
    };
  }

  set(hand: Hand | undefined): void {
    if (hand === this.#hand) return;
    this.#hand = hand;
    for (const listener of this.#listeners) listener();
  }

  /** sign adds the hand to a request. */
  sign(request: Request): void {
    if (this.#hand !== undefined) request.headers.set(handHeader, this.#hand.token);
  }

  /** ask has somebody say who she is; two acts that wait for it ask once. */
  async ask(): Promise<boolean> {
    if (this.#asker === undefined) return false;
    this.set(undefined); // it was refused
    this.#asking ??= this.#asker().finally(() => {
      this.#asking = undefined;
    });
    const hand = await this.#asking;
    this.set(hand);
    return hand !== undefined;
  }

  /** ready reports whether an act may go on, and has somebody say who she is where that is needed. */
  async ready(): Promise<boolean> {
    return this.#asker === undefined || this.#hand !== undefined || (await this.ask());
  }

  /** acted ends a hand that was meant for one act. */
  acted(): void {
    if (this.#hand?.stays === false) this.set(undefined);
  }
}

/** hands is the one of the page. */
export const hands = new Hands();
