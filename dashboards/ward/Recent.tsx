import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Incident } from '../shared/api/types.ts';
import { localName } from '../shared/format.ts';
import { ClassIcon } from '../shared/ui/ClassIcon.tsx';
import { useViewer } from '../shared/ui/hooks.ts';
import { useReason } from '../shared/ui/useReason.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { useDesk } from './context.ts';

/** Row is one incident that was resolved; whoever may tell its cause is asked for it. */
export const Row = memo(function Row({ incident, showSite }: { incident: Incident; showSite: boolean }) {
  const { t, language, place, time } = useWords();
  const why = useReason()(incident);
  const now = useViewer().session.clock.now();
  const { resolved } = incident;
  const { open } = useDesk();
  return (
    <li className="recent-row" data-testid="recent-row" data-id={incident.id}>
      <ClassIcon of={incident.class} />
      <span className="recent-what">
        <strong>{t(`class.${incident.class}`)}</strong>{' '}
        {showSite && `${localName(incident.site.name, language)} `}
        {place(incident).join(' ')} {incident.resident?.name}
      </span>
      <span className="recent-how">
        {resolved !== undefined &&
          t('ward.resolvedBy', {
            name: resolved.name || t('ward.someone'),
            time: time(resolved.at, incident, now),
          })}
        {why !== '' && ` · ${why}`}
        {incident.note !== undefined && incident.note !== '' && ` · ${incident.note}`}
      </span>
      {incident.can.includes('explain') && (
        <button
          type="button"
          className="button"
          data-testid="explain"
          onClick={() => open({ kind: 'explain', id: incident.id })}
        >
          {t('act.explain')}
        </button>
      )}
    </li>
  );
});

/** Recent lists what was resolved within the last hour, folded away. */
export function Recent({ incidents, showSite }: { incidents: Incident[]; showSite: boolean }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (incidents.length === 0) return null;
  return (
    <details className="recent" data-testid="recent" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {t('ward.recent')} <span className="count">{incidents.length}</span>{' '}
        <span className="recent-hint">{t('ward.recentHint')}</span>
      </summary>
      {/* Of a busy hour these are hundreds of rows that nobody looks at. */}
      {open && (
        <ul>
          {incidents.map((incident) => (
            <Row key={incident.id} incident={incident} showSite={showSite} />
          ))}
        </ul>
      )}
    </details>
  );
}
