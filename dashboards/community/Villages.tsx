import { useState } from 'react';
import { counted, filtered, homeStates } from './filter.ts';
import type { Home, HomeState, Homes } from '../shared/api/community.ts';
import { localName, shortTime } from '../shared/format.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { useWords } from '../shared/ui/useWords.ts';

/** The shapes of the states: colour is never alone. */
const shapes: Record<HomeState, string> = {
  raised: '▲',
  accepted: '▶',
  arrived: '●',
  silent: '✕',
  shelved: '◼',
  unproven: '?',
  calm: '✓',
};

/** HomeRow is one home: who, where, how it stands and since when. One with an incident opens it. */
function HomeRow({ home, onOpen }: { home: Home; onOpen: (incident: string) => void }) {
  const { t, language } = useWords();
  const { me, session } = useViewer();
  const zone = me.sites.find(({ id }) => id === home.id)?.time_zone ?? '';
  const names = home.residents
    .map(({ name, away }) => (away ? t('community.away', { name }) : name))
    .join('、');
  const risks = home.residents.map(({ risk }) => localName(risk, language)).filter(Boolean);
  const incident = home.incidents[0];
  const inside = (
    <>
      <span className="home-who">
        <b>{names || localName(home.name, language)}</b>
        <span>{localName(home.address, language)}</span>
        {risks.length > 0 && <span className="home-risk">{risks.join(' · ')}</span>}
      </span>
      <span className="home-state">
        <b>
          <span aria-hidden="true">{shapes[home.state]}</span> {t(`community.state.${home.state}`)}
        </b>
        {home.since !== undefined && (
          <small>
            {t('community.since', { time: shortTime(home.since, session.clock.now(), zone, language) })}
          </small>
        )}
      </span>
    </>
  );
  return (
    <li data-testid="home" data-state={home.state} data-id={home.id}>
      {incident === undefined ? (
        <div className="home">{inside}</div>
      ) : (
        <button type="button" className="home" onClick={() => onOpen(incident)}>
          {inside}
        </button>
      )}
    </li>
  );
}

/** Villages lists the homes by village, with a search and how many stand how. */
export function Villages({ homes, onOpen }: { homes: Homes; onOpen: (incident: string) => void }) {
  const { t, language } = useWords();
  const [search, setSearch] = useState('');
  const [state, setState] = useState<HomeState>();
  const counts = counted(homes.villages);
  const found = filtered(homes.villages, search, state);
  const total = homes.villages.reduce((sum, village) => sum + village.homes.length, 0);
  return (
    <section aria-labelledby="homes" className="board-part" data-testid="homes">
      <h2 id="homes">
        {t('community.homes')} <span className="count">{total}</span>
      </h2>
      <div className="home-counts" role="group" aria-label={t('community.byState')}>
        {homeStates
          .filter((one) => counts[one] > 0 || one === state)
          .map((one) => (
            <button
              key={one}
              type="button"
              className="button"
              data-testid={`count-${one}`}
              data-state={one}
              aria-pressed={state === one}
              onClick={() => setState(state === one ? undefined : one)}
            >
              <span aria-hidden="true">{shapes[one]}</span> {t(`community.state.${one}`)} <b>{counts[one]}</b>
            </button>
          ))}
      </div>
      <label className="field home-search">
        <span>{t('community.search')}</span>
        <input
          type="search"
          data-testid="search"
          value={search}
          placeholder={t('community.searchHint')}
          onChange={(event) => setSearch(event.target.value)}
        />
      </label>
      {found.length === 0 && (
        <p role="status" className="modal-hint">
          {t(total === 0 ? 'community.none' : 'community.notFound')}
        </p>
      )}
      {found.map((village) => (
        <section key={village.id} className="village" data-testid="village">
          <h3>
            {localName(village.path.at(-1), language) || t('community.nowhere')}{' '}
            <span className="count">{village.homes.length}</span>
            <small>
              {village.path
                .slice(0, -1)
                .map((name) => localName(name, language))
                .join(' · ')}
            </small>
          </h3>
          <ul>
            {village.homes.map((home) => (
              <HomeRow key={home.id} home={home} onOpen={onOpen} />
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}
