import { useTranslation } from 'react-i18next';
import { Refused, type Problem } from '../api/client.ts';
import { shortTime } from '../format.ts';
import type { Texts } from '../texts/zh.ts';
import { useLanguage, useViewer } from './hooks.ts';

type Code = Exclude<keyof Texts['problem'], 'other'>;

/**
 * useProblem returns a function that says in plain words why the gateway
 * refused, with times in a zone. A code of a newer gateway is said by the
 * gateway's own sentence.
 */
export function useProblem(): (problem: Problem, zone: string) => string {
  const { t, i18n } = useTranslation();
  const language = useLanguage();
  const { clock } = useViewer().session;
  return (problem, zone) => {
    if (problem.code === '' || !i18n.exists(`problem.${problem.code}`)) {
      return t('problem.other', { why: problem.detail });
    }
    return t(`problem.${problem.code as Code}`, {
      who: problem.who ?? t('ward.someone'),
      time: problem.at === undefined ? '' : shortTime(problem.at, clock.now(), zone, language),
    });
  };
}

/** useLoadFailed returns a function that says why a list could not be read. */
export function useLoadFailed(): (error: Error) => string {
  const { t } = useTranslation();
  const problem = useProblem();
  return (error) =>
    error instanceof Refused
      ? t('common.loadFailed', { why: problem(error.problem, '') })
      : t('common.noGateway');
}

/** useFailed returns a function that says why something could not be read or saved. */
export function useFailed(): (error: Error, zone?: string) => string {
  const { t } = useTranslation();
  const problem = useProblem();
  return (error, zone = '') =>
    error instanceof Refused ? problem(error.problem, zone) : t('common.notDone');
}
