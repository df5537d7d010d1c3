import { Fragment } from 'react';
import type { AlarmHealth, Answer, IncidentClass } from '../shared/api/types.ts';
import { groupsOf, wait, type Group } from './figures.ts';
import { Share } from './Share.tsx';
import type { Say } from './useSay.ts';

function nameOf(say: Say, by: Group['by'], { key = '' }: Answer): string {
  switch (by) {
    case 'overall':
      return say.t('health.overall');
    case 'byShift':
      return say.shift(key);
    case 'byClass':
      return say.t(`class.${key as IncidentClass}`);
    case 'bySite':
      return say.siteName(key);
  }
}

/** Answers is the table of how long people waited, of all and by group. */
export function Answers({ health, say }: { health: AlarmHealth; say: Say }) {
  const { t } = say;
  const columns: [head: string, cell: (answer: Answer) => React.ReactNode][] = [
    [t('health.incidents'), (a) => a.incidents],
    [t('health.waiting'), (a) => (a.unanswered > 0 ? <strong>{a.unanswered}</strong> : 0)],
    [t('health.acceptMedian'), ({ accept }) => wait(accept.median_s, accept.count)],
    [t('health.acceptP90'), ({ accept }) => wait(accept.p90_s, accept.count)],
    [t('health.acceptMax'), ({ accept }) => wait(accept.max_s, accept.count)],
    [t('health.accepted60'), ({ accept }) => <Share of={accept.within_60_s} good />],
    [t('health.arriveMedian'), ({ arrive }) => wait(arrive.median_s, arrive.count)],
    [t('health.arriveP90'), ({ arrive }) => wait(arrive.p90_s, arrive.count)],
    [
      t('health.arrived180'),
      ({ arrive }) => (arrive.count + arrive.missing > 0 ? <Share of={arrive.within_180_s} good /> : '–'),
    ],
  ];
  return (
    <section aria-labelledby="answers" data-testid="answers">
      <h2 id="answers">{t('health.answers')}</h2>
      <table className="grid answers">
        <caption className="unseen">{t('health.answers')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('health.group')}</th>
            {columns.map(([head]) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        {groupsOf(health.answers).map(({ by, answers }) => (
          <Fragment key={by}>
            <tbody>
              {by !== 'overall' && (
                <tr className="group">
                  <th scope="rowgroup" colSpan={columns.length + 1}>
                    {t(`health.${by}`)}
                  </th>
                </tr>
              )}
              {answers.map((answer) => (
                <tr key={answer.key ?? ''} data-testid={`answer-${by}`}>
                  <td className="name">{nameOf(say, by, answer)}</td>
                  {columns.map(([head, cell]) => (
                    <td key={head} data-label={head}>
                      {cell(answer)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </Fragment>
        ))}
      </table>
    </section>
  );
}
