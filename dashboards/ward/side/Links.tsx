import { useTranslation } from 'react-i18next';
import { lifeSafety, type Incident } from '../../shared/api/types.ts';
import { useSide } from './context.ts';
import './links.css';

/** EvacuationLink stands on the card of a fire: who has to be brought out of that floor. */
export function EvacuationLink({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const open = useSide();
  if (open === undefined || !lifeSafety.includes(incident.class)) return null;
  return (
    <button
      type="button"
      className="button evac-link"
      data-testid="evacuation-link"
      onClick={() =>
        open({
          kind: 'evacuation',
          site: incident.site.id,
          incident: incident.id,
          floor: incident.place.floor,
        })
      }
    >
      {t('side.evacuation')}
    </button>
  );
}

/** ResidentLink is the name of a resident, which leads to his page. */
export function ResidentLink({ resident }: { resident: { id: string; name: string } }) {
  const open = useSide();
  if (open === undefined) return <strong>{resident.name}</strong>;
  return (
    <button
      type="button"
      className="resident-link"
      data-testid="resident-link"
      onClick={() => open({ kind: 'resident', id: resident.id })}
    >
      {resident.name}
    </button>
  );
}
