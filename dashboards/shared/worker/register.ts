/** A board stays open for months: so often it asks whether there is a newer version, in milliseconds. */
const askEvery = 60 * 60_000;

let fresh = false;
const listeners = new Set<() => void>();

/** isRenewed reports whether a newer version has come since this page was opened. */
export const isRenewed = (): boolean => fresh;

/** onRenewed calls when a newer version has come. */
export function onRenewed(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** keepShell has the browser keep the pages, where it can: on TLS and on this machine itself. */
export function keepShell(): void {
  const workers = (navigator as Partial<Navigator>).serviceWorker;
  if (workers === undefined || import.meta.env.DEV) return;
  // A page that was not opened by a worker has nothing older to compare with.
  let before = workers.controller;
  workers.addEventListener('controllerchange', () => {
    const replaced = before !== null;
    before = workers.controller;
    if (!replaced) return;
    fresh = true;
    for (const listener of listeners) listener();
  });
  workers.register('/sw.js').then(
    (registration) => {
      setInterval(() => {
        registration.update().catch(() => {
          // The gateway is away; it is asked again.
        });
      }, askEvery);
    },
    () => {
      // The page works without, as long as the gateway does.
    },
  );
}
