import type { AlarmHealth, AlarmPoint, Answer, IncidentClass, Me } from '../../shared/api/types.ts';
import { community, home, placeOf } from './data.ts';
import type { World } from './world.ts';

/** health is the alarm health of a bad week in the invented homes, as a role sees it. */
export function health(me: Me, query: URLSearchParams, world: World): AlarmHealth {
  const only = query.get('site');
  const sites = me.sites.filter((site) => only === null || site.id === only);
  const staff = me.user.role === 'leader' || me.user.role === 'manager';
  const hour = 3_600;
  const point = (id: string, of: IncidentClass, room: string, bed?: string, site = home): AlarmPoint => {
    const shown = staff || ['fire', 'battery', 'silent'].includes(of);
    return shown
      ? { site: site.id, class: of, point: id, place: placeOf(room, bed, of) }
      : { site: site.id, class: of, place: {} };
  };
  const times = (
    count: number,
    missing: number,
    median: number,
    p90: number,
    max: number,
    shares: number[],
  ) => ({
    count,
    missing,
    median_s: median,
    p90_s: p90,
    max_s: max,
    within_60_s: shares[0] ?? 0,
    within_180_s: shares[1] ?? 0,
  });
  const answer = (key: string, incidents: number, unanswered: number, slower = 1): Answer => ({
    key,
    incidents,
    unanswered,
    realarmed: 0,
    accept: times(incidents - unanswered, unanswered, 24 * slower, 71 * slower, 412 * slower, [
      0.84 / slower,
      0.97 / slower,
    ]),
    arrive: times(Math.floor(incidents * 0.7), Math.ceil(incidents * 0.3), 96 * slower, 204 * slower, 3780, [
      0.22 / slower,
      0.63 / slower,
    ]),
  });
  const advice: AlarmHealth['advice'] = [
    {
      ...point('302-1-mat', 'bed_exit', '302', '1'),
      shift: 'night',
      day: '2026-11-23',
      false_alarms: 7,
      turns: 4,
      offers: ['delay', 'move', 'repair', 'shelve'],
    },
    {
      ...point('405-smoke', 'fire', '405'),
      shift: 'evening',
      day: '2026-11-21',
      false_alarms: 3,
      turns: 1,
      offers: ['under_repair'],
    },
  ];
  const shownAdvice = staff ? advice : advice.filter(({ class: of }) => of === 'fire');
  return {
    time: world.iso(),
    from: world.iso(7 * 24 * hour),
    to: world.iso(),
    sites,
    residents: 48,
    incidents: 371,
    alarms: 412,
    estimated: 18,
    explained: 23,
    exercises: 12,
    pending: 3,
    carer_hours: 672,
    per_carer_hour: 0.613,
    average_per_10_min: 0.41,
    peak: { site: home.id, at: world.iso(30 * hour), count: 17 },
    flood_share: 0.0042,
    floods: [
      { site: home.id, from: world.iso(30.2 * hour), to: world.iso(29.8 * hour), alarms: 21 },
      { site: home.id, from: world.iso(0.3 * hour), to: world.iso(), alarms: 13, ongoing: true },
    ],
    flood_count: 2,
    chattering: [
      { ...point('101-door', 'wandering', '101'), bursts: 6, most: 9, last: world.iso(3 * hour) },
      { ...point('208-2-bell', 'call', '208', '2'), bursts: 1, most: 3, last: world.iso(50 * hour) },
    ],
    chattering_count: 2,
    fleeting: [{ ...point('101-door', 'wandering', '101'), count: 14 }],
    fleeting_count: 1,
    standing: [
      {
        ...point('103-door', 'battery', '103'),
        incident: 'i-1',
        since: world.iso(96 * hour),
        for_s: 96 * hour,
        open: true,
        active: true,
      },
      {
        ...point('211-1-mat', 'silent', '211', '1'),
        incident: 'i-2',
        since: world.iso(70 * hour),
        for_s: 31 * hour,
        open: false,
        active: false,
      },
    ],
    standing_count: 130,
    top: [
      { ...point('302-1-mat', 'bed_exit', '302', '1'), count: 88, share: 88 / 412 },
      { ...point('101-door', 'wandering', '101'), count: 61, share: 61 / 412 },
      { ...point('208-2-bell', 'call', '208', '2'), count: 40, share: 40 / 412 },
      { ...point('501-cord', 'sos', '501', undefined, community), count: 9, share: 9 / 412 },
    ],
    severities: [
      { severity: 'urgent', count: 58, share: 58 / 412, recommended: 0.01 },
      { severity: 'high', count: 75, share: 75 / 412, recommended: 0.05 },
      { severity: 'medium', count: 270, share: 270 / 412, recommended: 0.15 },
      { severity: 'low', count: 9, share: 9 / 412, recommended: 0.8 },
    ],
    answers: {
      overall: answer('', 340, 2),
      by_shift: [answer('day', 120, 0), answer('evening', 130, 1, 1.3), answer('night', 90, 1, 2.4)],
      by_class: [
        answer('sos', 22, 0),
        answer('fall', 31, 1),
        answer('call', 200, 0, 1.5),
        answer('bed_exit', 87, 1, 2),
        {
          ...answer('battery', 9, 0, 40),
          arrive: { count: 0, missing: 0, within_60_s: 0, within_180_s: 0 },
        },
      ],
      by_site: sites.length > 1 ? [answer('dongqiao', 12, 0, 3), answer('heyuan', 328, 2)] : [],
    },
    false_alarms: [
      { class: 'sos', alarms: 24, false: 4, per_resident_week: 4 / 48 },
      { class: 'fall', alarms: 33, false: 12, per_resident_week: 12 / 48, reference: 0.17 },
      { class: 'bed_exit', alarms: 96, false: 41, per_resident_week: 41 / 48 },
      { class: 'battery', alarms: 9, false: 0, per_resident_week: 0 },
    ],
    advice: shownAdvice,
    advice_count: shownAdvice.length,
  };
}
