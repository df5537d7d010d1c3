import { memo } from 'react';
import type { Incident } from '../shared/api/types.ts';
import { localName, shortTime, since, waited } from '../shared/format.ts';
import { ClassIcon } from '../shared/ui/ClassIcon.tsx';
import { useNow } from '../shared/ui/hooks.ts';
import { useReason } from '../shared/ui/useReason.ts';
import { useWords } from '../shared/ui/useWords.ts';

function State({ incident, late }: { incident: Incident; late: boolean }) {
  const { t } = useWords();
  const now = useNow();
  return (
    <>
      <span className="tag" data-state={incident.state} data-late={late}>
        {t(`state.${incident.state}`)}
      </span>
      {incident.state === 'raised' && (
        <span className={late ? 'waits late' : 'waits'}>
          {waited(now - since(incident))}
          {late && <strong> {t('inspect.tooLong')}</strong>}
        </span>
      )}
    </>
  );
}

const Row = memo(function Row({ incident, now, late }: { incident: Incident; now: number; late: boolean }) {
  const { t, language, place } = useWords();
  const why = useReason()(incident);
  const time = (at: string | undefined) =>
    at === undefined ? '' : shortTime(at, now, incident.site.time_zone, language);
  const hasPlace = Object.keys(incident.place).length > 0;
  // Of what concerns a person an inspector sees no place at all.
  const where = hasPlace ? place(incident).join(' ') : '';
  const acted = (act: Incident['accepted'], label: string) => (
    <td data-label={label}>
      {act !== undefined && (
        <>
          {time(act.at)} {act.name}
        </>
      )}
    </td>
  );
  return (
    <tr data-testid="row" data-id={incident.id} data-state={incident.state}>
      <td data-label={t('inspect.state')}>
        <State incident={incident} late={late} />
      </td>
      <td data-label={t('inspect.class')} className="what">
        <ClassIcon of={incident.class} />
        <span>
          {t(`class.${incident.class}`)} <small>{t(`severity.${incident.severity}`)}</small>
        </span>
      </td>
      <td data-label={t('inspect.site')}>
        {localName(incident.site.name, language)} <small>{localName(incident.site.region, language)}</small>
        {where !== '' && <small className="where">{where}</small>}
      </td>
      <td data-label={t('inspect.raised')}>{time(incident.raised_at)}</td>
      {acted(incident.accepted, t('inspect.accepted'))}
      {acted(incident.arrived, t('inspect.arrived'))}
      {acted(incident.resolved, t('inspect.resolved'))}
      <td data-label={t('inspect.cause')}>{why}</td>
    </tr>
  );
});

/** Table lists live incidents, those that nobody accepted in time marked; on a narrow screen each row becomes a card. */
export function Table({
  incidents,
  now,
  caption,
  late,
}: {
  incidents: Incident[];
  now: number;
  caption: string;
  late: (incident: Incident) => boolean;
}) {
  const { t } = useWords();
  // Times of other days show their day; that changes once a minute at most.
  const minute = Math.floor(now / 60_000) * 60_000;
  return (
    <table className="grid">
      <caption className="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{t('inspect.state')}</th>
          <th scope="col">{t('inspect.class')}</th>
          <th scope="col">{t('inspect.site')}</th>
          <th scope="col">{t('inspect.raised')}</th>
          <th scope="col">{t('inspect.accepted')}</th>
          <th scope="col">{t('inspect.arrived')}</th>
          <th scope="col">{t('inspect.resolved')}</th>
          <th scope="col">{t('inspect.cause')}</th>
        </tr>
      </thead>
      <tbody>
        {incidents.map((incident) => (
          <Row key={incident.id} incident={incident} now={minute} late={late(incident)} />
        ))}
      </tbody>
    </table>
  );
}
