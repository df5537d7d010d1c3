import { useCallback, useState } from 'react';
import { Refused } from '../shared/api/client.ts';
import type { CarePlan, ResidentEntry, Site } from '../shared/api/types.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { Modal } from '../shared/ui/Modal.tsx';
import { useLoaded } from '../shared/ui/useLoaded.ts';
import { useFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { fetchCarePlan, saveCarePlan } from './api.ts';
import {
  away,
  awayForm,
  careClasses,
  careRule,
  localTime,
  ruleForm,
  type AwayForm,
  type RuleForm,
} from './care.ts';

/** replaced is a list with one entry changed, or taken out. */
function replaced<T>(list: readonly T[], index: number, change: Partial<T> | undefined): T[] {
  return list.flatMap((one, n) =>
    n !== index ? [one] : change === undefined ? [] : [{ ...one, ...change }],
  );
}

/** Rule is the line of one class: does it alarm, when, and after how long. */
function Rule({ rule, set }: { rule: RuleForm; set: (change: Partial<RuleForm> | undefined) => void }) {
  const { t } = useWords();
  const time = (value: string, label: string, change: (next: string) => void) => (
    <label className="field">
      <span>{label}</span>
      <input type="time" disabled={!rule.on} value={value} onChange={(event) => change(event.target.value)} />
    </label>
  );
  return (
    <fieldset className="rule" data-testid="care-rule">
      <legend>{t(`class.${rule.class}`)}</legend>
      <label className="field">
        <span>{t('plans.alarms')}</span>
        <select value={rule.on ? 'on' : 'off'} onChange={(event) => set({ on: event.target.value === 'on' })}>
          <option value="on">{t('plans.on')}</option>
          <option value="off">{t('plans.off')}</option>
        </select>
      </label>
      {time(rule.from, t('plans.from'), (from) => set({ from }))}
      {time(rule.to, t('plans.to'), (to) => set({ to }))}
      <label className="field">
        <span>{t('plans.delay')}</span>
        <input
          type="number"
          min={0}
          max={1440}
          disabled={!rule.on}
          value={rule.minutes}
          onChange={(event) => set({ minutes: Number(event.target.value) })}
        />
      </label>
      <button type="button" className="button" onClick={() => set(undefined)}>
        {t('contacts.remove')}
      </button>
    </fieldset>
  );
}

/** Absence is the line of one absence. */
function Absence({ one, set }: { one: AwayForm; set: (change: Partial<AwayForm> | undefined) => void }) {
  const { t } = useWords();
  return (
    <fieldset className="rule away" data-testid="away">
      <legend>{t('plans.away')}</legend>
      <label className="field">
        <span>{t('plans.why')}</span>
        <select
          value={one.reason}
          onChange={(event) => set({ reason: event.target.value as AwayForm['reason'] })}
        >
          <option value="leave">{t('plans.leave')}</option>
          <option value="hospital">{t('plans.hospital')}</option>
        </select>
      </label>
      <label className="field">
        <span>{t('plans.from')}</span>
        <input
          type="datetime-local"
          required
          value={one.from}
          onChange={(event) => set({ from: event.target.value })}
        />
      </label>
      <label className="field">
        <span>{t('plans.back')}</span>
        <input type="datetime-local" value={one.to} onChange={(event) => set({ to: event.target.value })} />
      </label>
      <button type="button" className="button" onClick={() => set(undefined)}>
        {t('contacts.remove')}
      </button>
    </fieldset>
  );
}

function Form({ id, read, zone, onDone }: { id: string; read: CarePlan; zone: string; onDone: () => void }) {
  const { t } = useWords();
  const { clock } = useViewer().session;
  const failed = useFailed();
  const [rules, setRules] = useState(() => read.rules.map(ruleForm));
  const [absences, setAbsences] = useState(() => read.away.map((one) => awayForm(one, zone)));
  const [state, setState] = useState<'saving' | Error>();
  const mistakes = state instanceof Refused ? state.problem.mistakes : undefined;

  const save = () => {
    setState('saving');
    const plan: CarePlan = {
      rules: rules.map(careRule),
      away: absences.map((one) => away(one, zone)),
      revision: read.revision,
    };
    saveCarePlan(id, plan).then(onDone, (error: unknown) =>
      setState(error instanceof Error ? error : new Error(String(error))),
    );
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <p className="modal-hint">{t('plans.careHint')}</p>
      {rules.map((rule, index) => (
        <Rule key={index} rule={rule} set={(change) => setRules(replaced(rules, index, change))} />
      ))}
      <p className="adds">
        {careClasses.map((of) => (
          <button
            key={of}
            type="button"
            className="button"
            data-testid={`add-${of}`}
            onClick={() => setRules([...rules, { class: of, on: true, from: '', to: '', minutes: 0 }])}
          >
            ＋ {t(`class.${of}`)}
          </button>
        ))}
      </p>
      <p className="modal-hint">{t('plans.awayHint')}</p>
      {absences.map((one, index) => (
        <Absence key={index} one={one} set={(change) => setAbsences(replaced(absences, index, change))} />
      ))}
      <p className="adds">
        <button
          type="button"
          className="button"
          data-testid="add-away"
          onClick={() =>
            setAbsences([...absences, { from: localTime(clock.now(), zone), to: '', reason: 'leave' }])
          }
        >
          ＋ {t('plans.away')}
        </button>
      </p>
      {state instanceof Error && (
        <p className="trouble" role="alert">
          {failed(state, zone)}
        </p>
      )}
      {mistakes?.map(({ message }) => (
        <p key={message} className="modal-warn" lang="en">
          {message}
        </p>
      ))}
      <button className="button primary" data-testid="care-save" disabled={state === 'saving'}>
        {t(state === 'saving' ? 'act.sending' : 'contacts.save')}
      </button>
    </form>
  );
}

/** CareSheet is what of a resident's doings alarms, when, and after how long; and when he is away. */
export function CareSheet({
  resident,
  site,
  onClose,
}: {
  resident: ResidentEntry;
  site: Site;
  onClose: () => void;
}) {
  const { t } = useWords();
  const failed = useFailed();
  const load = useCallback(() => fetchCarePlan(resident.id), [resident.id]);
  const { data, error } = useLoaded(load);
  return (
    <Modal name="care-sheet" title={`${t('plans.care')} · ${resident.name}`} onClose={onClose}>
      {error !== undefined && (
        <p className="trouble" role="alert">
          {failed(error)}
        </p>
      )}
      {data === undefined && error === undefined && <p className="modal-hint">{t('common.loading')}</p>}
      {data !== undefined && <Form id={resident.id} read={data} zone={site.time_zone} onDone={onClose} />}
    </Modal>
  );
}
