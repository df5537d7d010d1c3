import type { Incident } from '../shared/api/types.ts';
import { ClassIcon } from '../shared/ui/ClassIcon.tsx';
import { useWords } from '../shared/ui/useWords.ts';
import { useDesk } from './context.ts';

const named = 3;

/** Explained is one line on a card for all that its incident explains; unfolded, it lists them. */
export function Explained({ incidents }: { incidents: readonly Incident[] }) {
  const { t, place } = useWords();
  const { open } = useDesk();
  const name = (incident: Incident) => `${place(incident).join(' ')} ${t(`class.${incident.class}`)}`;
  const first = incidents.slice(0, named).map(name).join(t('common.separator'));
  return (
    <details className="explained" data-testid="explained">
      <summary>
        <strong>{t('ward.explains', { count: incidents.length })}</strong>{' '}
        <span>
          {first} {incidents.length > named && t('ward.explainsMore')}
        </span>
      </summary>
      <ul>
        {incidents.map((incident) => (
          <li key={incident.id} data-testid="explained-row" data-id={incident.id}>
            <ClassIcon of={incident.class} />
            <span>{name(incident)}</span>
            {(['resolve', 'note'] as const)
              .filter((verb) => incident.can.includes(verb))
              .map((verb) => (
                <button
                  key={verb}
                  type="button"
                  className="button"
                  data-testid={verb}
                  onClick={() => open({ kind: verb, id: incident.id })}
                >
                  {t(`act.${verb}`)}
                </button>
              ))}
          </li>
        ))}
      </ul>
    </details>
  );
}
