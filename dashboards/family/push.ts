import { fetchPush, subscribe, unsubscribe } from '../shared/api/family.ts';

/** Ability is whether this browser can show alerts: yes, only from the home screen (iPhones), or not at all. */
export type Ability = 'able' | 'install' | 'unable';

interface Surroundings {
  worker: boolean;
  push: boolean;
  apple: boolean;
  installed: boolean;
}

/** abilityOf judges by what a browser has. */
export function abilityOf({ worker, push, apple, installed }: Surroundings): Ability {
  if (worker && push) return 'able';
  return apple && !installed ? 'install' : 'unable';
}

/** ability looks at this browser. */
export function ability(): Ability {
  return abilityOf({
    worker: 'serviceWorker' in navigator,
    push: 'PushManager' in globalThis && 'Notification' in globalThis,
    apple: /iPhone|iPad|iPod/.test(navigator.userAgent),
    installed: matchMedia('(display-mode: standalone)').matches,
  });
}

/**
 * The worker that shows alerts is one of its own, with a scope in which no page
 * lies, so that it and the one that keeps the pages never replace each other.
 */
const worker = { file: '/push.js', scope: '/family/push/' };

async function registration(): Promise<ServiceWorkerRegistration | undefined> {
  return navigator.serviceWorker.getRegistration(worker.scope);
}

/** subscribed reports whether this browser is told already. */
export async function subscribed(): Promise<boolean> {
  if (ability() !== 'able') return false;
  const held = await registration();
  return held?.scope.endsWith(worker.scope) === true && (await held.pushManager.getSubscription()) !== null;
}

/** Outcome is what became of the wish to be told on this phone. */
export type Outcome = 'done' | 'denied' | 'failed';

/** tellMe asks the browser's permission, which it gives on a tap only, and subscribes. */
export async function tellMe(): Promise<Outcome> {
  // First of all, while the tap counts.
  if ((await Notification.requestPermission()) !== 'granted') return 'denied';
  try {
    const { key } = await fetchPush();
    const held = await navigator.serviceWorker.register(worker.file, { scope: worker.scope });
    await active(held);
    const made = await held.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const { endpoint, keys } = made.toJSON();
    if (endpoint === undefined || keys?.p256dh === undefined || keys.auth === undefined) return 'failed';
    await subscribe({ endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } });
    return 'done';
  } catch {
    // The push service of the browser cannot be reached, as from many networks.
    return 'failed';
  }
}

/** active waits until the worker can subscribe. */
async function active({ active, installing, waiting }: ServiceWorkerRegistration): Promise<void> {
  const coming = installing ?? waiting;
  if (active !== null || coming === null) return;
  await new Promise<void>((resolve, reject) => {
    coming.addEventListener('statechange', () => {
      if (coming.state === 'activated') resolve();
      if (coming.state === 'redundant') reject(new Error('the browser did not keep the worker of alerts'));
    });
  });
}

/**
 * tellMeNoLonger ends the alerts on this phone. Without the gateway the browser
 * ends them alone, and the gateway learns of it when it sends the next one.
 */
export async function tellMeNoLonger(): Promise<void> {
  const made = await (await registration())?.pushManager.getSubscription();
  if (!made) return;
  try {
    await unsubscribe(made.endpoint);
  } finally {
    await made.unsubscribe();
  }
}
