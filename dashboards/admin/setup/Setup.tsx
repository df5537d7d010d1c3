import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { localName } from '../../shared/format.ts';
import { useLanguage, useViewer } from '../../shared/ui/hooks.ts';
import { ChannelPart } from './ChannelPart.tsx';
import { FilesPart } from './FilesPart.tsx';
import { Registry } from './Registry.tsx';
import { WalkPart } from './WalkPart.tsx';
import { isEverywhere, siteOf, type Part } from './parts.ts';
import './setup.css';

/** Setup is the page of one register, of files, or of walk tests, at a site. */
export function Setup({ part }: { part: Exclude<Part, 'coverage'> }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { me } = useViewer();
  const [site, setSite] = useState(me.sites[0]?.id ?? '');
  const everywhere = isEverywhere(part);
  // Regions and channels belong to no site, and all sites are listed.
  const whole = part === 'site' || part === 'region' || part === 'channel';
  const at = siteOf(part, site, me.sites);
  return (
    <>
      {!whole && me.sites.length > 1 && (
        <label className="field no-print">
          <span>{t('setup.site')}</span>
          <select value={at} data-testid="setup-site" onChange={(event) => setSite(event.target.value)}>
            {everywhere && <option value="">{t('common.all')}</option>}
            {me.sites.map((one) => (
              <option key={one.id} value={one.id}>
                {localName(one.name, language)}
              </option>
            ))}
          </select>
        </label>
      )}
      {part === 'channel' ? (
        <ChannelPart />
      ) : part === 'files' ? (
        <FilesPart site={at} />
      ) : part === 'walk' ? (
        <WalkPart key={at} site={at} />
      ) : (
        <Registry key={`${part} ${at}`} kind={part} site={whole ? '' : at} />
      )}
    </>
  );
}
