import type { Role } from '../../shared/api/types.ts';

/** Part is a part of the page of administration. */
export type Part =
  | 'coverage'
  | 'region'
  | 'site'
  | 'zone'
  | 'edge'
  | 'point'
  | 'resident'
  | 'user'
  | 'channel'
  | 'files'
  | 'walk';

/** partsOf lists the parts that a role has, the first to be shown first. */
export function partsOf(role: Role): readonly Part[] {
  switch (role) {
    case 'operator':
      return [
        'coverage',
        'point',
        'zone',
        'edge',
        'resident',
        'user',
        'site',
        'region',
        'channel',
        'files',
        'walk',
      ];
    case 'manager':
      return ['point', 'zone', 'resident', 'user', 'files', 'walk'];
    case 'leader':
      return ['walk'];
    default:
      return [];
  }
}

/** partOf is the part that an address names, or else the first. */
export function partOf(hash: string, role: Role): Part {
  const parts = partsOf(role);
  const named = hash.replace(/^#/, '');
  return parts.find((part) => part === named) ?? parts[0] ?? 'coverage';
}

/** isEverywhere reports whether a part can be shown of all sites at once. */
export function isEverywhere(part: Part): boolean {
  return part === 'site' || part === 'user' || part === 'files' || part === 'region' || part === 'channel';
}

/** siteOf is the site of a part: the chosen one, or the first where all were chosen and the part is of one. */
export function siteOf(part: Part, chosen: string, sites: readonly { id: string }[]): string {
  return isEverywhere(part) ? chosen : chosen || (sites[0]?.id ?? '');
}
