import { useSyncExternalStore } from 'react';
import type { Incident } from '../shared/api/types.ts';
import { localName } from '../shared/format.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { useWords } from '../shared/ui/useWords.ts';

/** Mark is one side fact that changes how an alarm is to be read. */
interface Mark {
  key: string;
  text: string;
  /** loud must not be overlooked, strong stands out, good is good news. */
  style?: 'loud' | 'strong' | 'soft' | 'good';
}

/** useReturned says whose promise to come was not kept in time. It waits for the next one. */
function useReturned({ id }: Incident): Incident['accepted'] {
  const { live } = useViewer().session;
  return useSyncExternalStore(live.subscribe, () => live.picture().returned.get(id));
}

/** Marks are the side facts of a card, the loud ones first. */
export function Marks({ incident }: { incident: Incident }) {
  const { t, language, time } = useWords();
  const now = useViewer().session.clock.now();
  const returned = useReturned(incident);
  const at = (moment: string) => time(moment, incident, now);
  const marks: Mark[] = [];
  if (incident.confirmed !== undefined) {
    const point = localName(incident.confirmed.point, language);
    const text = point === '' ? t('ward.confirmedBare') : t('ward.confirmed', { point });
    marks.push({ key: 'confirmed', text, style: 'loud' });
  }
  if (incident.untold_at !== undefined && incident.state === 'raised') {
    marks.push({ key: 'untold', text: t('ward.untold', { time: at(incident.untold_at) }), style: 'loud' });
  }
  if (returned !== undefined) {
    const name = returned.name || t('ward.someone');
    marks.push({
      key: 'returned',
      text: t('ward.returned', { name, time: at(returned.at) }),
      style: 'strong',
    });
  }
  if (incident.cancelled_at !== undefined) {
    marks.push({
      key: 'cancelled',
      text: `${t('ward.cancelled')} ${at(incident.cancelled_at)}`,
      style: 'soft',
    });
  }
  if (incident.alarms > 1) {
    marks.push({ key: 'realarm', text: t('ward.realarm', { count: incident.alarms }), style: 'strong' });
  }
  // Until it is normal again, whoever attends can end it as false or a test only.
  if (incident.active && incident.state !== 'raised')
    marks.push({ key: 'active', text: t('ward.stillActive') });
  if (incident.cleared_at !== undefined && !incident.active) {
    marks.push({ key: 'cleared', text: t('ward.cleared', { time: at(incident.cleared_at) }), style: 'good' });
  }
  if (incident.late === true) {
    marks.push({ key: 'late', text: t('ward.late', { time: at(incident.happened_at) }) });
  }
  if (incident.clock === 'offset') marks.push({ key: 'clock', text: t('ward.clock') });
  if (incident.clock === 'received') marks.push({ key: 'clock', text: t('ward.clockReceived') });
  if (marks.length === 0) return null;
  return (
    <ul className="marks">
      {marks.map(({ key, text, style }) => (
        <li key={key} className={`mark ${style ?? ''}`} data-testid={`mark-${key}`}>
          {text}
        </li>
      ))}
    </ul>
  );
}
