import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../shared/api/client.ts';
import { fetchNow } from '../shared/api/family.ts';
import type { Incident } from '../shared/api/types.ts';
import { usePicture, useViewer } from '../shared/ui/hooks.ts';
import { LinkState } from '../shared/ui/Link.tsx';
import { LanguageSwitch, Settings } from '../shared/ui/Settings.tsx';
import { useLoaded } from '../shared/ui/useLoaded.ts';
import { Elder } from './Elder.tsx';
import type { Past } from './now.ts';
import { ability, tellMeNoLonger } from './push.ts';
import './family.css';

// Opened seldom, so it is loaded when it is.
const Tell = lazy(() => import('./Tell.tsx'));

const days = 3;
/** How often it is asked whether the elders are watched, in milliseconds. */
const askEvery = 30_000;

/** After so long a failed reading of the past is tried again, in milliseconds. */
const retryEvery = 15_000;

/** useHistory reads the last days once; what happens from then on comes live. */
function useHistory(): { incidents: readonly Incident[]; past: Past } {
  const { clock } = useViewer().session;
  const { complete } = usePicture();
  const [incidents, setIncidents] = useState<readonly Incident[]>([]);
  const [past, setPast] = useState<Past>('reading');
  useEffect(() => {
    if (!complete) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const read = () => {
      const from = new Date(clock.now() - days * 86_400_000).toISOString();
      ask((signal) => api.GET('/api/incidents', { params: { query: { from, limit: 50 } }, signal })).then(
        (page) => {
          if (gone) return;
          setIncidents(page.incidents);
          setPast('known');
        },
        () => {
          if (gone) return;
          setPast('failed');
          timer = setTimeout(read, retryEvery);
        },
      );
    };
    read();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [complete, clock]);
  return { incidents, past };
}

/** forgetPhone ends the alerts on this phone before she signs out: it may be somebody else's next. */
function forgetPhone(): Promise<void> {
  return ability() === 'able' ? tellMeNoLonger() : Promise.resolve();
}

/** Family is the page of an elder's relatives: is all well, and if not, is somebody there. */
export function Family() {
  const { t, i18n } = useTranslation();
  const { me } = useViewer();
  const picture = usePicture();
  const { incidents: history, past } = useHistory();
  const { data, error } = useLoaded(fetchNow, askEvery);
  const [telling, setTelling] = useState(false);
  const incidents = useMemo(() => {
    const all = new Map(history.map((incident) => [incident.id, incident]));
    for (const [id, incident] of picture.incidents) all.set(id, incident);
    return [...all.values()];
  }, [history, picture.incidents]);
  // What was read before the network went is no answer to "now".
  const elders = error === undefined ? data?.elders : data?.elders.filter(({ consent }) => !consent);

  useEffect(() => {
    document.title = `${t('family.title')} · ${t('app.name')}`;
  }, [t, i18n.language]);

  return (
    <div className="family">
      <header className="bar">
        <h1 className="bar-title">{t('family.title')}</h1>
        <LinkState />
        <LanguageSwitch />
        <Settings name={me.user.name} before={forgetPhone} />
      </header>
      <main>
        {me.watched.length === 0 && <p className="notice">{t('family.noElder')}</p>}
        {me.watched.map((elder) => (
          <Elder
            key={elder.id}
            name={elder.name}
            past={past}
            elder={elders?.find(({ id }) => id === elder.id)}
            incidents={incidents.filter((incident) => incident.resident?.id === elder.id)}
          />
        ))}
        {me.user.role === 'family' && (
          <button type="button" className="button" data-testid="tell" onClick={() => setTelling(true)}>
            {t('kin.tell')}
          </button>
        )}
      </main>
      {telling && (
        <Suspense>
          <Tell onClose={() => setTelling(false)} />
        </Suspense>
      )}
    </div>
  );
}
