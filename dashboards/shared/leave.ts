import { signOut } from './api/client.ts';
import { actPrefix, drawer, forgetPicture, type Drawer } from './kept.ts';

/**
 * Signing out while the gateway is away cannot end the session there: its
 * cookie is out of a page's reach. This note makes the next page that reaches
 * the gateway end it, before anybody is let in by it.
 */
const leavingKey = 'shouwang.leaving';

/** leave notes that the person wants to be signed out and removes all that is kept of her, acts included. */
export function leave(from: Storage | undefined): void {
  forgetPicture(from);
  try {
    for (const key of Object.keys(from ?? {})) if (key.startsWith(actPrefix)) from?.removeItem(key);
    from?.setItem(leavingKey, '1');
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}

/** isLeaving reports whether somebody has signed out here and the gateway has not been told. */
export function isLeaving(from: Drawer | undefined): boolean {
  try {
    return from?.getItem(leavingKey) === '1';
  } catch {
    return false;
  }
}

/** left notes that the session has ended at the gateway, or that a new one has begun. */
export function left(from: Drawer | undefined): void {
  try {
    from?.removeItem(leavingKey);
  } catch {
    // See leave.
  }
}

/** onLeave calls when another tab of this browser signs out; it returns how to stop listening. */
export function onLeave(call: () => void): () => void {
  const hear = (event: StorageEvent) => {
    if (event.key === leavingKey && event.newValue !== null) call();
  };
  addEventListener('storage', hear);
  return () => removeEventListener('storage', hear);
}

/** How long signing out waits for what has to be done before it, in milliseconds. */
const beforeMost = 3_000;

/** first does what needs the session that is about to end; a failure, or a long wait, keeps nobody from leaving. */
export async function first(work: () => Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, beforeMost);
  });
  await Promise.race([work().catch(() => {}), enough]);
  clearTimeout(timer);
}

/** depart signs out here at once, and at the gateway as soon as it can be reached; it returns whether it was. */
export async function depart(): Promise<boolean> {
  leave(drawer());
  const told = await signOut();
  // Until now the page was open, and what it read meanwhile may have been kept.
  forgetPicture(drawer());
  if (told) left(drawer());
  return told;
}
