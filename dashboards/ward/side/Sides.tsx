import { lazy, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { localName } from '../../shared/format.ts';
import { useLanguage, useViewer } from '../../shared/ui/hooks.ts';
import { useKeptLists } from '../evac/useKeptLists.ts';
import { useSide, type Side } from './context.ts';
import './links.css';

// What stands beside the board is loaded when it is opened: the board comes first.
const Plan = lazy(() => import('../plan/Plan.tsx'));
const Evacuation = lazy(() => import('../evac/Evacuation.tsx'));
const Handover = lazy(() => import('../handover/Handover.tsx'));
const Resident = lazy(() => import('../resident/Resident.tsx'));

/** SideTabs leads to the pages beside the board, and back; what waits is on the way back. */
export function SideTabs({ side, waiting }: { side: Side | undefined; waiting: number }) {
  const { t } = useTranslation();
  const open = useSide();
  useKeptLists();
  if (open === undefined) return null;
  const tab = (kind: 'plan' | 'evacuation' | 'handover') => (
    <button
      key={kind}
      type="button"
      className="button"
      data-testid={`tab-${kind}`}
      aria-current={side?.kind === kind ? 'page' : undefined}
      onClick={() => open({ kind })}
    >
      {t(`side.${kind}`)}
    </button>
  );
  return (
    <nav className="side-tabs" aria-label={t('side.nav')}>
      <button
        type="button"
        className="button"
        data-testid="tab-board"
        data-waiting={side !== undefined && waiting > 0}
        aria-current={side === undefined ? 'page' : undefined}
        onClick={() => open(undefined)}
      >
        {t('side.board')} {waiting > 0 && <b>{waiting}</b>}
      </button>
      {(['plan', 'evacuation', 'handover'] as const).map(tab)}
    </nav>
  );
}

/** SideView is the page that is open beside the board. */
export function SideView({ side }: { side: Side }) {
  const { t } = useTranslation();
  const { me } = useViewer();
  const site = ('site' in side ? side.site : undefined) ?? me.sites[0]?.id;
  // It was opened from a card somewhere below.
  useEffect(() => {
    scrollTo(0, 0);
  }, [side]);
  const page = () => {
    if (side.kind === 'resident') return <Resident key={side.id} id={side.id} />;
    if (site === undefined) return null;
    switch (side.kind) {
      case 'plan':
        return <Plan key={site} site={site} />;
      case 'evacuation':
        return (
          <Evacuation
            key={`${site} ${side.incident ?? ''}`}
            site={site}
            incident={side.incident}
            floor={side.floor}
          />
        );
      case 'handover':
        return <Handover key={site} site={site} />;
    }
  };
  return (
    <section className="side" data-testid={`side-${side.kind}`}>
      <SitePicker side={side} site={site} />
      <Suspense fallback={<p role="status">{t('common.loading')}</p>}>{page()}</Suspense>
    </section>
  );
}

/** SitePicker is for those who work for several sites. */
function SitePicker({ side, site }: { side: Side; site: string | undefined }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { me } = useViewer();
  const open = useSide();
  if (me.sites.length < 2 || side.kind === 'resident' || open === undefined) return null;
  return (
    <label className="field side-site no-print">
      {t('side.site')}
      <select value={site} onChange={(event) => open({ kind: side.kind, site: event.target.value })}>
        {me.sites.map(({ id, name }) => (
          <option key={id} value={id}>
            {localName(name, language)}
          </option>
        ))}
      </select>
    </label>
  );
}
