import { useViewer } from '../../shared/ui/hooks.ts';

/**
 * useShowsPhotos tells who may add and see photos here: `yes` for leaders and managers, `asked` at a
 * station, where the gateway asks who it is and decides, and `no` for everybody else.
 */
export function useShowsPhotos(): 'yes' | 'asked' | 'no' {
  const { role, station } = useViewer().me.user;
  if (station === 'station') return 'asked';
  return station === undefined && (role === 'leader' || role === 'manager') ? 'yes' : 'no';
}
