import type { ReactNode } from 'react';
import type { RegionTree } from '../shared/api/inspect.ts';
import { localName } from '../shared/format.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { isFireOfficer, offered } from './filter.ts';
import { withValue } from './route.ts';
import { within, withRegion } from './standing.ts';

const states = ['raised', 'accepted', 'arrived', 'resolved'] as const;
const groups = ['hazard', 'care', 'equipment'] as const;
const causes = ['real', 'false', 'test', 'drill', 'pending'] as const;
const answers = ['in_time', 'late', 'waiting', 'overdue'] as const;

/** Select is one filter; a list of several values, which a link may ask for, is shown as such. */
export function Select({
  name,
  label,
  query,
  onChange,
  children,
}: {
  name: string;
  label: string;
  query: URLSearchParams;
  onChange: (query: URLSearchParams) => void;
  children: ReactNode;
}) {
  const { t } = useWords();
  const values = query.getAll(name);
  const several = values.length > 1 ? values.join(' ') : undefined;
  return (
    <label className="field">
      <span>{label}</span>
      <select
        data-testid={`ask-${name}`}
        value={several ?? values[0] ?? ''}
        onChange={(event) => onChange(withValue(query, name, event.target.value))}
      >
        <option value="">{t('common.all')}</option>
        {several !== undefined && <option value={several}>{values.length}×</option>}
        {children}
      </select>
    </label>
  );
}

/** WhereAsked chooses region and site of a table or report. */
export function WhereAsked({
  tree,
  query,
  onChange,
}: {
  tree: RegionTree;
  query: URLSearchParams;
  onChange: (query: URLSearchParams) => void;
}) {
  const { t, language } = useWords();
  const inside = within(tree, query.get('region') ?? '');
  const township = query.get('township');
  const byName = (a: { name: { zh: string } }, b: { name: { zh: string } }) =>
    a.name.zh.localeCompare(b.name.zh, 'zh');
  return (
    <>
      <Select
        name="region"
        label={t('oversight.region')}
        query={query}
        onChange={(next) => onChange(withRegion(tree, query, next.get('region') ?? ''))}
      >
        {[...tree.regions].sort(byName).map(({ id, name }) => (
          <option key={id} value={id}>
            {localName(name, language)}
          </option>
        ))}
      </Select>
      {township !== null && (
        <Select name="township" label={t('oversight.township')} query={query} onChange={onChange}>
          <option value={township}>
            {localName(tree.regions.find(({ id }) => id === township)?.name, language) || township}
          </option>
        </Select>
      )}
      <Select name="site" label={t('oversight.site')} query={query} onChange={onChange}>
        {tree.sites
          .filter(inside)
          .map(({ site }) => site)
          .sort(byName)
          .map(({ id, name }) => (
            <option key={id} value={id}>
              {localName(name, language)}
            </option>
          ))}
      </Select>
    </>
  );
}

/** Asking are the filters of the table of incidents. */
export function Asking({
  tree,
  query,
  onChange,
}: {
  tree: RegionTree;
  query: URLSearchParams;
  onChange: (query: URLSearchParams) => void;
}) {
  const { t } = useWords();
  const { me } = useViewer();
  const fire = isFireOfficer(me.user);
  const select = { query, onChange };
  const date = (name: 'from' | 'to') => (
    <label className="field">
      <span>{t(`oversight.${name}`)}</span>
      <input
        type="date"
        data-testid={`ask-${name}`}
        value={query.get(name) ?? ''}
        onChange={(event) => onChange(withValue(query, name, event.target.value))}
      />
    </label>
  );
  const set = [...query.keys()].some((key) => key !== 'sort' && key !== 'order' && key !== 'offset');
  return (
    <form className="filters" onSubmit={(event) => event.preventDefault()}>
      <WhereAsked tree={tree} {...select} />
      {date('from')}
      {date('to')}
      <Select name="stream" label={t('admin.show')} {...select}>
        <option value="watch">{t('oversight.streamWatch')}</option>
      </Select>
      <Select name="group" label={t('oversight.group')} {...select}>
        {groups
          .filter((name) => name !== 'care' || !fire)
          .map((name) => (
            <option key={name} value={name}>
              {t(`oversight.groups.${name}`)}
            </option>
          ))}
      </Select>
      <Select name="class" label={t('oversight.class')} {...select}>
        {offered(me.user).map((name) => (
          <option key={name} value={name}>
            {t(`class.${name}`)}
          </option>
        ))}
      </Select>
      <Select name="state" label={t('oversight.state')} {...select}>
        {states.map((name) => (
          <option key={name} value={name}>
            {t(`state.${name}`)}
          </option>
        ))}
      </Select>
      <Select name="cause" label={t('oversight.cause')} {...select}>
        {causes.map((name) => (
          <option key={name} value={name}>
            {t(`cause.${name}`)}
          </option>
        ))}
      </Select>
      <Select name="answer" label={t('oversight.answer')} {...select}>
        {answers.map((name) => (
          <option key={name} value={name}>
            {t(`oversight.answers.${name}`)}
          </option>
        ))}
      </Select>
      {set && (
        <button
          type="button"
          className="button"
          data-testid="ask-clear"
          onClick={() => onChange(new URLSearchParams())}
        >
          {t('oversight.clear')}
        </button>
      )}
    </form>
  );
}
