import type { GapRow } from '../shared/api/inspect.ts';
import { localName } from '../shared/format.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { usePlace } from './cells.tsx';
import type { Shape } from './columns.ts';
import { addressOf } from './route.ts';
import { stamp } from './stamp.ts';
import { To } from './To.tsx';

const keys = ['site', 'township', 'device', 'place', 'gap', 'why', 'seen', 'tested'] as const;

/** GapColumn names a column of the table of gaps to the gateway. */
export type GapColumn = (typeof keys)[number];

/** gapShape is that of the table of gaps. */
export const gapShape: Shape<GapColumn> = {
  name: 'coverage',
  all: keys,
  usual: keys,
  falling: [],
};

/** gapHeads are the texts of its columns. */
export const gapHeads = {
  site: 'oversight.site',
  township: 'oversight.township',
  device: 'oversight.device',
  place: 'oversight.place',
  gap: 'oversight.lack',
  why: 'oversight.why_',
  seen: 'oversight.seen',
  tested: 'oversight.tested',
} as const satisfies Record<GapColumn, string>;

/** GapCell is one column of a gap; of what concerns a person no place is told. */
export function GapCell({ row, column }: { row: GapRow; column: GapColumn }) {
  const { t, language } = useWords();
  const place = usePlace();
  const time = (at: string | undefined) =>
    at === undefined ? t('oversight.never') : stamp(at, row.site.time_zone);
  switch (column) {
    case 'site':
      return <To href={addressOf('site', { site: row.site.id })}>{localName(row.site.name, language)}</To>;
    case 'township':
      return localName(row.township, language);
    case 'device':
      return t(`oversight.what.${row.what}`);
    case 'place':
      return row.what === 'edge' ? localName(row.edge, language) : place(row.place);
    case 'gap':
      return (
        <span className="lacks">
          {row.gaps
            // That a detector is unproven says already that it is a point which is.
            .filter((gap) => !(gap === 'unproven' && row.gaps.includes('detector')))
            .map((gap) => (
              <span key={gap} className="lack" data-gap={gap}>
                {t(`oversight.gap.${gap}`)}
              </span>
            ))}
        </span>
      );
    case 'why':
      return row.doubt === undefined ? '' : t(`admin.doubt.${row.doubt}`);
    case 'seen':
      return time(row.seen_at);
    case 'tested':
      return row.what === 'detector' ? time(row.tested_at) : '';
  }
}
