import { usePicture, useViewer } from '../../shared/ui/hooks.ts';
import { useStale } from '../../shared/ui/Link.tsx';

/** useReached reports whether the gateway answers now; it draws again when that changes. */
export function useReached(): boolean {
  usePicture();
  const stale = useStale();
  const { link, polling } = useViewer().session.live.status();
  return !stale && (link === 'live' || polling);
}
