import { useTranslation } from 'react-i18next';

/** useFloor says a floor in words. */
export function useFloor(): (floor: string) => string {
  const { t } = useTranslation();
  return (floor) => (floor === '' ? t('side.noFloor') : t('place.floor', { floor }));
}
