/** Wakefulness says whether the screen stays on: nobody asked for it, it does, or it does not any more. */
export type Wakefulness = 'unasked' | 'held' | 'lost';

/**
 * After so many milliseconds without the lock the board says so. A lost lock is
 * mostly back at once. Whoever looks something up in another app takes longer,
 * and a board that has been out of sight for a minute watches for nobody.
 */
export const patienceFor = { shown: 15_000, hidden: 60_000 } as const;

const retryEvery = 5_000;

/**
 * WakeLock keeps the screen on. Browsers grant it to secure pages only, take it
 * back whenever the page is hidden, and when they like, such as at a low
 * battery. It takes the lock again by itself, and tells when it cannot.
 */
export class WakeLock {
  readonly #listeners = new Set<() => void>();
  #wanted = false;
  #held: WakeLockSentinel | undefined;
  #state: Wakefulness = 'unasked';
  #gone: { since: number; hidden: boolean } | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): Wakefulness => this.#state;

  /**
   * hold asks for the lock and returns whether it was granted. Where it never
   * was, the person is told once and there is nothing to lose.
   */
  async hold(): Promise<boolean> {
    const held = await this.#take();
    if (held && !this.#wanted) {
      this.#wanted = true;
      document.addEventListener('visibilitychange', this.#seen);
      this.#timer ??= setInterval(() => void this.#check(), retryEvery);
    }
    return held;
  }

  /** release lets the screen sleep again. */
  release(): void {
    this.#wanted = false;
    document.removeEventListener('visibilitychange', this.#seen);
    clearInterval(this.#timer);
    this.#timer = undefined;
    const held = this.#held;
    this.#held = undefined;
    void held?.release();
    this.#gone = undefined;
    this.#tell('unasked');
  }

  readonly #seen = () => {
    if (this.#gone !== undefined && document.hidden) this.#gone.hidden = true;
    void this.#check();
  };

  /** The browser has taken the lock back. */
  readonly #released = (event: Event) => {
    if (event.target !== this.#held) return;
    this.#held = undefined;
    this.#gone ??= { since: performance.now(), hidden: document.hidden };
    void this.#check();
  };

  readonly #check = async () => {
    if (!this.#wanted || this.#held !== undefined) return;
    if (!document.hidden && (await this.#take())) return;
    // Released, or taken by another call, while this one waited.
    if (!this.#wanted || this.#held !== undefined) return;
    this.#gone ??= { since: performance.now(), hidden: document.hidden };
    const { since, hidden } = this.#gone;
    const patience = hidden ? patienceFor.hidden : patienceFor.shown;
    if (performance.now() - since >= patience) this.#tell('lost');
  };

  async #take(): Promise<boolean> {
    if (this.#held !== undefined && !this.#held.released) return true;
    try {
      const held = await navigator.wakeLock.request('screen');
      held.addEventListener('release', this.#released);
      this.#held = held;
    } catch {
      // No such API on a page without TLS, or the battery is low.
      return false;
    }
    this.#gone = undefined;
    this.#tell('held');
    return true;
  }

  #tell(state: Wakefulness): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
