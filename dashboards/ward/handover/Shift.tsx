import type { Incident } from '../../shared/api/types.ts';
import type { ShiftPage } from '../../shared/api/ward.ts';
import { localName, shortTime, waited } from '../../shared/format.ts';
import { useViewer } from '../../shared/ui/hooks.ts';
import { useReason } from '../../shared/ui/useReason.ts';
import { useWords } from '../../shared/ui/useWords.ts';

/** acceptedAfter is how long the first alarm waited for a person, in milliseconds; undefined where none came. */
export function acceptedAfter(
  incident: Pick<Incident, 'raised_at' | 'accepted' | 'arrived'>,
): number | undefined {
  const first = [incident.accepted, incident.arrived]
    .filter((act) => act !== undefined)
    .map(({ at }) => Date.parse(at))
    .sort((a, b) => a - b)[0];
  return first === undefined ? undefined : Math.max(0, first - Date.parse(incident.raised_at));
}

function Row({ incident, now }: { incident: Incident; now: number }) {
  const { t, place, time } = useWords();
  const reason = useReason();
  const after = acceptedAfter(incident);
  const { cause } = incident;
  const names = [incident.accepted?.name, incident.arrived?.name, incident.resolved?.name].filter(Boolean);
  return (
    <li data-state={incident.state} data-testid="shift-incident">
      <p>
        <time dateTime={incident.raised_at}>{time(incident.raised_at, incident, now)}</time>{' '}
        <b>{t(`class.${incident.class}`)}</b> {place(incident).join(' ')} {incident.resident?.name}
      </p>
      <p className="side-note">
        {[
          t(`state.${incident.state}`),
          after === undefined ? t('handover.notAccepted') : t('handover.wait', { time: waited(after) }),
          [...new Set(names)].join(' '),
          cause === undefined ? '' : t('handover.cause', { cause: reason(incident) }),
        ]
          .filter(Boolean)
          .join(t('common.separator'))}
      </p>
      {incident.note !== undefined && incident.note !== '' && <p>{incident.note}</p>}
    </li>
  );
}

/** Shift is what is handed on: the same for the page that is signed and for one that was. */
export function Shift({ page, zone }: { page: ShiftPage; zone: string }) {
  const { t, language, place } = useWords();
  const now = useViewer().session.clock.now();
  const open = page.incidents.filter(({ state }) => state !== 'resolved');
  const over = page.incidents.filter(({ state }) => state === 'resolved');
  const where = (of: { place: Parameters<typeof place>[0]['place'] }) =>
    [...place(of), localName(of.place.point, language)].filter(Boolean).join(' ');
  return (
    <>
      {open.length > 0 && (
        <>
          <h3 className="shift-open">
            {t('handover.open')} <span className="count">{open.length}</span>
          </h3>
          <ul className="side-list">
            {open.map((incident) => (
              <Row key={incident.id} incident={incident} now={now} />
            ))}
          </ul>
        </>
      )}
      <h3>
        {t('handover.happened')} <span className="count">{over.length}</span>
      </h3>
      {page.more === true && <p className="side-kept">{t('handover.more')}</p>}
      {over.length === 0 && <p className="side-note">{t('handover.nothing')}</p>}
      <ul className="side-list">
        {over.map((incident) => (
          <Row key={incident.id} incident={incident} now={now} />
        ))}
      </ul>
      <h3>
        {t('handover.points')} <span className="count">{page.points.length}</span>
      </h3>
      {page.points.length === 0 && <p className="side-note">{t('handover.pointsNone')}</p>}
      <ul className="side-list shift-short">
        {page.points.map((point) => (
          <li key={point.id}>
            {where(point)} · <b>{t(`resident.state.${point.state}`)}</b>{' '}
            {point.doubt !== undefined && (
              <span className="side-note">{t(`admin.doubt.${point.doubt}`)}</span>
            )}
          </li>
        ))}
      </ul>
      <h3>
        {t('handover.shelves')} <span className="count">{page.shelves.length}</span>
      </h3>
      {page.shelves.length === 0 && <p className="side-note">{t('handover.shelvesNone')}</p>}
      <ul className="side-list shift-short">
        {page.shelves.map((shelf) => (
          <li key={`${shelf.point} ${shelf.class}`}>
            {where(shelf)} · <b>{t(`class.${shelf.class}`)}</b> {shelf.watch}{' '}
            {t('handover.until', { time: shortTime(shelf.until, now, zone, language) })}
          </li>
        ))}
      </ul>
      <h3>
        {t('handover.away')} <span className="count">{page.away.length}</span>
      </h3>
      <p className={page.away.length === 0 ? 'side-note' : ''}>
        {page.away.length === 0
          ? t('handover.awayNone')
          : page.away.map(({ name }) => name).join(t('common.separator'))}
      </p>
    </>
  );
}
