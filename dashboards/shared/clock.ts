/** A screen's steady clock in milliseconds: it never jumps, whatever somebody sets. */
export type Steady = () => number;

interface Sample {
  at: number;
  base: number;
}

/**
 * ServerClock tells the gateway's time on a screen whose own clock may be
 * wrong by hours. A frame shows the gateway's clock as it was one network
 * delay ago, so the greatest difference seen is the nearest to the truth.
 */
export class ServerClock {
  /** The greatest of each second, so that a storm of frames makes a minute no longer. */
  #samples: Sample[] = [];
  #best = Number.NEGATIVE_INFINITY;
  readonly #steady: Steady;
  #offset = 0;

  constructor(steady: Steady = () => performance.now()) {
    this.#steady = steady;
  }

  /** assume takes by how many milliseconds the gateway was ahead of this screen when it was last heard. */
  assume(offset: number): void {
    this.#offset = offset;
  }

  /**
   * heard takes the time of a frame, in milliseconds since 1970. A frame that
   * is sent at its own time is `fresh`; one that repeats an older change
   * (catching up) is not, and can only move the clock forward.
   */
  heard(serverTime: number, fresh: boolean): void {
    if (!Number.isFinite(serverTime)) return;
    const at = this.#steady();
    const base = serverTime - at;
    if (!fresh && base <= this.#best) return;
    // Forget what is older than a minute, so that a gateway whose clock was
    // set back is followed.
    if (fresh) this.#samples = this.#samples.filter((s) => at - s.at < 60_000);
    const last = this.#samples.at(-1);
    if (last !== undefined && at - last.at < 1_000) last.base = Math.max(last.base, base);
    else this.#samples.push({ at, base });
    this.#best = Math.max(...this.#samples.map((s) => s.base));
  }

  /** now is the gateway's time in milliseconds since 1970; before the first frame, as the screen's own tells it. */
  now(): number {
    return this.#samples.length === 0 ? Date.now() + this.#offset : this.#best + this.#steady();
  }
}

/**
 * Ticker is the one clock of a page: it tells whole seconds, and every wait on
 * the page counts by it.
 */
export class Ticker {
  readonly #clock: { now(): number };
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #second = 0;

  constructor(clock: { now(): number }) {
    this.#clock = clock;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    // Twice a second, so that no second is skipped when a timer comes late.
    this.#timer ??= setInterval(() => this.#tick(), 500);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  };

  /** now is the running second, in milliseconds since 1970. */
  readonly now = (): number => {
    if (this.#second === 0 || this.#timer === undefined) this.#second = this.#read();
    return this.#second;
  };

  #read(): number {
    return Math.floor(this.#clock.now() / 1000) * 1000;
  }

  #tick(): void {
    const second = this.#read();
    if (second === this.#second) return;
    this.#second = second;
    for (const listener of this.#listeners) listener();
  }
}
