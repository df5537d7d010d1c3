import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchRegister, type Register } from '../../shared/api/admin.ts';
import type { Text } from '../../shared/api/types.ts';
import { localName } from '../../shared/format.ts';
import { useLanguage } from '../../shared/ui/hooks.ts';
import { useLoadFailed } from '../../shared/ui/useProblem.ts';
import { Deeds } from './Deeds.tsx';
import { blank, fields, matches, read, said, rowsOf, type Field, type Kind, type Row } from './fields.ts';
import { RowForm } from './RowForm.tsx';
import { useWord } from './words.ts';

/** mayEdit says whether the viewer may change rows of a register, and enter new ones. */
function mayEdit(register: Register, kind: Kind): { change: boolean; add: boolean } {
  const { can } = register;
  if (kind === 'region') return { change: can.regions, add: can.regions };
  if (kind === 'site') return { change: can.site, add: can.sites };
  if (kind === 'edge') return { change: can.edges, add: can.edges };
  return { change: true, add: true };
}

const shownAtOnce = 200;

/** Registry lists the rows of a register, finds some of them, and opens one to be changed. */
export function Registry({ kind, site }: { kind: Kind; site: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [search, setSearch] = useState('');
  const [open, setOpen] = useState<string>();
  const [note, setNote] = useState('');
  const [only, setOnly] = useState(false);
  const [retired, setRetired] = useState(false);
  const [shown, setShown] = useState(shownAtOnce);
  const loadFailed = useLoadFailed();
  const loaded = useQuery({
    queryKey: ['register', site],
    // A button that is pressed while one looks is commissioned a moment later.
    refetchInterval: kind === 'point' && open === undefined ? 5_000 : false,
    queryFn: () => fetchRegister(site === '' ? undefined : site),
  });
  const register = loaded.data;
  const anew = () => void client.invalidateQueries({ queryKey: ['register'] });
  const again = (said: string) => {
    setOpen(undefined);
    setNote(said);
    anew();
  };
  if (register === undefined) {
    return <p className="none">{loaded.isError ? loadFailed(loaded.error) : t('common.loading')}</p>;
  }
  const all = rowsOf(register, kind);
  const fresh = all.filter(isFresh);
  const rows = all.filter(
    (row) =>
      (kind !== 'point' || retired || row.retired !== true) &&
      (!only || isFresh(row)) &&
      (search === '' || matches(row, search)),
  );
  const can = mayEdit(register, kind);
  const columns = fields[kind]
    .filter((field) => field.main === true && field.type !== 'contacts' && !field.path.endsWith('.en'))
    .slice(0, 7);
  return (
    <section aria-labelledby={`registry-${kind}`} data-testid={`registry-${kind}`}>
      <h2 id={`registry-${kind}`}>
        {t(`setup.part.${kind}`)} <small>{t('setup.count', { count: all.length })}</small>
      </h2>
      <div className="fields">
        <label className="field">
          <span>{t('setup.search')}</span>
          <input
            type="search"
            value={search}
            data-testid="registry-search"
            onChange={(event) => setSearch(event.target.value)}
          />
        </label>
        {kind === 'point' && (
          <>
            <label className="setup-tick">
              <input type="checkbox" checked={only} onChange={(event) => setOnly(event.target.checked)} />
              <span>{t('setup.onlyUncommissioned', { count: fresh.length })}</span>
            </label>
            <label className="setup-tick">
              <input
                type="checkbox"
                checked={retired}
                onChange={(event) => setRetired(event.target.checked)}
              />
              <span>{t('setup.retiredShow')}</span>
            </label>
          </>
        )}
        {can.add && (
          <button
            type="button"
            className="button primary"
            data-testid="registry-add"
            onClick={() => setOpen('')}
          >
            {t('setup.add')}
          </button>
        )}
      </div>
      {note !== '' && (
        <p role="status" className="good" data-testid="registry-note">
          {note}
        </p>
      )}
      {open === '' && (
        <RowForm
          kind={kind}
          row={blank(kind, site)}
          register={register}
          known={false}
          onSaved={() => again(t('setup.saved'))}
          onStale={anew}
          onClose={() => setOpen(undefined)}
        />
      )}
      {rows.length === 0 && <p className="none">{t(all.length === 0 ? 'setup.empty' : 'setup.nothing')}</p>}
      {rows.length > 0 && (
        <table className="grid">
          <caption className="unseen">{t(`setup.part.${kind}`)}</caption>
          <thead>
            <tr>
              {columns.map((field) => (
                <th key={field.path} scope="col">
                  {t(`setup.field.${field.label}`)}
                </th>
              ))}
              <th scope="col">{t('setup.actions')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row) => {
              const key = String(row.id ?? row.login);
              return open === key ? (
                <tr key={key}>
                  <td colSpan={columns.length + 1} className="setup-open">
                    <RowForm
                      kind={kind}
                      row={row}
                      register={register}
                      known
                      onSaved={() => again(t('setup.saved'))}
                      onStale={anew}
                      onClose={() => setOpen(undefined)}
                    />
                  </td>
                </tr>
              ) : (
                <tr key={key} data-testid="registry-row" data-id={key}>
                  {columns.map((field) => (
                    <td key={field.path} data-label={t(`setup.field.${field.label}`)}>
                      <span>
                        <Cell row={row} field={field} register={register} />
                      </span>
                      {field === columns[0] && <Marks kind={kind} row={row} />}
                    </td>
                  ))}
                  <td data-label={t('setup.actions')}>
                    <span className="setup-buttons">
                      {can.change && row.editable !== false && (kind !== 'user' || row.editable === true) && (
                        <button
                          type="button"
                          className="button plain"
                          data-testid="row-edit"
                          onClick={() => setOpen(key)}
                        >
                          {t('setup.edit')}
                        </button>
                      )}
                      <Deeds
                        kind={kind}
                        row={row}
                        register={register}
                        onDone={() => again(t('setup.done'))}
                      />
                    </span>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {rows.length > shown && (
        <button type="button" className="button" onClick={() => setShown(shown + shownAtOnce)}>
          {t('setup.more')}
        </button>
      )}
    </section>
  );
}

/** isFresh reports whether a point was never triggered since it was installed. */
function isFresh(row: Row): boolean {
  return row.commissioned_at === undefined && row.retired !== true && row.unregistered !== true;
}

function Marks({ kind, row }: { kind: Kind; row: Row }) {
  const { t } = useTranslation();
  const marks: [string, string][] = [];
  if (kind === 'point') {
    if (row.unregistered === true) marks.push(['unproven', t('setup.unregistered')]);
    else if (row.retired === true) marks.push(['off', t('setup.retired')]);
    else if (row.commissioned_at === undefined) marks.push(['unproven', t('setup.uncommissioned')]);
    else marks.push(['proved', t('setup.commissioned')]);
  }
  if (row.left_at !== undefined) marks.push(['off', t('setup.left')]);
  if (row.disabled === true) marks.push(['off', t('setup.disabled')]);
  if (row.must_change === true) marks.push(['unproven', t('setup.oneTimePassword')]);
  return (
    <>
      {marks.map(([status, text]) => (
        <span key={text} className="tag" data-status={status} data-testid="row-mark">
          {text}
        </span>
      ))}
    </>
  );
}

/** Cell shows a field of a row; what is chosen from another register is shown by its name. */
function Cell({ row, field, register }: { row: Row; field: Field; register: Register }) {
  const language = useLanguage();
  const word = useWord();
  const value = read(row, field.path);
  if (field.path === 'name.zh') return localName(row.name as Text, language);
  if (field.type === 'flag') return value === true ? '✓' : '';
  if (field.type === 'words') return value === undefined || value === '' ? '' : word(said(value));
  if (field.type === 'contacts')
    return ((value ?? []) as { channel: string }[]).map(({ channel }) => channel).join(' ');
  if (field.type === 'list') return ((value ?? []) as string[]).join(' ');
  if (
    field.type === 'choice' &&
    field.from !== undefined &&
    field.from !== 'roles' &&
    field.from !== 'floors'
  ) {
    const list = register[field.from] as unknown as readonly { id: string; name: Text | string }[];
    const name = list.find(({ id }) => id === value)?.name;
    return name === undefined
      ? said(value)
      : typeof name === 'string'
        ? name
        : localName(name, language) || said(value);
  }
  return said(value);
}
