import type { Role } from './api/types.ts';

/** Page is the folder of a page below the root. */
export type Page = 'ward' | 'inspect' | 'family' | 'admin' | 'health' | 'plans' | 'account';

/** pageOf is the page that a role works with. */
export function pageOf(role: Role): Page {
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

/**
 * mayOpen reports whether a role may use a page. Operators see the sites'
 * equipment as inspectors do; alarm health is for those who can change something,
 * and plans are made by leaders and managers. Managers enter their own site on the
 * page of administration, and leaders test its floors there.
 */
export function mayOpen(role: Role, page: Page): boolean {
  if (page === 'account') return true;
  if (page === 'plans') return role === 'leader' || role === 'manager';
  if (page === 'admin') return ['leader', 'manager', 'operator'].includes(role);
  if (page === 'health') return ['leader', 'manager', 'inspector', 'operator'].includes(role);
  return pageOf(role) === page || (role === 'operator' && page === 'inspect');
}

/**
 * enter opens what somebody came for before signing in, such as the tag of a
 * room, or else the page of the role.
 */
export function enter(role: Role): void {
  const next = new URLSearchParams(location.search).get('next') ?? '';
  if (/^\/t\/[\w/-]+$/.test(next)) location.replace(next);
  else goTo(pageOf(role));
}

/** goTo opens another page of the app in place of this one. */
export function goTo(page: Page | ''): void {
  location.replace(page === '' ? '/' : `/${page}/`);
}
