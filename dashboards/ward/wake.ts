/**
 * WakeLock keeps the screen on. Browsers grant it to secure pages only and
 * take it back whenever the page is hidden.
 */
export class WakeLock {
  #wanted = false;
  #held: WakeLockSentinel | undefined;

  constructor() {
    document.addEventListener('visibilitychange', () => {
      if (this.#wanted && !document.hidden) void this.#take();
    });
  }

  /** hold asks for the lock and returns whether it was granted. */
  hold(): Promise<boolean> {
    this.#wanted = true;
    return this.#take();
  }

  /** release lets the screen sleep again. */
  release(): void {
    this.#wanted = false;
    void this.#held?.release();
    this.#held = undefined;
  }

  async #take(): Promise<boolean> {
    if (this.#held !== undefined && !this.#held.released) return true;
    try {
      this.#held = await navigator.wakeLock.request('screen');
      return true;
    } catch {
      // No such API on a page without TLS, or the battery is low.
      return false;
    }
  }
}
