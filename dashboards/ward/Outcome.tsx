import { useTranslation } from 'react-i18next';
import type { Incident } from '../shared/api/types.ts';
import { useProblem } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { useDeed } from './context.ts';

/** Outcome tells within a dialog what became of what it sent. */
export function Outcome({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const state = useDeed(incident.id);
  const problem = useProblem();
  const text =
    state?.phase === 'sending'
      ? t('act.sending')
      : state?.phase === 'unsent'
        ? t(state.unsure ? 'act.unsure' : 'act.notSent')
        : state?.phase === 'refused'
          ? problem(state.problem, incident.site.time_zone)
          : '';
  if (text === '') return null;
  return (
    <p className="trouble" role={state?.phase === 'sending' ? 'status' : 'alert'}>
      {text}
    </p>
  );
}

/** useHeading names an incident at the head of its dialogs. */
export function useHeading(incident: Incident): string {
  const { t, place } = useWords();
  return `${t(`class.${incident.class}`)} · ${place(incident).join(' ')}`;
}
