import { BarChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import type { RegionReport } from '../shared/api/inspect.ts';
import { useWords } from '../shared/ui/useWords.ts';

// Only what is drawn. The canvas, since the policy of the gateway forbids the inline
// styles of texts in SVG; and no tooltip, since the table below says every number.
register([BarChart, GridComponent, LegendComponent, CanvasRenderer]);

const groups = ['hazards', 'care', 'equipment'] as const;
const texts = { hazards: 'hazard', care: 'care', equipment: 'equipment' } as const;

/** Chart shows the incidents of each month by kind. */
export default function Chart({ months }: { months: RegionReport['months'] }) {
  const { t } = useWords();
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const at = element.current;
    if (at === null) return;
    const chart = init(at, undefined, { renderer: 'canvas' });
    const draw = () => {
      const token = (name: string) =>
        getComputedStyle(document.documentElement).getPropertyValue(name).trim();
      const text = { color: token('--text') };
      const colours = { hazards: token('--urgent'), care: token('--accent'), equipment: token('--low') };
      chart.setOption({
        animation: false,
        textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
        legend: { textStyle: text, top: 0 },
        grid: { left: 8, right: 8, top: 36, bottom: 8, containLabel: true },
        xAxis: { type: 'category', data: months.map(({ month }) => month), axisLabel: text },
        yAxis: {
          type: 'value',
          minInterval: 1,
          axisLabel: text,
          splitLine: { lineStyle: { color: token('--line') } },
        },
        series: groups.map((group) => ({
          type: 'bar',
          stack: 'all',
          name: t(`oversight.groups.${texts[group]}`),
          data: months.map((month) => month[group].count),
          itemStyle: { color: colours[group] },
        })),
      });
    };
    draw();
    const resize = new ResizeObserver(() => chart.resize());
    resize.observe(at);
    // The colours are of the theme: of the system, or chosen in the menu; or of paper,
    // which takes what is drawn when the query changes.
    const schemes = ['(prefers-color-scheme: dark)', 'print'].map((query) => matchMedia(query));
    const drawNow = () => {
      draw();
      chart.resize();
      chart.getZr().flush();
    };
    for (const scheme of schemes) scheme.addEventListener('change', drawNow);
    const chosen = new MutationObserver(draw);
    chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      resize.disconnect();
      chosen.disconnect();
      for (const scheme of schemes) scheme.removeEventListener('change', drawNow);
      chart.dispose();
    };
  }, [months, t]);
  // A table beside it says the same to those who cannot see it.
  return <div ref={element} className="chart" aria-hidden="true" />;
}
