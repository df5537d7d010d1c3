import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Deeds, DeedState } from './deeds.ts';

/** Sheet is the dialog that is open over the board; `away` says that a step needs the present. */
export type Sheet = { kind: 'resolve' | 'explain' | 'note' | 'away'; id: string } | { kind: 'pending' };

/** Desk is what cards use to act. It lives above them, since a card moves when its state changes. */
export interface Desk {
  deeds: Deeds;
  open: (sheet: Sheet) => void;
}

/** DeskContext is given by the board. */
export const DeskContext = createContext<Desk | undefined>(undefined);

/** useDesk may be used only below the board. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error('useDesk was used outside the board');
  return desk;
}

/** useDeed returns how the latest deed on an incident stands. */
export function useDeed(id: string): DeedState | undefined {
  const { deeds } = useDesk();
  return useSyncExternalStore(deeds.subscribe, () => deeds.state(id));
}
