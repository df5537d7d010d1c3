import { useCallback, useEffect, useRef } from 'react';
import { fetchDrawing, type Floor } from '../../shared/api/ward.ts';
import { useLoaded } from '../../shared/ui/useLoaded.ts';

/**
 * Drawing shows the drawing that somebody brought, each room in the colour of its
 * state. The gateway has left nothing in it that runs; the page's policy would not
 * let it run either.
 */
export function Drawing({ site, floor }: { site: string; floor: Floor }) {
  const box = useRef<HTMLDivElement>(null);
  const { floor: name, drawing } = floor;
  const load = useCallback(
    // The digest is part of the question: another drawing is another answer.
    () => (drawing === undefined ? Promise.resolve('') : fetchDrawing(site, name)),
    [site, name, drawing],
  );
  const { data } = useLoaded(load);
  useEffect(() => {
    if (box.current === null || data === undefined) return;
    const parsed = new DOMParser().parseFromString(data, 'image/svg+xml').documentElement;
    if (parsed.nodeName !== 'svg') return;
    parsed.setAttribute('aria-hidden', 'true');
    box.current.replaceChildren(document.importNode(parsed, true));
  }, [data]);
  useEffect(() => {
    for (const zone of floor.zones) {
      const shape = box.current?.querySelector(`[data-zone="${CSS.escape(zone.id)}"]`);
      shape?.setAttribute('data-state', zone.state);
    }
  }, [floor, data]);
  return <div ref={box} className="plan-drawing" data-testid="plan-drawing" />;
}
