import { wayOf, type Shell } from './shell.ts';

/**
 * The service worker opens the pages of carers and families while the gateway
 * is away. It keeps files of a build and nothing else; what is in the ledger
 * never passes through it.
 *
 * A new version is fetched whole before it is used, and used from the next
 * start of a page on: the worker takes over at once, because pages that are
 * open have all that they need, and the files of the version before stay for
 * what they load later. No page is loaded again by it, least of all a board in
 * the middle of an alarm.
 */

// The types of the pages and those of workers exclude each other; these are the
// parts that are used here.
interface Waits extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetches extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  addEventListener(type: 'install' | 'activate', listener: (event: Waits) => void): void;
  addEventListener(type: 'fetch', listener: (event: Fetches) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}

/** The build puts the list of its files here. */
declare const __SHELL__: Shell;

const worker = globalThis as unknown as Worker;
const prefix = 'shouwang-shell-';
const { version, files } = __SHELL__;
const current = prefix + version;

/** What is kept is for everybody alike, whatever Vary says. */
const asStored = { ignoreVary: true };

/** How long the root waits for the gateway before the page that is kept is shown, in milliseconds. */
const patience = 4_000;

worker.addEventListener('install', (event) => {
  event.waitUntil(install());
});
worker.addEventListener('activate', (event) => {
  event.waitUntil(tidy().then(() => worker.clients.claim()));
});
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  const way = wayOf(request.method, url.pathname, request.mode === 'navigate');
  if (way === 'kept') event.respondWith(kept(url.pathname).then((held) => held ?? fetch(request)));
  else if (way === 'gateway first') event.respondWith(gatewayFirst(request));
});

/** All or nothing: half a version would be a white page in the night. */
async function install(): Promise<void> {
  const cache = await caches.open(current);
  // Past the browser's own cache, which may hold a page of the version before.
  await cache.addAll(files.map((file) => new Request(file, { cache: 'no-cache', credentials: 'omit' })));
  await worker.skipWaiting();
}

/** The names of caches come in the order in which they were made. */
async function tidy(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== current);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
}

async function kept(path: string): Promise<Response | undefined> {
  const cache = await caches.open(current);
  return (await cache.match(path, asStored)) ?? caches.match(path, asStored);
}

async function gatewayFirst(request: Request): Promise<Response> {
  const answer = fetch(request);
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patience));
  try {
    const first = await Promise.race([answer, late]);
    if (first !== undefined && first.status < 500) return first;
  } catch {
    // The gateway is away.
  }
  return (await kept('/')) ?? answer;
}
