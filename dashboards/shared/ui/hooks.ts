import { createContext, useContext, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language, Me } from '../api/types.ts';
import type { Picture } from '../live.ts';
import type { Session } from '../session.ts';

/** Viewer is the signed-in person with the session of the page. */
export interface Viewer {
  me: Me;
  session: Session;
}

/** ViewerContext is given by Gate to everything below it. */
export const ViewerContext = createContext<Viewer | undefined>(undefined);

/** useViewer returns the signed-in person; it may be used only below Gate. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (viewer === undefined) throw new Error('useViewer was used outside Gate');
  return viewer;
}

/** usePicture returns the live picture and draws again when it changes. */
export function usePicture(): Picture {
  const { live } = useViewer().session;
  return useSyncExternalStore(live.subscribe, live.picture);
}

/** useNow returns the running second of the gateway's clock, in milliseconds since 1970. */
export function useNow(): number {
  const { ticker } = useViewer().session;
  return useSyncExternalStore(ticker.subscribe, ticker.now);
}

/** useLanguage returns the language of the page. */
export function useLanguage(): Language {
  return useTranslation().i18n.language === 'en' ? 'en' : 'zh';
}
