import { useState } from 'react';
import type { Calls } from '../shared/api/community.ts';
import type { Incident } from '../shared/api/types.ts';
import { localName, since, waited } from '../shared/format.ts';
import { weight } from '../shared/order.ts';
import { ClassIcon } from '../shared/ui/ClassIcon.tsx';
import { useNow, useViewer } from '../shared/ui/hooks.ts';
import { useFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { Actions } from '../ward/Actions.tsx';
import { Marks } from '../ward/Marks.tsx';
import { Emergency } from './Emergency.tsx';
import { whereOf } from './say.ts';
import { useCalls } from './useCalls.ts';
import { Tries, Whom } from './Whom.tsx';

/** Address is where to go, in the large, and a button that copies it for whatever map somebody has. */
function Address({ incident, calls }: { incident: Incident; calls: Calls | undefined }) {
  const { t, language } = useWords();
  const [copied, setCopied] = useState<boolean>();
  const where = whereOf(incident, language);
  const access = (calls?.elders ?? []).map((elder) => localName(elder.access, language)).filter(Boolean);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(whereOf(incident, 'zh'));
      setCopied(true);
    } catch {
      setCopied(false); // a page without TLS may not; the address can be selected
    }
  };
  return (
    <section className="where">
      <p className="where-address" data-testid="address">
        {where}
      </p>
      <button type="button" className="button" data-testid="copy" onClick={() => void copy()}>
        {t(copied === true ? 'community.copied' : 'community.copy')}
      </button>
      {copied === false && (
        <p role="status" className="modal-warn">
          {t('community.notCopied')}
        </p>
      )}
      {access.length > 0 && (
        <p className="where-access" data-testid="access">
          <small>{t('community.access')}</small> <b>{[...new Set(access)].join(' · ')}</b>
        </p>
      )}
    </section>
  );
}

/** Since counts the time that somebody has waited. */
function Since({ incident }: { incident: Incident }) {
  const now = useNow();
  return (
    <span className="wait-time" data-testid="wait">
      {waited(now - since(incident))}
    </span>
  );
}

/** Case is one incident: where, who, whom to call, what was tried, and what to press. */
export function Case({
  incident,
  onBack,
  onDial,
}: {
  incident: Incident;
  onBack: () => void;
  /** A call begins: the alarm must not sound into it. */
  onDial: () => void;
}) {
  const { t, language, time } = useWords();
  const { clock } = useViewer().session;
  const failed = useFailed();
  const { calls, error } = useCalls(incident.id);
  const [emergency, setEmergency] = useState(false);
  const risk = localName(incident.resident?.risk, language);
  const elders = calls?.elders.map(({ name }) => name) ?? [];
  const who = incident.resident?.name ?? (elders.join('、') || localName(incident.site.name, language));
  const name = (act: { name?: string } | undefined) => act?.name || t('ward.someone');
  return (
    <article
      className="card case"
      data-testid="case"
      data-id={incident.id}
      data-state={incident.state}
      data-severity={weight(incident)}
      data-class={incident.class}
      aria-labelledby="case-title"
    >
      <header className="card-band">
        <ClassIcon of={incident.class} />
        <h2 id="case-title">
          <span className="card-class">{t(`class.${incident.class}`)}</span>
          <span className="card-severity">{t(`state.${incident.state}`)}</span>
        </h2>
        <Since incident={incident} />
      </header>
      <div className="card-body">
        <div className="case-top">
          <button type="button" className="button" data-testid="back" onClick={onBack}>
            ‹ {t('community.back')}
          </button>
          <button
            type="button"
            className="button emergency"
            data-testid="emergency"
            onClick={() => setEmergency(true)}
          >
            119 / 120
          </button>
        </div>
        <p className="case-who" data-testid="who">
          {who}
        </p>
        <p className="case-since">
          {risk !== '' && (
            <span className="card-risk">
              {t('ward.risk')} <b>{risk}</b>
            </span>
          )}
          <span>
            {t('community.alarmed', { time: time(incident.alarmed_at, incident, clock.now()) })}
            {incident.accepted !== undefined &&
              ` · ${t('community.goes', { name: name(incident.accepted) })}`}
            {incident.arrived !== undefined && ` · ${t('community.there', { name: name(incident.arrived) })}`}
          </span>
        </p>
        <Marks incident={incident} />
        <Address incident={incident} calls={calls} />
        {error !== undefined && calls === undefined && (
          <p className="trouble" role="alert" data-testid="no-calls">
            {failed(error)}
          </p>
        )}
        {calls === undefined ? (
          error === undefined && <p role="status">{t('common.loading')}</p>
        ) : (
          <Whom incident={incident} calls={calls} onDial={onDial} />
        )}
        <Tries incident={incident} calls={calls} />
        <div className="case-acts">
          <Actions incident={incident} />
        </div>
      </div>
      {emergency && (
        <Emergency incident={incident} calls={calls} onDial={onDial} onClose={() => setEmergency(false)} />
      )}
    </article>
  );
}
