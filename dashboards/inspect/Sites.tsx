import { useState } from 'react';
import { localName } from '../shared/format.ts';
import { useDoubt } from '../shared/ui/Link.tsx';
import { useWords } from '../shared/ui/useWords.ts';
import { Phone } from './Calls.tsx';
import { Map } from './Map.tsx';
import { addressOf } from './route.ts';
import type { SiteState, Standing } from './standing.ts';
import { To } from './To.tsx';

/** StateTag says how a site stands, by word and colour. */
export function StateTag({ state }: { state: SiteState }) {
  const { t } = useWords();
  const doubt = useDoubt();
  // That all is calm is said of a picture that can be relied on, and of no other.
  const unsure = state === 'calm' && doubt !== undefined;
  return (
    <span className="site-state" data-state={unsure ? 'unknown' : state}>
      {unsure ? t(doubt) : t(`oversight.siteState.${state}`)}
    </span>
  );
}

const first = 12;

/** Sites shows how each site stands, as a list or on a map; of many calm ones the rest is folded away. */
export function Sites({ standings, region }: { standings: readonly Standing[]; region: string }) {
  const { t, language } = useWords();
  const [map, setMap] = useState(false);
  const [all, setAll] = useState(false);
  const worth = standings.filter(({ state }) => state !== 'calm').length;
  const shown = all ? standings : standings.slice(0, Math.max(first, worth));
  const rest = standings.length - shown.length;
  return (
    <section aria-labelledby="site-list" data-testid="site-list">
      <h2 id="site-list">
        {t('oversight.sites')} <small>{standings.length}</small>
      </h2>
      <div className="choices" role="group" aria-label={t('oversight.sites')}>
        <button type="button" className="button" aria-pressed={!map} onClick={() => setMap(false)}>
          {t('oversight.list')}
        </button>
        <button
          type="button"
          className="button"
          aria-pressed={map}
          data-testid="show-map"
          onClick={() => setMap(true)}
        >
          {t('oversight.map')}
        </button>
        <To
          href={addressOf('sites', region === '' ? {} : { region })}
          className="button"
          testid="sites-as-table"
        >
          {t('oversight.asTable')}
        </To>
      </div>
      {map ? (
        <Map standings={standings} />
      ) : (
        <>
          <ul className="site-list">
            {shown.map((one) => (
              <li key={one.node.site.id} data-testid="site" data-state={one.state}>
                <StateTag state={one.state} />
                <To href={addressOf('site', { site: one.node.site.id })} testid="site-link">
                  {localName(one.node.site.name, language)}
                </To>
                <small>
                  {localName(one.node.township, language)} · {t(`oversight.kind.${one.node.site.kind}`)}
                </small>
                <Phone standing={one} />
              </li>
            ))}
          </ul>
          {(rest > 0 || all) && standings.length > first && (
            <button type="button" className="button" onClick={() => setAll(!all)}>
              {all ? t('oversight.fewerSites') : t('oversight.moreSites', { count: rest })}
            </button>
          )}
        </>
      )}
    </section>
  );
}
