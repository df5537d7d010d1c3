import { useState } from 'react';
import { useWords } from '../shared/ui/useWords.ts';
import { kindOf, kinds, periodOf, type Kind, type Period } from './period.ts';

/** PeriodPicker chooses a half-year or quarter of this year or the last two, or any days. */
export function PeriodPicker({
  period,
  today,
  onChange,
}: {
  period: Period;
  today: string;
  onChange: (period: Period) => void;
}) {
  const { t } = useWords();
  const known = kindOf(period);
  const [free, setFree] = useState(false);
  const year = Number(period.from.slice(0, 4));
  const thisYear = Number(today.slice(0, 4));
  const years = [...new Set([thisYear, thisYear - 1, thisYear - 2, year])].sort((a, b) => b - a);
  const chosen = free || known === 'free' ? 'free' : `${known} ${year}`;
  const text = (kind: Exclude<Kind, 'free'>, of: number) =>
    kind === 'half1' || kind === 'half2'
      ? t(`oversight.${kind}`, { year: of })
      : t('oversight.quarter', { year: of, n: kind.slice(1) });
  const date = (name: 'from' | 'to') => (
    <label className="field">
      <span>{t(`oversight.${name}`)}</span>
      <input
        type="date"
        data-testid={`period-${name}`}
        value={period[name]}
        onChange={(event) => onChange({ ...period, [name]: event.target.value })}
      />
    </label>
  );
  return (
    <>
      <label className="field">
        <span>{t('oversight.period')}</span>
        <select
          data-testid="period"
          value={chosen}
          onChange={(event) => {
            const [kind, of] = event.target.value.split(' ');
            setFree(kind === 'free');
            if (kind !== 'free') onChange(periodOf(kind as Exclude<Kind, 'free'>, Number(of)));
          }}
        >
          {years.flatMap((of) =>
            kinds.map((kind) => (
              <option key={`${kind} ${of}`} value={`${kind} ${of}`}>
                {text(kind, of)}
              </option>
            )),
          )}
          <option value="free">{t('oversight.free')}</option>
        </select>
      </label>
      {chosen === 'free' && date('from')}
      {chosen === 'free' && date('to')}
    </>
  );
}
