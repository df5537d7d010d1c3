import type { RegionTree } from '../shared/api/inspect.ts';
import type { Standing } from './standing.ts';

/** standing is a calm and well covered home for tests. */
export function standing(id: string, more: Partial<Standing> = {}): Standing {
  const name = { zh: id, en: id };
  return {
    state: 'calm',
    hazards: 0,
    overdue: 0,
    open: 0,
    out: false,
    ...more,
    node: {
      site: { id, kind: 'nursing_home', name, region: name, address: name, time_zone: 'Asia/Shanghai' },
      region: 'village',
      township: name,
      coverage: {
        points: 4,
        silent: 0,
        unproven: 0,
        detectors: 2,
        doubted: 0,
        untested: 0,
        edges: 1,
        offline: 0,
      },
      ...more.node,
    },
  };
}

/** tree is a district with a township and its village, and these homes. */
export function tree(...homes: Standing[]): RegionTree {
  const region = (id: string, level: 'district' | 'township' | 'village', parent?: string) => ({
    id,
    level,
    parent,
    name: { zh: id, en: id },
  });
  return {
    time: '2026-07-01T00:00:00Z',
    time_zone: 'Asia/Shanghai',
    today: '2026-07-01',
    within_s: { urgent: 180, high: 300, medium: 600, low: 3600 },
    regions: [
      region('district', 'district'),
      region('township', 'township', 'district'),
      region('village', 'village', 'township'),
      region('other', 'township', 'district'),
    ],
    sites: homes.map(({ node }) => node),
  };
}
