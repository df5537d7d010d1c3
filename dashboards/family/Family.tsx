import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../shared/api/client.ts';
import type { Incident } from '../shared/api/types.ts';
import { shortTime } from '../shared/format.ts';
import { useLanguage, useNow, usePicture, useViewer } from '../shared/ui/hooks.ts';
import { LinkState } from '../shared/ui/Link.tsx';
import { LanguageSwitch, Settings } from '../shared/ui/Settings.tsx';
import { nowOf, stepsOf } from './now.ts';
import './family.css';

const days = 3;

/** useHistory reads the last days once; what happens from then on comes live. */
function useHistory(): readonly Incident[] {
  const { clock } = useViewer().session;
  const { complete } = usePicture();
  const [history, setHistory] = useState<readonly Incident[]>([]);
  useEffect(() => {
    if (!complete) return;
    const from = new Date(clock.now() - days * 86_400_000).toISOString();
    ask((signal) => api.GET('/api/incidents', { params: { query: { from, limit: 50 } }, signal })).then(
      (page) => setHistory(page.incidents),
      () => {
        // The live part of the timeline is what counts; the past can wait.
      },
    );
  }, [complete, clock]);
  return history;
}

function Elder({ name, incidents }: { name: string; incidents: readonly Incident[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { session } = useViewer();
  const { complete } = usePicture();
  const now = useNow();
  const { stale, link } = session.live.status();
  const state = nowOf(incidents, now);
  const unknown = !complete || stale || link === 'offline';
  const time = (at: string, incident: Incident) => shortTime(at, now, incident.site.time_zone, language);
  const what = (incident: Incident) => t(`family.what.${incident.class}`);
  const steps = stepsOf(incidents).slice(0, 12);

  const hint = () => {
    if (unknown) return t('family.unknownHint');
    if (state.now !== 'over' || state.incident === undefined) return t(`family.${state.now}Hint`);
    const { incident } = state;
    const why = incident.cause === undefined ? what(incident) : t(`family.because.${incident.cause}`);
    return t('family.overHint', {
      what: why,
      time: time(incident.resolved?.at ?? incident.alarmed_at, incident),
    });
  };

  return (
    <section className="elder" data-testid="elder">
      <h2>{name}</h2>
      <div className="now" data-testid="now" data-now={unknown ? 'unknown' : state.now} role="status">
        <p className="now-text">{t(unknown ? 'family.unknown' : `family.${state.now}`)}</p>
        {!unknown && state.incident !== undefined && state.now !== 'over' && (
          <p className="now-what">
            {what(state.incident)} · {time(state.incident.raised_at, state.incident)}
          </p>
        )}
        <p className="now-hint">{hint()}</p>
      </div>
      <h3>{t('family.timeline')}</h3>
      {steps.length === 0 ? (
        <p className="timeline-none">{t('family.none')}</p>
      ) : (
        <ol className="timeline" data-testid="timeline">
          {steps.map((step) => (
            <li key={`${step.incident.id} ${step.kind}`} data-kind={step.kind}>
              <time dateTime={step.at}>{time(step.at, step.incident)}</time>
              <span>
                {step.kind === 'resolved' && step.incident.cause !== undefined
                  ? t(`family.because.${step.incident.cause}`)
                  : t(`family.step.${step.kind}`, { what: what(step.incident) })}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** Family is the page of an elder's relatives: is all well, and if not, is somebody there. */
export function Family() {
  const { t, i18n } = useTranslation();
  const { me } = useViewer();
  const picture = usePicture();
  const history = useHistory();
  const incidents = useMemo(() => {
    const all = new Map(history.map((incident) => [incident.id, incident]));
    for (const [id, incident] of picture.incidents) all.set(id, incident);
    return [...all.values()];
  }, [history, picture.incidents]);

  useEffect(() => {
    document.title = `${t('family.title')} · ${t('app.name')}`;
  }, [t, i18n.language]);

  return (
    <div className="family">
      <header className="bar">
        <h1 className="bar-title">{t('family.title')}</h1>
        <LinkState />
        <LanguageSwitch />
        <Settings name={me.user.name} />
      </header>
      <main>
        {me.watched.length === 0 && <p className="notice">{t('family.noElder')}</p>}
        {me.watched.map((elder) => (
          <Elder
            key={elder.id}
            name={elder.name}
            incidents={incidents.filter((incident) => incident.resident?.id === elder.id)}
          />
        ))}
      </main>
    </div>
  );
}
