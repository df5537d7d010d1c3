import { useTranslation } from 'react-i18next';
import { causeReasons, type Cause, type Reason } from '../api/types.ts';

const reasons: readonly string[] = [...causeReasons.real, ...causeReasons.false];

function known(reason: string | undefined): reason is Reason {
  return reason !== undefined && reasons.includes(reason);
}

/** Resolution is what an incident turned out to be, and why. */
interface Resolution {
  cause?: string;
  reason?: string;
}

/** useReason returns a function that says the cause of what was resolved, empty when there is none. */
export function useReason(): (of: Resolution) => string {
  const { t } = useTranslation();
  return ({ cause, reason }) => {
    if (!cause) return '';
    const parts = [t(`cause.${cause as Cause}`)];
    // A code of a newer gateway is shown as it is.
    if (reason) parts.push(known(reason) ? t(`reason.${reason}`) : reason);
    return parts.join(t('common.separator'));
  };
}
