import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { setAway } from '../../shared/api/ward.ts';
import { useFailed } from '../../shared/ui/useProblem.ts';

/** Away records of one resident whether he is in the house. */
export interface Away {
  record: (away: boolean) => void;
  /** Why it is not recorded; empty when it is. */
  trouble: string;
}

/** useAway asks before somebody is recorded as away: in a fire nobody would look for him. */
export function useAway({ id, name }: { id: string; name: string }, done: () => void): Away {
  const { t } = useTranslation();
  const failed = useFailed();
  const [trouble, setTrouble] = useState('');
  const record = (away: boolean) => {
    if (away && !confirm(t('evac.askAway', { name }))) return;
    setTrouble('');
    setAway(id, away).then(done, (error: unknown) => {
      const why = failed(error instanceof Error ? error : new Error(String(error)));
      setTrouble(t('evac.failed', { why }));
    });
  };
  return { record, trouble };
}
