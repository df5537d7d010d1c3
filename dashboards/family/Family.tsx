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
import './family.css';

// Opened seldom, so it is loaded when it is.
const Tell = lazy(() => import('./Tell.tsx'));

const days = 3;
/** How often it is asked whether the elders are watched, in milliseconds. */
const askEvery = 30_000;

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

/** Family is the page of an elder's relatives: is all well, and if not, is somebody there. */
export function Family() {
  const { t, i18n } = useTranslation();
  const { me } = useViewer();
  const picture = usePicture();
  const history = useHistory();
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
        <Settings name={me.user.name} />
      </header>
      <main>
        {me.watched.length === 0 && <p className="notice">{t('family.noElder')}</p>}
        {me.watched.map((elder) => (
          <Elder
            key={elder.id}
            name={elder.name}
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
