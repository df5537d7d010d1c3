/** Reading reads something again and again, for as long as somebody looks. */
export interface Reading {
  read: () => void;
  /** end stops it: what comes afterwards is not shown. */
  end: () => void;
}

/**
 * readingOf shows each answer but those that are older than one that was shown.
 * An answer counts also while the next one is under way: whoever reads faster
 * than the gateway answers would else see nothing.
 */
export function readingOf<T>(
  load: () => Promise<T>,
  show: (answer: { data: T } | { error: Error }) => void,
): Reading {
  let over = false;
  let asked = 0;
  let shown = 0;
  const read = () => {
    const mine = ++asked;
    const take = (answer: { data: T } | { error: Error }) => {
      if (over || mine < shown) return;
      shown = mine;
      show(answer);
    };
    load().then(
      (data) => take({ data }),
      (error: unknown) => take({ error: error instanceof Error ? error : new Error(String(error)) }),
    );
  };
  return {
    read,
    end: () => {
      over = true;
    },
  };
}
