import type { Calls, Elder } from '../shared/api/community.ts';
import type { Incident, Language } from '../shared/api/types.ts';
import { localName } from '../shared/format.ts';

/** Said is what is told at the telephone, in the order in which it is asked. An empty part is not known. */
export interface Said {
  where: string;
  who: readonly string[];
  risks: readonly string[];
  callBack: string;
}

/** whereOf is the whole address: with the village where the address does not name it, and with the room. */
export function whereOf(incident: Incident, language: Language): string {
  const { site, place } = incident;
  const address = localName(site.address, language) || localName(site.name, language);
  const region = localName(site.region, language);
  const room = localName(place.zone, language);
  const parts = language === 'zh' ? [region, address, room] : [room, address, region];
  return parts
    .filter((part) => part !== '' && (part === address || !address.includes(part)))
    .join(language === 'zh' ? ' ' : ', ');
}

/** saidOf gathers what somebody who calls an ambulance is asked. `words` says what is known of how an elder is. */
export function saidOf(
  incident: Incident,
  calls: Calls | undefined,
  language: Language,
  words: { oxygen: string; mobility: (of: NonNullable<Elder['mobility']>) => string },
): Said {
  const elders = calls?.elders ?? [];
  const names = elders.map(({ name }) => name);
  if (names.length === 0 && incident.resident !== undefined) names.push(incident.resident.name);
  const risks =
    calls === undefined
      ? [localName(incident.resident?.risk, language)]
      : elders.flatMap((elder) => [
          localName(elder.risk, language),
          elder.oxygen ? words.oxygen : '',
          elder.mobility === undefined ? '' : words.mobility(elder.mobility),
        ]);
  return {
    where: whereOf(incident, language),
    who: names,
    risks: [...new Set(risks.filter(Boolean))],
    callBack: calls?.mine ?? '',
  };
}
