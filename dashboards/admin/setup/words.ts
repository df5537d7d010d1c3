import { useTranslation } from 'react-i18next';
import type { RowMistake } from '../../shared/api/admin.ts';
import type { Texts } from '../../shared/texts/zh.ts';

/** useWord returns a function that says a word of a register, such as bedroom. One of a newer gateway is said as it is. */
export function useWord(): (word: string) => string {
  const { t, i18n } = useTranslation();
  return (word) => {
    if (word === '') return t('setup.none');
    return i18n.exists(`setup.word.${word}`) ? t(`setup.word.${word as keyof Texts['setup']['word']}`) : word;
  };
}

/** useMistake returns a function that says what is wrong with a row. */
export function useMistake(): (mistake: RowMistake) => string {
  const { t, i18n } = useTranslation();
  return (mistake) => {
    if (!i18n.exists(`setup.mistake.${mistake.code}`)) return mistake.text;
    const said = t(`setup.mistake.${mistake.code as keyof Texts['setup']['mistake']}`);
    // The gateway's own sentence names the value; it is in English.
    return i18n.language === 'en' ? mistake.text : said;
  };
}
