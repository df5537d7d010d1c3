import { memo } from 'react';
import type { Incident } from '../shared/api/types.ts';
import { localName, since, waited } from '../shared/format.ts';
import { weight } from '../shared/order.ts';
import { ClassIcon } from '../shared/ui/ClassIcon.tsx';
import { useNow, useViewer } from '../shared/ui/hooks.ts';
import { useMoment, useStale } from '../shared/ui/Link.tsx';
import { useWords } from '../shared/ui/useWords.ts';
import { Actions } from './Actions.tsx';
import { EvacuationLink, ResidentLink } from './side/Links.tsx';
import { Explained } from './Explained.tsx';
import { Marks } from './Marks.tsx';

/** Wait is the only part of a card that is drawn each second. */
function Wait({ from, label }: { from: number; label: string }) {
  const now = useNow();
  return (
    <span className="wait">
      <span className="wait-label">{label}</span>
      <span className="wait-time" data-testid="wait">
        {waited(now - from)}
      </span>
    </span>
  );
}

/** State says how the incident stands, and of an old picture, when that was. */
function State({ state }: { state: Incident['state'] }) {
  const { t } = useWords();
  const stale = useStale();
  const moment = useMoment();
  const word = t(`state.${state}`);
  return <span data-testid="state">{stale ? t('offline.asOf', { time: moment(), state: word }) : word}</span>;
}

/** People says who has taken it and who is there. */
function People({ incident }: { incident: Incident }) {
  const { t, time } = useWords();
  const now = useViewer().session.clock.now();
  const { accepted, arrived } = incident;
  if (incident.state === 'raised') return null;
  const name = (act: { name?: string }) => act.name || t('ward.someone');
  return (
    <p className="people" data-testid="people">
      {accepted !== undefined && (
        <span>{t('ward.acceptedBy', { name: name(accepted), time: time(accepted.at, incident, now) })}</span>
      )}
      {arrived !== undefined && (
        <span>
          {t('ward.arrivedBy', {
            name: name(arrived),
            time: time(arrived.at, incident, now),
            means: t(`means.${arrived.means}`),
          })}
        </span>
      )}
    </p>
  );
}

/** Card is one open incident: what, where, who, how long, what to do, and the buttons. */
export const Card = memo(function Card({
  incident,
  explained,
  showSite,
}: {
  incident: Incident;
  /** What it explains. */
  explained: readonly Incident[] | undefined;
  showSite: boolean;
}) {
  const { t, language, place } = useWords();
  const where = place(incident);
  const point = localName(incident.place.point, language);
  const risk = localName(incident.resident?.risk, language);
  const label =
    incident.state === 'raised'
      ? t('ward.wait')
      : incident.state === 'accepted'
        ? t('ward.sinceAccept')
        : t('ward.sinceArrive');
  const title = `${incident.id}-title`;
  return (
    <li
      className="card"
      data-testid="card"
      data-id={incident.id}
      data-state={incident.state}
      data-severity={weight(incident)}
      data-confirmed={incident.confirmed !== undefined}
      data-class={incident.class}
      aria-labelledby={title}
    >
      <header className="card-band">
        <ClassIcon of={incident.class} />
        <h3 id={title}>
          <span className="card-class">{t(`class.${incident.class}`)}</span>
          <span className="card-severity">
            {t(`severity.${weight(incident)}`)} · <State state={incident.state} />
          </span>
        </h3>
        <Wait from={since(incident)} label={label} />
      </header>
      <div className="card-body">
        {showSite && <p className="card-site">{localName(incident.site.name, language)}</p>}
        <p className="card-place" data-testid="place">
          {where.map((part) => (
            <span key={part}>{part}</span>
          ))}
        </p>
        {point !== '' && !where.includes(point) && <p className="card-point">{point}</p>}
        {incident.resident !== undefined && (
          <p className="card-resident" data-testid="resident">
            <ResidentLink resident={incident.resident} />
            {risk !== '' && (
              <span className="card-risk">
                {t('ward.risk')} <b>{risk}</b>
              </span>
            )}
          </p>
        )}
        <p className="card-advice">{t(`advice.${incident.class}`)}</p>
        <Marks incident={incident} />
        <People incident={incident} />
        {incident.note !== undefined && incident.note !== '' && <p className="card-note">{incident.note}</p>}
        {explained !== undefined && <Explained incidents={explained} />}
        <EvacuationLink incident={incident} />
        <Actions incident={incident} />
      </div>
    </li>
  );
});
