import { useTranslation } from 'react-i18next';
import type { IncidentClass, Site, State } from '../shared/api/types.ts';
import { localName } from '../shared/format.ts';
import { useLanguage, useViewer } from '../shared/ui/hooks.ts';
import { noFilter, offered, type Filter } from './filter.ts';

const states: State[] = ['raised', 'accepted', 'arrived', 'resolved'];

/** Filters choose what the lists show. */
export function Filters({
  filter,
  sites,
  onChange,
}: {
  filter: Filter;
  sites: readonly Site[];
  onChange: (filter: Filter) => void;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { me } = useViewer();
  const set = filter.site !== '' || filter.class !== '' || filter.state !== '';
  return (
    <form className="filters" onSubmit={(event) => event.preventDefault()}>
      <label className="field">
        <span>{t('inspect.site')}</span>
        <select
          data-testid="filter-site"
          value={filter.site}
          onChange={(event) => onChange({ ...filter, site: event.target.value })}
        >
          <option value="">{t('common.all')}</option>
          {sites.map((site) => (
            <option key={site.id} value={site.id}>
              {localName(site.name, language)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>{t('inspect.class')}</span>
        <select
          data-testid="filter-class"
          value={filter.class}
          onChange={(event) => onChange({ ...filter, class: event.target.value as IncidentClass | '' })}
        >
          <option value="">{t('common.all')}</option>
          {offered(me.user).map((name) => (
            <option key={name} value={name}>
              {t(`class.${name}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>{t('inspect.state')}</span>
        <select
          data-testid="filter-state"
          value={filter.state}
          onChange={(event) => onChange({ ...filter, state: event.target.value as State | '' })}
        >
          <option value="">{t('common.all')}</option>
          {states.map((name) => (
            <option key={name} value={name}>
              {t(`state.${name}`)}
            </option>
          ))}
        </select>
      </label>
      {set && (
        <button type="button" className="button" onClick={() => onChange(noFilter)}>
          {t('inspect.clearFilters')}
        </button>
      )}
    </form>
  );
}
