import { useEffect, useEffectEvent } from 'react';

/** idle is after how long the page forgets a hand that does nothing, in milliseconds, as the gateway does. */
export const idle = 120_000;

/**
 * useLeft calls when nobody is there any more: nothing was touched or typed for
 * so many milliseconds, or the page cannot be seen.
 */
export function useLeft(after: number, on: boolean, call: () => void): void {
  const left = useEffectEvent(call);
  useEffect(() => {
    if (!on) return;
    let timer = setTimeout(left, after);
    const again = () => {
      clearTimeout(timer);
      timer = setTimeout(left, after);
    };
    const hidden = () => {
      if (document.hidden) left();
    };
    document.addEventListener('pointerdown', again);
    document.addEventListener('keydown', again);
    document.addEventListener('visibilitychange', hidden);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('pointerdown', again);
      document.removeEventListener('keydown', again);
      document.removeEventListener('visibilitychange', hidden);
    };
  }, [after, on]);
}
