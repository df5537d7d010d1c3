import { describe, expect, test } from 'vitest';
import { niceBelow, sketch } from './map.ts';
import type { Standing } from './standing.ts';
import { standing } from './testing.ts';

const at = (id: string, longitude?: number, latitude?: number, more: Partial<Standing> = {}) => {
  const one = standing(id, more);
  return { ...one, node: { ...one.node, longitude, latitude } };
};

describe('niceBelow', () => {
  test.each([
    [1, 1],
    [1.9, 1],
    [2, 2],
    [49, 20],
    [5000, 5000],
    [0.7, 0.5],
  ])('of %d is %d', (value, wanted) => {
    expect(niceBelow(value)).toBeCloseTo(wanted);
  });
});

describe('sketch', () => {
  test('north is up and east is right', () => {
    const { marks } = sketch([at('south-west', 120, 30), at('north-east', 120.1, 30.1)], 800, 480);
    const [first, second] = marks;
    expect(second!.x).toBeGreaterThan(first!.x);
    expect(second!.y).toBeLessThan(first!.y);
  });

  test('the bar of the scale is as long as it says', () => {
    const { marks, scale } = sketch([at('a', 120, 30), at('b', 120, 30.1)], 800, 480);
    // A tenth of a degree of latitude is 11 132 m.
    const metres = (Math.abs(marks[0]!.y - marks[1]!.y) / scale.pixels) * scale.metres;
    expect(metres).toBeCloseTo(11_132, -1);
  });

  test('a degree of longitude is as long as it is there', () => {
    const { marks, scale } = sketch([at('a', 120, 60), at('b', 120.1, 60)], 800, 480);
    const metres = (Math.abs(marks[0]!.x - marks[1]!.x) / scale.pixels) * scale.metres;
    expect(metres).toBeCloseTo(11_132 / 2, -1);
  });

  test('what lies too close is one mark of the gravest state, and no site is lost', () => {
    const sites = [
      at('calm', 120, 30),
      at('burning', 120.0001, 30, { state: 'hazard' }),
      at('far', 120.5, 30.5),
      at('nowhere'),
    ];
    const { marks, unplaced } = sketch(sites, 800, 480);
    expect(marks.map(({ state, sites }) => [state, sites.length])).toEqual([
      ['hazard', 2],
      ['calm', 1],
    ]);
    expect(unplaced.map(({ node }) => node.site.id)).toEqual(['nowhere']);
  });

  test('every mark lies on the map, also where there is one only', () => {
    for (const sites of [[at('one', 120, 30)], [at('a', 119, 29), at('b', 121, 31), at('c', 120, 30)]]) {
      const { marks, meridians } = sketch(sites, 390, 320);
      for (const { x, y } of marks) {
        expect(x).toBeGreaterThan(0);
        expect(x).toBeLessThan(390);
        expect(y).toBeGreaterThan(0);
        expect(y).toBeLessThan(320);
      }
      expect(meridians.length).toBeGreaterThan(0);
    }
  });

  test('without any place there is no map', () => {
    expect(sketch([at('nowhere')], 800, 480).marks).toEqual([]);
  });
});
