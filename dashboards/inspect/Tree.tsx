import { useTranslation } from 'react-i18next';
import type { RegionNode, RegionTree } from '../shared/api/inspect.ts';
import { localName } from '../shared/format.ts';
import { useLanguage } from '../shared/ui/hooks.ts';
import { addressOf } from './route.ts';
import { below, siteStates, within, type Standing } from './standing.ts';
import { To } from './To.tsx';

/** Counts are the sites of a region by state, those that need nobody left out. */
function Counts({ of }: { of: readonly Standing[] }) {
  const { t } = useTranslation();
  return (
    <span className="counts">
      {siteStates.map((state) => {
        const count = of.filter((one) => one.state === state).length;
        return state !== 'calm' && count > 0 ? (
          <span key={state} className="count" data-state={state} title={t(`oversight.siteState.${state}`)}>
            <span className="unseen">{t(`oversight.siteState.${state}`)}</span> {count}
          </span>
        ) : null;
      })}
      <span className="count-all">{of.length}</span>
    </span>
  );
}

/** Tree is the region with all below it, each with how many of its sites are in which state. */
export function Tree({
  tree,
  standings,
  region,
}: {
  tree: RegionTree;
  standings: readonly Standing[];
  region: string;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const branch = (node: RegionNode) => {
    const inside = within(tree, node.id);
    const sites = standings.filter((one) => inside(one.node));
    const children = below(tree, node.id);
    return (
      <li key={node.id}>
        <To
          href={addressOf('now', { region: node.id })}
          className="branch"
          current={region === node.id}
          testid="branch"
        >
          <span>{localName(node.name, language)}</span>
          <Counts of={sites} />
        </To>
        {children.length > 0 && <ul>{children.map(branch)}</ul>}
      </li>
    );
  };
  return (
    <nav className="tree" aria-label={t('oversight.region')} data-testid="tree">
      <To href={addressOf('now')} className="branch" current={region === ''}>
        <span>{t('oversight.wholeRegion')}</span>
        <Counts of={standings} />
      </To>
      <ul>{below(tree).map(branch)}</ul>
    </nav>
  );
}
