import { createContext, useContext } from 'react';

/** Side is a page beside the board, which goes on sounding and showing what waits. */
export type Side =
  | { kind: 'plan' | 'handover'; site?: string }
  | { kind: 'evacuation'; site?: string; incident?: string; floor?: string }
  | { kind: 'resident'; id: string };

/** SideContext opens a page beside the board; undefined goes back to the board. */
export const SideContext = createContext<((side: Side | undefined) => void) | undefined>(undefined);

/** useSide returns how to open one; undefined where there are none, such as on a wall. */
export function useSide(): ((side: Side | undefined) => void) | undefined {
  return useContext(SideContext);
}
