import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Outcome, Register, RowMistake } from '../../shared/api/admin.ts';
import { saveRows } from '../../shared/api/admin.ts';
import { Refused } from '../../shared/api/client.ts';
import { localName } from '../../shared/format.ts';
import type { Language, Text } from '../../shared/api/types.ts';
import { useLanguage } from '../../shared/ui/hooks.ts';
import { useFailed } from '../../shared/ui/useProblem.ts';
import {
  contactLines,
  fields,
  lists,
  mistakeField,
  read,
  said,
  readContacts,
  sent,
  write,
  type Field,
  type Kind,
  type Row,
} from './fields.ts';
import { Scan } from './Scan.tsx';
import { useMistake, useWord } from './words.ts';

interface Choice {
  value: string;
  label: string;
}

function choices(register: Register, field: Field, language: Language): Choice[] {
  if (field.from === undefined || field.from === 'roles' || field.from === 'floors') return [];
  return (register[field.from] as unknown as readonly { id: string; name: Text | string }[]).map(
    ({ id, name }) => ({
      value: id,
      label: `${typeof name === 'string' ? name : localName(name, language)} · ${id}`,
    }),
  );
}

interface Props {
  kind: Kind;
  row: Row;
  register: Register;
  /** The row is there already. */
  known: boolean;
  onSaved: () => void;
  /** Somebody has changed the row since it was read. */
  onStale: () => void;
  onClose: () => void;
}

/** RowForm edits one row; what is wrong with it stands beside the field. */
export function RowForm({ kind, row, register, known, onSaved, onStale, onClose }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const word = useWord();
  const say = useMistake();
  const failed = useFailed();
  const [draft, setDraft] = useState(row);
  const [mistakes, setMistakes] = useState<readonly RowMistake[]>([]);
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const own = fields[kind].filter((field) => field.roles?.includes(String(draft.role)) ?? true);
  const of = (field: Field) => mistakes.filter((one) => mistakeField(one.field) === field.path);
  const whole = mistakes.filter((one) => !own.some((field) => field.path === mistakeField(one.field)));
  const put = (path: string, value: unknown) => setDraft((before) => write(before, path, value));

  const save = async () => {
    setBusy(true);
    setTrouble('');
    try {
      const outcome: Outcome = await saveRows({ [lists[kind]]: [sent(kind, draft)] });
      setMistakes(outcome.mistakes);
      if (outcome.applied) onSaved();
    } catch (error) {
      if (error instanceof Refused && error.problem.code === 'stale') onStale();
      setTrouble(failed(error as Error));
    } finally {
      setBusy(false);
    }
  };

  const input = (field: Field, id: string, wrong: boolean): ReactNode => {
    const value = read(draft, field.path);
    const common = {
      id,
      'data-testid': `field-${field.path}`,
      'aria-invalid': wrong || undefined,
      'aria-describedby': wrong ? `${id}-wrong` : undefined,
    };
    const disabled = known && field.fixed === true;
    switch (field.type) {
      case 'flag':
        return (
          <input
            {...common}
            type="checkbox"
            checked={value === true}
            onChange={(event) => put(field.path, event.target.checked)}
          />
        );
      case 'words': {
        const words = field.from === 'roles' ? register.can.roles : (field.words ?? []);
        const all = words.includes(said(value)) ? words : [said(value), ...words];
        return (
          <select {...common} value={said(value)} onChange={(event) => put(field.path, event.target.value)}>
            {all.map((one) => (
              <option key={one} value={one}>
                {word(one)}
              </option>
            ))}
          </select>
        );
      }
      case 'choice':
        return (
          <select {...common} value={said(value)} onChange={(event) => put(field.path, event.target.value)}>
            <option value="">{t('setup.none')}</option>
            {choices(register, field, language).map((one) => (
              <option key={one.value} value={one.value}>
                {one.label}
              </option>
            ))}
          </select>
        );
      case 'contacts':
        return (
          <textarea
            {...common}
            rows={3}
            defaultValue={contactLines(value)}
            placeholder="sms +8613812345678"
            onChange={(event) => put(field.path, readContacts(event.target.value))}
          />
        );
      case 'list':
        return (
          <>
            <input
              {...common}
              type="text"
              list={`${id}-list`}
              defaultValue={((value ?? []) as string[]).join(' ')}
              onChange={(event) =>
                put(
                  field.path,
                  event.target.value.split(/[\s,，、]+/).filter((one) => one !== ''),
                )
              }
            />
            <datalist id={`${id}-list`}>
              {choices(register, field, language).map((one) => (
                <option key={one.value} value={one.value}>
                  {one.label}
                </option>
              ))}
            </datalist>
          </>
        );
      case 'number':
        return (
          <input
            {...common}
            type="number"
            step="any"
            value={value === undefined || value === 0 ? '' : Number(value)}
            onChange={(event) =>
              put(field.path, event.target.value === '' ? undefined : Number(event.target.value))
            }
          />
        );
      case 'text':
        return (
          <input
            {...common}
            type="text"
            autoComplete="off"
            disabled={disabled}
            value={said(value)}
            onChange={(event) => put(field.path, event.target.value)}
          />
        );
    }
  };

  const line = (field: Field) => (
    <Line key={field.path} label={t(`setup.field.${field.label}`)} wrong={of(field).map(say)}>
      {(id, wrong) => (
        <>
          {input(field, id, wrong)}
          {field.scan === true && !known && <Scan onCode={(code) => put(field.path, code)} />}
        </>
      )}
    </Line>
  );

  const behind = own.filter((field) => field.main !== true);
  return (
    <form
      className="setup-form"
      data-testid="row-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {whole.map((one, n) => (
        <p key={n} role="alert" className="wrong" data-testid="row-mistake">
          {say(one)}
        </p>
      ))}
      {trouble !== '' && (
        <p role="alert" className="wrong">
          {trouble}
        </p>
      )}
      <div className="setup-fields">{own.filter((field) => field.main === true).map(line)}</div>
      {behind.length > 0 && (
        <details open={behind.some((field) => of(field).length > 0) || undefined}>
          <summary>{t('setup.more')}</summary>
          <div className="setup-fields">{behind.map(line)}</div>
        </details>
      )}
      <div className="setup-buttons">
        <button className="button primary" type="submit" disabled={busy} data-testid="row-save">
          {t('setup.save')}
        </button>
        <button className="button plain" type="button" onClick={onClose}>
          {t('common.cancel')}
        </button>
      </div>
    </form>
  );
}

interface LineProps {
  label: string;
  wrong: readonly string[];
  children: (id: string, wrong: boolean) => ReactNode;
}

/** Line is one field with its label and what is wrong with it. */
function Line({ label, wrong, children }: LineProps) {
  const id = useId();
  return (
    <div className="setup-line">
      <label htmlFor={id}>{label}</label>
      {children(id, wrong.length > 0)}
      {wrong.length > 0 && (
        <small id={`${id}-wrong`} className="wrong" role="alert" data-testid="field-mistake">
          {wrong.join(' ')}
        </small>
      )}
    </div>
  );
}
