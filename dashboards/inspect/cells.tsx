import type { Answer, GapRow, IncidentRow } from '../shared/api/inspect.ts';
import { localName } from '../shared/format.ts';
import { ClassIcon } from '../shared/ui/ClassIcon.tsx';
import { useReason } from '../shared/ui/useReason.ts';
import { useWords } from '../shared/ui/useWords.ts';
import type { ColumnKey } from './columns.ts';
import { addressOf } from './route.ts';
import { stamp } from './stamp.ts';
import { To } from './To.tsx';

/** heads are the texts of the columns. */
export const heads = {
  raised: 'oversight.raised',
  state: 'oversight.state',
  class: 'oversight.class',
  severity: 'oversight.severity',
  township: 'oversight.township',
  site: 'oversight.site',
  place: 'oversight.place',
  accepted: 'oversight.accepted',
  accepted_by: 'oversight.acceptedBy',
  arrived: 'oversight.arrived',
  resolved: 'oversight.resolved',
  cause: 'oversight.cause',
  answer: 'oversight.answer',
  wait: 'oversight.wait',
} as const satisfies Record<ColumnKey, string>;

/** AnswerTag says how an alarm was answered; what came too late stands out. */
export function AnswerTag({ answer }: { answer: Answer | undefined }) {
  const { t } = useWords();
  if (answer === undefined) return null;
  return (
    <span className="answer" data-answer={answer}>
      {t(`oversight.answers.${answer}`)}
    </span>
  );
}

/** usePlace says where something is, as an Excel file does. */
export function usePlace(): (place: GapRow['place']) => string {
  const { t, language } = useWords();
  return ({ floor, zone, point }) =>
    [floor ? t('place.floor', { floor }) : '', localName(zone, language), localName(point, language)]
      .filter(Boolean)
      .join(' ');
}

/** Cell is one column of one incident; what the viewer may not see, or what is not, is empty. */
export function Cell({ row, column }: { row: IncidentRow; column: ColumnKey }) {
  const { t, language } = useWords();
  const why = useReason();
  const place = usePlace();
  const { incident } = row;
  const at = (time: string | undefined) => (time === undefined ? '' : stamp(time, incident.site.time_zone));
  switch (column) {
    case 'raised':
      return at(incident.raised_at);
    case 'state':
      return t(`state.${incident.state}`);
    case 'class':
      return (
        <span className="what">
          <ClassIcon of={incident.class} />
          {t(`class.${incident.class}`)}
        </span>
      );
    case 'severity':
      return t(`severity.${incident.severity}`);
    case 'township':
      return localName(row.township, language);
    case 'site':
      return (
        <To href={addressOf('site', { site: incident.site.id })}>
          {localName(incident.site.name, language)}
        </To>
      );
    case 'place':
      return place(incident.place);
    case 'accepted':
      return at(incident.accepted?.at);
    case 'accepted_by':
      return incident.accepted?.name ?? '';
    case 'arrived':
      return at(incident.arrived?.at);
    case 'resolved':
      return at(incident.resolved?.at);
    case 'cause':
      return why(incident);
    case 'answer':
      return <AnswerTag answer={row.answer} />;
    case 'wait':
      return row.answer === undefined ? '' : Math.round(row.wait_s);
  }
}
