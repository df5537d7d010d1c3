import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchWalks, type Walk } from '../api/admin.ts';
import { localName, shortTime } from '../format.ts';
import { useLanguage, useViewer } from './hooks.ts';

const every = 15_000;

/** WalkBanner says on which floors triggers call nobody, because somebody walks through and tests them. */
export function WalkBanner() {
  const { t } = useTranslation();
  const language = useLanguage();
  const { me, session } = useViewer();
  const [walks, setWalks] = useState<readonly Walk[]>([]);
  useEffect(() => {
    let gone = false;
    const look = () =>
      fetchWalks().then(
        ({ tests }) => {
          if (!gone) setWalks(tests.filter((walk) => walk.ended_at === undefined));
        },
        // What was known stays: a banner too long is better than one too short.
        () => {},
      );
    void look();
    const timer = setInterval(() => void look(), every);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, []);
  const now = session.clock.now();
  return walks
    .filter((walk) => Date.parse(walk.until) > now)
    .map((walk) => (
      <p key={walk.id} role="status" className="walk-banner" data-testid="walk-banner">
        {t('setup.walk.banner', {
          site: localName(walk.site_name, language),
          floor: walk.floor,
          until: shortTime(
            walk.until,
            now,
            me.sites.find(({ id }) => id === walk.site)?.time_zone ?? '',
            language,
          ),
          by: walk.by,
        })}
      </p>
    ));
}
