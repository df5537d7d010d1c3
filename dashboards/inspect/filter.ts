import {
  classes,
  equipment,
  lifeSafety,
  type Incident,
  type IncidentClass,
  type Me,
  type State,
} from '../shared/api/types.ts';

/** Filter narrows a list; an empty field narrows nothing. */
export interface Filter {
  site: string;
  class: IncidentClass | '';
  state: State | '';
}

/** noFilter shows everything. */
export const noFilter: Filter = { site: '', class: '', state: '' };

/** matches reports whether an incident is to be shown. */
export function matches(filter: Filter, incident: Incident): boolean {
  return (
    (filter.site === '' || incident.site.id === filter.site) &&
    (filter.class === '' || incident.class === filter.class) &&
    (filter.state === '' || incident.state === filter.state)
  );
}

/** isFireOfficer reports whether somebody inspects for the fire service. */
export function isFireOfficer(user: Me['user']): boolean {
  return user.role === 'inspector' && user.authority === 'fire';
}

/**
 * offered lists the classes that an inspector can look for. To offer the fire
 * service falls, of which it is never told, would read as if there were none.
 */
export function offered(user: Me['user']): IncidentClass[] {
  const told = [...lifeSafety, ...equipment];
  return isFireOfficer(user) ? classes.filter((name) => told.includes(name)) : classes;
}
