import { useCallback, useEffect, useRef } from 'react';
import { fetchFloorPlan, type FloorPlan } from '../../shared/api/ward.ts';
import { usePicture } from '../../shared/ui/hooks.ts';
import { useLoaded, type Loaded } from '../../shared/ui/useLoaded.ts';

/** Coverage and shelves change without an incident. */
const readEvery = 15_000;
/** A flood changes the board many times a second; the plan follows so often, and not only when it is over. */
const follow = 700;

/** usePlan returns the plan of a site, read again whenever the board changes. */
export function usePlan(site: string): Loaded<FloorPlan> {
  const load = useCallback(() => fetchFloorPlan(site), [site]);
  const loaded = useLoaded(load, readEvery);
  const { incidents } = usePicture();
  const { again } = loaded;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      again();
    }, follow);
  }, [incidents, again]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return loaded;
}
