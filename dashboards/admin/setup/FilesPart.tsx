import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { importFile, type Outcome, type RowState } from '../../shared/api/admin.ts';
import { Refused } from '../../shared/api/client.ts';
import { useFailed } from '../../shared/ui/useProblem.ts';
import { useMistake } from './words.ts';

const most = 500;

function count(outcome: Outcome, state: RowState['state']): number {
  return outcome.rows.filter((row) => row.state === state).length;
}

/** FilesPart takes all that is entered out as one file, and brings one in: first checked, then saved. */
export function FilesPart({ site }: { site: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const failed = useFailed();
  const say = useMistake();
  const [file, setFile] = useState<File>();
  const [outcome, setOutcome] = useState<Outcome>();
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);

  const bring = async (chosen: File, revision: string | undefined) => {
    setBusy(true);
    setTrouble('');
    try {
      const format = /\.xlsx$/i.test(chosen.name) ? 'xlsx' : 'yaml';
      const next = await importFile(format, chosen, revision);
      setOutcome(next);
      if (next.applied) void client.invalidateQueries({ queryKey: ['register'] });
    } catch (error) {
      setOutcome(undefined);
      const stale = error instanceof Refused && error.problem.code === 'stale';
      setTrouble(stale ? t('setup.files.stale') : failed(error as Error));
    } finally {
      setBusy(false);
    }
  };

  const news = outcome?.rows.filter((row) => row.state !== 'unchanged') ?? [];
  const query = site === '' ? '' : `?site=${encodeURIComponent(site)}`;
  return (
    <section aria-labelledby="files" data-testid="files">
      <h2 id="files">{t('setup.part.files')}</h2>
      <p className="hint">{t('setup.files.hint')}</p>
      <div className="setup-buttons">
        <a className="button" href={`/api/admin/export/xlsx${query}`} download data-testid="export-excel">
          {t('setup.files.excel')}
        </a>
        <a className="button" href={`/api/admin/export/yaml${query}`} download>
          {t('setup.files.yaml')}
        </a>
      </div>
      <label className="field">
        <span>{t('setup.files.choose')}</span>
        <input
          type="file"
          accept=".xlsx,.yaml,.yml"
          data-testid="import-file"
          onChange={(event) => {
            const chosen = event.target.files?.[0];
            // The same file chosen again, mended, is a change too.
            event.target.value = '';
            setFile(chosen);
            setOutcome(undefined);
            if (chosen !== undefined) void bring(chosen, undefined);
          }}
        />
      </label>
      {file !== undefined && <p data-testid="import-name">{file.name}</p>}
      {busy && <p role="status">{t('common.loading')}</p>}
      {trouble !== '' && (
        <p role="alert" className="wrong">
          {trouble}
        </p>
      )}
      {outcome !== undefined && outcome.mistakes.length > 0 && (
        <>
          <p role="alert" className="wrong">
            {t('setup.files.mistakes', { count: outcome.mistakes.length })}
          </p>
          <table className="grid">
            <caption className="unseen">{t('setup.files.wrong')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('setup.files.cell')}</th>
                <th scope="col">{t('setup.files.row')}</th>
                <th scope="col">{t('setup.files.wrong')}</th>
              </tr>
            </thead>
            <tbody>
              {outcome.mistakes.slice(0, most).map((one, n) => (
                <tr key={n} data-testid="import-mistake">
                  <td data-label={t('setup.files.cell')}>
                    <span>{one.cell}</span>
                  </td>
                  <td data-label={t('setup.files.row')}>
                    <span>{one.id}</span>
                  </td>
                  <td data-label={t('setup.files.wrong')}>
                    <span>{say(one)}</span>
                    <small lang="en" className="doubt">
                      {one.text}
                    </small>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      {outcome !== undefined && outcome.mistakes.length === 0 && (
        <>
          <p role="status" className="good" data-testid="import-said">
            {t(outcome.applied ? 'setup.files.applied' : 'setup.files.clean', {
              added: count(outcome, 'added'),
              changed: count(outcome, 'changed'),
              unchanged: count(outcome, 'unchanged'),
            })}
          </p>
          {!outcome.applied && file !== undefined && news.length > 0 && (
            <button
              type="button"
              className="button primary"
              disabled={busy}
              data-testid="import-apply"
              onClick={() => void bring(file, outcome.revision)}
            >
              {t('setup.files.apply')}
            </button>
          )}
          {news.length > 0 && (
            <table className="grid">
              <caption className="unseen">{t('setup.files.row')}</caption>
              <tbody>
                {news.slice(0, most).map((row) => (
                  <tr key={`${row.kind} ${row.row}`}>
                    <td data-label={t('setup.files.cell')}>
                      <span>{row.cell}</span>
                    </td>
                    <td data-label={t('setup.files.row')}>
                      <span>
                        {t(row.kind === 'region' ? 'setup.field.regions' : `setup.part.${row.kind}`)} {row.id}
                      </span>
                    </td>
                    <td data-label={t('admin.status')}>
                      <span className="tag">{t(`setup.files.${row.state}`)}</span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </>
      )}
    </section>
  );
}
