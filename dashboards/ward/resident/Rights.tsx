import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchExport } from '../../shared/api/rights.ts';
import type { ResidentPage } from '../../shared/api/ward.ts';
import { useFailed } from '../../shared/ui/useProblem.ts';
import { EraseSheet } from './EraseSheet.tsx';
import { useReached } from './useReached.ts';

/** keep has the browser keep a file. */
function keep(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // Some browsers read it only after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Rights are what a resident may ask of whoever answers for the house: a copy of his data, and that they are erased. */
export function Rights({ page, onErased }: { page: ResidentPage; onErased: () => void }) {
  const { t } = useTranslation();
  const failed = useFailed();
  const reached = useReached();
  const [asking, setAsking] = useState(false);
  const [state, setState] = useState<'reading' | 'kept' | Error>();
  const take = () => {
    setState('reading');
    fetchExport(page.id).then(
      (file) => {
        keep(file, `resident-${page.id}.zip`);
        setState('kept');
      },
      (error: unknown) => setState(error instanceof Error ? error : new Error(String(error))),
    );
  };
  return (
    <section>
      <h3>{t('resident.rights.title')}</h3>
      <p className="side-note">{t('resident.rights.what')}</p>
      <p className="resident-rights">
        <button
          type="button"
          className="button"
          data-testid="export"
          disabled={!reached || state === 'reading'}
          onClick={take}
        >
          {t(state === 'reading' ? 'resident.rights.reading' : 'resident.rights.export')}
        </button>
        <button
          type="button"
          className="button"
          data-testid="erase"
          disabled={!reached}
          onClick={() => setAsking(true)}
        >
          {t('resident.rights.erase')}
        </button>
      </p>
      {!reached && <p className="side-note">{t('resident.unreached')}</p>}
      {state === 'kept' && (
        <p role="status" data-testid="exported">
          {t('resident.rights.exported')}
        </p>
      )}
      {state instanceof Error && (
        <p className="trouble" role="alert" data-testid="export-trouble">
          {failed(state, page.site.time_zone)}
        </p>
      )}
      {asking && <EraseSheet page={page} onClose={() => setAsking(false)} onErased={onErased} />}
    </section>
  );
}
