// The shapes of the API under the names that the pages use. They come from the
// gateway's OpenAPI document (`npm run gen`), so that a renamed field fails the
// build and not the night shift.
import type { components } from './schema.d.ts';

type Schemas = components['schemas'];

export type Me = Schemas['Me'];
export type Role = Me['user']['role'];
export type Site = Schemas['SiteView'];
export type Text = Schemas['Text'];
export type Place = Schemas['PlaceView'];
export type Incident = Schemas['IncidentView'];
export type IncidentClass = Incident['class'];
export type Severity = Incident['severity'];
export type State = Incident['state'];
export type Cause = NonNullable<Incident['cause']>;
export type Board = Schemas['Board'];
export type Entry = Schemas['EntryView'];
export type Notice = Schemas['NoticeView'];
export type Detail = Schemas['IncidentDetail'];
export type Frame = Schemas['Frame'];
export type Hello = Schemas['Hello'];
export type Point = Schemas['PointView'];
export type Shelf = Schemas['ShelfView'];
export type DutyView = Schemas['DutyView'];
export type ContactsView = Schemas['ContactsView'];
export type TriedResult = Schemas['TriedResult'];
export type Mistake = Schemas['Mistake'];
export type DocumentView = Schemas['DocumentView'];
export type ResidentEntry = Schemas['ResidentEntry'];
export type CarePlan = Schemas['CarePlanView'];
export type CareRule = Schemas['CareRule'];
export type Away = Schemas['Away'];
export type AlarmHealth = Schemas['AlarmHealth'];
export type Answer = Schemas['AnswerView'];

/** AlarmPoint is what the rows of alarm health have in common: which alarm of which point. */
export type AlarmPoint = Pick<Schemas['FrequentView'], 'site' | 'class' | 'point' | 'place'>;

/** Verb is what a person may do with an incident, as `can` lists it. */
export type Verb = Incident['can'][number];

/** lifeSafety are the hazards to everybody: a point that watches for them is never shelved, only under repair. */
export const lifeSafety: readonly IncidentClass[] = ['fire', 'gas', 'carbon_monoxide'];

/** equipment are the classes that concern the equipment and not a person. */
export const equipment: readonly IncidentClass[] = ['silent', 'fault', 'tamper', 'battery'];

/** aboutPeople are the classes whose cause may be told at the hand-over: the next resident waits. */
export const aboutPeople: readonly IncidentClass[] = [
  'sos',
  'call',
  'fall',
  'bed_exit',
  'wandering',
  'inactivity',
  'vital',
];

/** Language is one in which every text exists. */
export type Language = 'zh' | 'en';

/** classes lists every class, emergencies first; the compiler sees that none is missing. */
export const classes = Object.keys({
  fire: 0,
  carbon_monoxide: 0,
  gas: 0,
  sos: 0,
  fall: 0,
  vital: 0,
  water_leak: 0,
  call: 0,
  bed_exit: 0,
  wandering: 0,
  inactivity: 0,
  intrusion: 0,
  silent: 0,
  fault: 0,
  tamper: 0,
  battery: 0,
} satisfies Record<IncidentClass, 0>) as IncidentClass[];

/**
 * The codes that refine a cause: the care given for a real event, the reason
 * of a false one. The gateway refuses others.
 */
export const causeReasons = {
  real: ['toilet', 'water', 'turned', 'comforted', 'first_aid', 'hospital', 'fire_service', 'other'],
  false: ['cooking', 'steam', 'dust', 'pressed_by_mistake', 'sensor_moved', 'device_broken', 'other'],
} as const;
export type Reason = (typeof causeReasons)[keyof typeof causeReasons][number];
