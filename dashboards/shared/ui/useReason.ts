import { useTranslation } from 'react-i18next';
import { causeReasons, type Incident, type Reason } from '../api/types.ts';

const reasons: readonly string[] = [...causeReasons.real, ...causeReasons.false];

function known(reason: string | undefined): reason is Reason {
  return reason !== undefined && reasons.includes(reason);
}

/** useReason returns a function that says the cause of a resolved incident, empty when there is none. */
export function useReason(): (incident: Incident) => string {
  const { t } = useTranslation();
  return ({ cause, reason }) => {
    if (cause === undefined) return '';
    const parts = [t(`cause.${cause}`)];
    // A code of a newer gateway is shown as it is.
    if (reason) parts.push(known(reason) ? t(`reason.${reason}`) : reason);
    return parts.join(t('common.separator'));
  };
}
