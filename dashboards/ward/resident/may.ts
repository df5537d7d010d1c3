import type { Me } from '../../shared/api/types.ts';

type User = Pick<Me['user'], 'role' | 'station'>;

/** May says which buttons of the page of a resident somebody has. */
export interface May {
  /** To make the link by which a relative comes in. */
  invite: boolean;
  /** To export what is kept of the resident, and to erase it. */
  rights: boolean;
}

/**
 * mayOf follows the gateway, which asks again. At a station nobody has them: the
 * link and the file would stay with whoever passes next.
 */
export function mayOf({ role, station }: User): May {
  const own = station === undefined;
  return {
    invite: own && (role === 'leader' || role === 'manager'),
    rights: own && (role === 'manager' || role === 'operator'),
  };
}
