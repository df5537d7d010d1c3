import type { Me, Role } from './api/types.ts';

/** Page is the folder of a page below the root. */
export type Page = 'ward' | 'community' | 'inspect' | 'family' | 'admin' | 'health' | 'plans' | 'account';

/** Person is what of a signed-in person decides which pages are his. */
export type Person = Pick<Me, 'user' | 'sites'>;

/** byRole is the page that a role works with. */
function byRole(role: Role): Page {
  switch (role) {
    case 'carer':
    case 'leader':
    case 'manager':
      return 'ward';
    case 'inspector':
      return 'inspect';
    case 'family':
    case 'helper':
      return 'family';
    case 'operator':
      return 'admin';
  }
}

/** pageOf is the page that somebody works with: of staff who watches private homes and nothing else, that of the community. */
export function pageOf({ user, sites }: Person): Page {
  const page = byRole(user.role);
  const homes = sites.length > 0 && sites.every(({ kind }) => kind === 'private_home');
  return page === 'ward' && user.station === undefined && homes ? 'community' : page;
}

/**
 * mayOpen reports whether somebody may use a page. Operators see the sites'
 * equipment as inspectors do; alarm health is for those who can change something,
 * and plans are made by leaders and managers. Managers enter their own site on the
 * page of administration, and leaders test its floors there. The page of the
 * community is for staff who watches a private home.
 */
export function mayOpen(me: Person, page: Page): boolean {
  const { role, station } = me.user;
  if (page === 'account') return true;
  if (page === 'plans') return role === 'leader' || role === 'manager';
  if (page === 'admin') return ['leader', 'manager', 'operator'].includes(role);
  if (page === 'health') return ['leader', 'manager', 'inspector', 'operator'].includes(role);
  if (page === 'community') {
    const watches = me.sites.some(({ kind }) => kind === 'private_home');
    return byRole(role) === 'ward' && station === undefined && watches;
  }
  return byRole(role) === page || (role === 'operator' && page === 'inspect');
}

/**
 * enter opens what somebody came for before signing in, such as the tag of a
 * room, or else his page.
 */
export function enter(me: Person): void {
  const next = new URLSearchParams(location.search).get('next') ?? '';
  if (/^\/t\/[\w/-]+$/.test(next)) location.replace(next);
  else goTo(pageOf(me));
}

/** goTo opens another page of the app in place of this one. */
export function goTo(page: Page | ''): void {
  location.replace(page === '' ? '/' : `/${page}/`);
}
