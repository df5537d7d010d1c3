/** The night of a house, in hours of its own clock: a bright screen in a corridor then wakes people. */
const nightFrom = 20;
const nightTo = 6;

/** isNight reports whether it is night by the clock of a time zone; an empty zone is the browser's own. */
export function isNight(now: number, timeZone: string): boolean {
  const hour = Number(
    new Intl.DateTimeFormat('en-GB', {
      hour: '2-digit',
      hourCycle: 'h23',
      timeZone: timeZone === '' ? undefined : timeZone,
    }).format(now),
  );
  return hour >= nightFrom || hour < nightTo;
}
