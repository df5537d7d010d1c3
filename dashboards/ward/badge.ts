/**
 * Badge reads what a card reader types. To the browser a reader is a keyboard
 * that types a number at once and then Enter; a person is slower.
 */
export class Badge {
  #typed = '';
  #at = Number.NEGATIVE_INFINITY;

  /** key takes a key at a time in milliseconds, and returns a badge when one is complete. */
  key(key: string, at: number): string | undefined {
    if (at - this.#at > slowest) this.#typed = '';
    this.#at = at;
    if (key !== 'Enter') {
      if (key.length === 1) this.#typed += key;
      return undefined;
    }
    const badge = this.#typed;
    this.#typed = '';
    return badge.length >= shortest ? badge : undefined;
  }
}

/** slowest is the longest pause between two keys of a reader, in milliseconds. */
const slowest = 80;
const shortest = 4;
