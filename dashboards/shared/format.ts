import type { Incident, Language, Place, Text } from './api/types.ts';

/** localName picks the text of a language; an empty one falls back to the other. */
export function localName(text: Text | undefined, language: Language): string {
  if (text === undefined) return '';
  const [first, second] = language === 'zh' ? [text.zh, text.en] : [text.en, text.zh];
  return first || second;
}

/** telephone is the address by which a number is called: what people put between its digits goes. */
export function telephone(number: string): string {
  return `tel:${number.replaceAll(/[^+\d]/g, '')}`;
}

/** waited writes a wait as mm:ss, from one hour on as h:mm:ss. A negative one is 00:00. */
export function waited(milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  const rest = `${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Age is a length of time in its largest whole unit; `unit` is a key below `time`. */
export interface Age {
  unit: 'seconds' | 'minutes' | 'hours' | 'days';
  count: number;
}

/** ageOf says a length of time, in milliseconds, as a person would. */
export function ageOf(milliseconds: number): Age {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return { unit: 'seconds', count: seconds };
  if (seconds < 7200) return { unit: 'minutes', count: Math.floor(seconds / 60) };
  if (seconds < 172_800) return { unit: 'hours', count: Math.floor(seconds / 3600) };
  return { unit: 'days', count: Math.floor(seconds / 86_400) };
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatter(
  language: Language,
  zone: string,
  key: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const id = `${language} ${zone} ${key}`;
  let format = formats.get(id);
  if (format === undefined) {
    const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
    try {
      format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone || undefined, hourCycle: 'h23' });
    } catch {
      // A zone that this browser does not know must not take the board away.
      format = new Intl.DateTimeFormat(locale, { ...options, hourCycle: 'h23' });
    }
    formats.set(id, format);
  }
  return format;
}

type Instant = string | number;

/** clockTime writes hours, minutes and seconds in the site's time zone. */
export function clockTime(at: Instant, zone: string, language: Language): string {
  return formatter(language, zone, 'clock', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(at));
}

/** fullDate writes the day with its weekday in the site's time zone. */
export function fullDate(at: Instant, zone: string, language: Language): string {
  return formatter(language, zone, 'date', { month: 'short', day: 'numeric', weekday: 'short' }).format(
    new Date(at),
  );
}

/**
 * shortTime writes hours and minutes in the site's time zone, with the day
 * before it when that is not today's.
 */
export function shortTime(at: Instant, now: number, zone: string, language: Language): string {
  const day = formatter(language, zone, 'day', { month: 'numeric', day: 'numeric', year: 'numeric' });
  const options: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  const moment = new Date(at);
  if (day.format(moment) === day.format(now))
    return formatter(language, zone, 'time', options).format(moment);
  return formatter(language, zone, 'daytime', { ...options, month: 'short', day: 'numeric' }).format(moment);
}

/** PlaceWords are the texts that a place is made of. */
export interface PlaceWords {
  floor: (floor: string) => string;
  bed: (bed: string) => string;
  unknown: string;
}

/**
 * placeParts says where something is, from the large to the small: floor, room,
 * bed. A floor or bed that is more than a number is written as people call it.
 */
export function placeParts(place: Place, language: Language, words: PlaceWords): string[] {
  const plain = /^-?\d+$/;
  const parts: string[] = [];
  if (place.floor) parts.push(plain.test(place.floor) ? words.floor(place.floor) : place.floor);
  const zone = localName(place.zone, language);
  if (zone) parts.push(zone);
  if (place.bed) parts.push(plain.test(place.bed) ? words.bed(place.bed) : place.bed);
  return parts.length > 0 ? parts : [localName(place.point, language) || words.unknown];
}

/** since is the moment from which the time that a card shows is counted. */
export function since(incident: Incident): number {
  const from =
    incident.state === 'resolved'
      ? (incident.resolved?.at ?? incident.alarmed_at)
      : incident.state === 'arrived'
        ? (incident.arrived?.at ?? incident.alarmed_at)
        : incident.state === 'accepted'
          ? (incident.accepted?.at ?? incident.alarmed_at)
          : incident.alarmed_at;
  return Date.parse(from);
}
