const formats = new Map<string, Intl.DateTimeFormat>();

/** stamp writes a time as registers do, 2026-07-01 09:30:00, on the clock of a zone. */
export function stamp(at: string, zone: string): string {
  let format = formats.get(zone);
  if (format === undefined) {
    const options = {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    } as const;
    try {
      format = new Intl.DateTimeFormat('sv-SE', { ...options, timeZone: zone || undefined });
    } catch {
      format = new Intl.DateTimeFormat('sv-SE', options); // a zone that this browser does not know
    }
    formats.set(zone, format);
  }
  return format.format(new Date(at));
}
