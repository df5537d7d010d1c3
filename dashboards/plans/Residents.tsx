import { useCallback, useState } from 'react';
import type { ResidentEntry, Site } from '../shared/api/types.ts';
import { localName } from '../shared/format.ts';
import { useLoaded } from '../shared/ui/useLoaded.ts';
import { useFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { fetchResidents } from './api.ts';
import { CareSheet } from './CareSheet.tsx';
import { ConsentSheet } from './ConsentSheet.tsx';

/** Residents lists the residents of a site: what each is watched for, and whether the family may be told. */
export function Residents({ site }: { site: Site }) {
  const { t, language } = useWords();
  const failed = useFailed();
  const load = useCallback(() => fetchResidents(site.id), [site.id]);
  const { data, error, again } = useLoaded(load);
  const [open, setOpen] = useState<{ kind: 'care' | 'consent'; resident: ResidentEntry }>();
  const close = () => setOpen(undefined);
  return (
    <section aria-label={t('plans.residents')}>
      <p className="hint">{t('plans.residentsHint')}</p>
      {error !== undefined && (
        <p className="trouble" role="alert">
          {failed(error)}
        </p>
      )}
      {data?.length === 0 && <p className="none">{t('plans.noResidents')}</p>}
      <ul className="residents">
        {data?.map((resident) => (
          <li key={resident.id} data-testid="resident-row">
            <div>
              <strong>{resident.name}</strong> <small>{localName(resident.risk, language)}</small>
              <p className="hint">
                {t(resident.consent ? 'plans.consentGiven' : 'plans.consentNone')}
                {resident.family.length > 0 &&
                  ` · ${t('plans.family', { names: resident.family.join(t('common.separator')) })}`}
              </p>
            </div>
            <button
              type="button"
              className="button"
              data-testid="care"
              onClick={() => setOpen({ kind: 'care', resident })}
            >
              {t('plans.care')}
            </button>
            <button
              type="button"
              className="button"
              data-testid="consent"
              onClick={() => setOpen({ kind: 'consent', resident })}
            >
              {t('plans.consent')}
            </button>
          </li>
        ))}
      </ul>
      {open?.kind === 'care' && <CareSheet resident={open.resident} site={site} onClose={close} />}
      {open?.kind === 'consent' && (
        <ConsentSheet
          resident={open.resident}
          onClose={close}
          onDone={() => {
            close();
            again();
          }}
        />
      )}
    </section>
  );
}
