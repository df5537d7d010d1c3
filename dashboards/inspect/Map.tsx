import { useEffect, useMemo, useRef, useState } from 'react';
import { localName } from '../shared/format.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { sketch, type Mark } from './map.ts';
import { addressOf, visit } from './route.ts';
import type { Standing } from './standing.ts';
import { StateTag } from './Sites.tsx';
import { To } from './To.tsx';

/** useWidth measures an element, in pixels. */
function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return { element, width };
}

/** Shape is a mark; each state has a form of its own, so that colour is not needed. */
function Shape({ mark }: { mark: Mark }) {
  const size = mark.sites.length > 1 ? 20 : 13;
  const corners =
    mark.state === 'hazard'
      ? [0, 120, 240]
      : mark.state === 'overdue'
        ? [0, 90, 180, 270]
        : mark.state === 'silent' || mark.state === 'gaps'
          ? [45, 135, 225, 315]
          : undefined;
  if (corners === undefined) return <circle r={size} />;
  const points = corners
    .map((angle) => ((angle - 90) * Math.PI) / 180)
    .map(
      (angle) =>
        `${(Math.cos(angle) * size * 1.25).toFixed(1)},${(Math.sin(angle) * size * 1.25).toFixed(1)}`,
    );
  return <polygon points={points.join(' ')} />;
}

/** Map places sites by longitude and latitude, without anything from the internet. */
export function Map({ standings }: { standings: readonly Standing[] }) {
  const { t, language } = useWords();
  const { element, width } = useWidth();
  const [picked, setPicked] = useState<readonly Standing[]>([]);
  const height = Math.round(Math.min(640, Math.max(320, width * 0.6)));
  const drawn = useMemo(() => sketch(standings, width, height), [standings, width, height]);
  const name = (one: Standing) => localName(one.node.site.name, language);
  const length =
    drawn.scale.metres >= 1000
      ? t('oversight.kilometres', { count: drawn.scale.metres / 1000 })
      : t('oversight.metres', { count: drawn.scale.metres });
  const list = (sites: readonly Standing[]) => (
    <ul className="site-list">
      {sites.map((one) => (
        <li key={one.node.site.id}>
          <StateTag state={one.state} />
          <To href={addressOf('site', { site: one.node.site.id })}>{name(one)}</To>
        </li>
      ))}
    </ul>
  );
  return (
    <div className="map" data-testid="map">
      <p className="hint">{t('oversight.mapHint')}</p>
      <div ref={element}>
        {width > 0 && (
          <svg
            width={width}
            height={height}
            role="group"
            aria-label={t('oversight.mapOf', { count: standings.length })}
          >
            {drawn.meridians.map(({ at, label }) => (
              <g key={`m${label}`} className="graticule" aria-hidden="true">
                <line x1={at} x2={at} y1={0} y2={height} />
                <text x={at + 4} y={height - 6}>
                  {label}
                </text>
              </g>
            ))}
            {drawn.parallels.map(({ at, label }) => (
              <g key={`p${label}`} className="graticule" aria-hidden="true">
                <line x1={0} x2={width} y1={at} y2={at} />
                <text x={4} y={at - 4}>
                  {label}
                </text>
              </g>
            ))}
            {drawn.marks.map((mark) => {
              const [one] = mark.sites;
              const several = mark.sites.length > 1;
              const label = several
                ? t('oversight.cluster', {
                    count: mark.sites.length,
                    state: t(`oversight.siteState.${mark.state}`),
                  })
                : `${name(one!)}: ${t(`oversight.siteState.${mark.state}`)}`;
              const open = () => {
                if (several) setPicked(mark.sites);
                else visit(addressOf('site', { site: one!.node.site.id }));
              };
              return (
                <g
                  key={one!.node.site.id}
                  className="mark"
                  data-state={mark.state}
                  data-testid="mark"
                  transform={`translate(${mark.x.toFixed(1)} ${mark.y.toFixed(1)})`}
                  role="button"
                  tabIndex={0}
                  aria-label={label}
                  onClick={open}
                  onKeyDown={(event) => {
                    if (event.key === 'Enter' || event.key === ' ') {
                      event.preventDefault();
                      open();
                    }
                  }}
                >
                  <title>{label}</title>
                  <circle className="reach" r={22} />
                  <Shape mark={mark} />
                  {several && (
                    <text className="many" y={6}>
                      {mark.sites.length}
                    </text>
                  )}
                </g>
              );
            })}
            {drawn.scale.metres > 0 && (
              <g className="scale" transform={`translate(${width - drawn.scale.pixels - 16} ${height - 30})`}>
                <path d={`M0 -6 V0 H${drawn.scale.pixels.toFixed(1)} V-6`} />
                <text x={drawn.scale.pixels / 2} y={-8}>
                  {length}
                </text>
              </g>
            )}
            <g className="north" transform={`translate(${width - 24} 14)`} aria-hidden="true">
              <path d="M0 0 L7 18 L0 13 L-7 18 Z" />
              <text y={34}>{t('oversight.north')}</text>
            </g>
          </svg>
        )}
      </div>
      {picked.length > 0 && <div data-testid="picked">{list(picked)}</div>}
      {drawn.unplaced.length > 0 && (
        <div data-testid="unplaced">
          <h3>
            {t('oversight.unplaced')} <small>{drawn.unplaced.length}</small>
          </h3>
          {list(drawn.unplaced)}
        </div>
      )}
    </div>
  );
}
