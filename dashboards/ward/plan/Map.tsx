import { useTranslation } from 'react-i18next';
import type { Floor, PlaceState, Zone } from '../../shared/api/ward.ts';
import { localName } from '../../shared/format.ts';
import { useLanguage } from '../../shared/ui/hooks.ts';
import { useFloor } from '../side/useFloor.ts';

/** Each state has a shape of its own, since colour alone says nothing to many. */
export const marks: Record<PlaceState, string> = {
  calm: '',
  shelved: '‖',
  silent: '?',
  accepted: '→',
  alarm: '!',
};

/** fitting is the size of letters in which a text fits into a width, in metres. */
function fitting(text: string, width: number, most: number): number {
  // A Chinese character is as wide as it is high, a Latin one about half.
  const long = [...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? 1 : 0.66), 0);
  return Math.min(most, (width * 0.94) / Math.max(1, long));
}

/** middle is where the name of a room stands. */
function middle({ outline }: Zone): { x: number; y: number; width: number } {
  const xs = outline.map(({ x }) => x);
  const ys = outline.map(({ y }) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  return {
    x: (left + right) / 2,
    y: (Math.min(...ys) + Math.max(...ys)) / 2,
    width: right - left,
  };
}

function Room({ zone }: { zone: Zone }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { x, y, width } = middle(zone);
  const name = localName(zone.name, language);
  const beds = zone.beds.slice(0, Math.max(1, Math.floor(width / 1.2)));
  const worst = zone.signs[0];
  const what =
    zone.state === 'calm'
      ? ''
      : `${marks[zone.state]} ${worst === undefined ? t(`floor.state.${zone.state}`) : t(`class.${worst.class}`)}`;
  // In a corridor, or where nobody sleeps, the words stand in the middle.
  const low = beds.length > 0 ? 0 : 0.75;
  return (
    <g data-state={zone.state} data-zone={zone.id}>
      <polygon className="plan-room" points={zone.outline.map((c) => `${c.x},${c.y}`).join(' ')} />
      <text
        className="plan-name"
        x={x}
        y={y - 0.75 + low + (what === '' ? low * 0.4 : 0)}
        fontSize={fitting(name, width, 0.95)}
      >
        {name}
      </text>
      {what !== '' && (
        <text className="plan-state" x={x} y={y + 0.3 + low * 0.7} fontSize={fitting(what, width, 0.8)}>
          {what}
        </text>
      )}
      {beds.map((bed, index) => {
        const at = x + (index - (beds.length - 1) / 2) * 1.2;
        return (
          <g key={bed.bed} data-state={bed.state}>
            <rect className="plan-bed" x={at - 0.5} y={y + 0.75} width={1} height={1.1} rx={0.2} />
            <text className="plan-bedname" x={at} y={y + 1.55} fontSize={0.7}>
              {bed.state === 'calm' ? bed.bed : marks[bed.state]}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/**
 * Map draws a floor. Who cannot see it reads the list below, which says the same:
 * nothing can be pressed here that is not there, too.
 */
export function Map({ floor }: { floor: Floor }) {
  const { t } = useTranslation();
  const say = useFloor();
  const edge = 0.3;
  return (
    <div
      className="plan-map"
      role="region"
      tabIndex={0}
      aria-label={t('floor.map', { floor: say(floor.floor) })}
    >
      <svg
        viewBox={`${-edge} ${-edge} ${floor.width + 2 * edge} ${floor.depth + 2 * edge}`}
        width={Math.round(floor.width * 26)}
        aria-hidden="true"
        data-testid="plan-map"
      >
        {/* What is worst is drawn last, so that no other outline lies over it. */}
        {[...floor.zones]
          .sort((a, b) => Number(a.state !== 'calm') - Number(b.state !== 'calm'))
          .map((zone) => (
            <Room key={zone.id} zone={zone} />
          ))}
      </svg>
    </div>
  );
}
