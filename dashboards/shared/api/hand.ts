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

/**
 * patience is for how long an act may wait for somebody to say who she is, in
 * milliseconds. What alarmed again meanwhile is hidden by the question: an act
 * that is older would be for something that nobody has looked at.
 */
export const patience = 60_000;

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

  /** onGone calls when a hand that was there for a while is not any more; it returns how to stop. */
  onGone(call: () => void): () => void {
    let before = this.#hand;
    return this.subscribe(() => {
      const gone = before?.stays === true && this.#hand?.user !== before.user;
      before = this.#hand;
      if (gone) call();
    });
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

  /**
   * ask has somebody say who she is, and returns whether the act may go on; two
   * acts that wait for it ask once. One that had to wait too long may not: then
   * only a hand that stays is kept, for when she has looked and presses again.
   */
  async ask(): Promise<boolean> {
    if (this.#asker === undefined) return false;
    this.set(undefined); // it was refused
    const since = performance.now();
    this.#asking ??= this.#asker().finally(() => {
      this.#asking = undefined;
    });
    const hand = await this.#asking;
    const late = performance.now() - since > patience;
    this.set(late && hand?.stays !== true ? undefined : hand);
    return hand !== undefined && !late;
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
