/**
 * Shows what the gateway sends to a phone that asked for it (see
 * alerts/notify/webpush). It has a scope of its own, beside the worker that
 * keeps the pages, and keeps nothing.
 */

// The types of the pages and those of workers exclude each other; these are the
// parts that are used here.
interface Waits extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Pushed extends Waits {
  readonly data: { json(): unknown } | null;
}
interface Tapped extends Waits {
  readonly notification: { data: unknown; close(): void };
}
interface Window {
  readonly url: string;
  focus(): Promise<unknown>;
}
interface Worker {
  addEventListener(type: 'push', listener: (event: Pushed) => void): void;
  addEventListener(type: 'notificationclick', listener: (event: Tapped) => void): void;
  readonly registration: { showNotification(title: string, options: object): Promise<void> };
  readonly clients: {
    matchAll(options: object): Promise<readonly Window[]>;
    openWindow(url: string): Promise<unknown>;
  };
}

const worker = globalThis as unknown as Worker;

worker.addEventListener('push', (event) => {
  const { id, title, text, language, link } = read(event);
  event.waitUntil(
    worker.registration.showNotification(title ?? '守望 Shouwang', {
      body: text ?? '',
      lang: language ?? 'zh',
      // The same message sent again replaces the first.
      tag: id ?? '',
      icon: '/icon-192.png',
      requireInteraction: true,
      data: link ?? '',
    }),
  );
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { data } = event.notification;
  event.waitUntil(open(target(typeof data === 'string' ? data : '')));
});

/** read takes what can be read: browsers demand that something is shown in any case. */
function read(event: Pushed): Record<string, string | undefined> {
  try {
    return (event.data?.json() ?? {}) as Record<string, string | undefined>;
  } catch {
    return {};
  }
}

/** target is the page of this gateway to which a message leads; it leads nowhere else, whatever stands in it. */
function target(link: string): string {
  const family = new URL('/family/', location.origin);
  if (link === '') return family.href;
  try {
    const there = new URL(link, location.origin);
    return there.origin === location.origin ? there.href : family.href;
  } catch {
    return family.href;
  }
}

async function open(url: string): Promise<void> {
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const there = windows.find((window) => window.url === url);
  await (there === undefined ? worker.clients.openWindow(url) : there.focus());
}
