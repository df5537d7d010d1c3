import type { Home, HomeState, Village } from '../shared/api/community.ts';

/** The states of a home, the worst first. */
export const homeStates = [
  'raised',
  'accepted',
  'arrived',
  'silent',
  'shelved',
  'unproven',
  'calm',
] as const satisfies readonly HomeState[];

/** filtered are the villages with those homes that have every word of a search and, where one is named, the state. */
export function filtered(villages: readonly Village[], search: string, state?: HomeState): Village[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (village: Village, home: Home) => {
    const texts = [...village.path, home.name, home.address].flatMap(({ zh, en }) => [zh, en]);
    const all = [...texts, ...home.residents.map(({ name }) => name)].join('\n').toLowerCase();
    return words.every((word) => all.includes(word)) && (state === undefined || home.state === state);
  };
  return villages
    .map((village) => ({ ...village, homes: village.homes.filter((home) => has(village, home)) }))
    .filter(({ homes }) => homes.length > 0);
}

/** counted says how many homes stand how. */
export function counted(villages: readonly Village[]): Record<HomeState, number> {
  const counts = Object.fromEntries(homeStates.map((state) => [state, 0])) as Record<HomeState, number>;
  for (const { homes } of villages) for (const { state } of homes) counts[state] += 1;
  return counts;
}
