import { useTranslation } from 'react-i18next';
import type { Texts } from '../texts/zh.ts';

/** useDelivery returns functions that say channels and failures of messages. Names of a newer gateway, or of its operator, are said as they are. */
export function useDelivery() {
  const { t, i18n } = useTranslation();
  return {
    channel: (name = '') =>
      name !== '' && i18n.exists(`channel.${name}`) ? t(`channel.${name as keyof Texts['channel']}`) : name,
    undelivered: (reason = '') =>
      reason !== '' && i18n.exists(`undelivered.${reason}`)
        ? t(`undelivered.${reason as keyof Texts['undelivered']}`)
        : reason,
  };
}
