import { describe, expect, test } from 'vitest';
import type { Calls } from '../shared/api/community.ts';
import type { Incident } from '../shared/api/types.ts';
import { incident } from '../shared/testing/incidents.ts';
import { saidOf, whereOf } from './say.ts';

const text = (zh: string, en: string) => ({ zh, en });
const at = (address: string, region: string, zone?: string): Incident => {
  const one = incident('i', { class: 'fire' });
  return {
    ...one,
    site: { ...one.site, address: text(address, 'No. 12'), region: text(region, 'Songxia Village') },
    place: zone === undefined ? {} : { zone: text(zone, 'Kitchen') },
  };
};

describe('where', () => {
  test.each([
    ['the village is in the address', at('临栖区松下村12号', '松下村'), '临栖区松下村12号'],
    ['the village is not', at('12号', '松下村', '厨房'), '松下村 12号 厨房'],
  ])('%s', (_, one, want) => {
    expect(whereOf(one, 'zh')).toBe(want);
  });
  test('in English from the small to the large', () => {
    expect(whereOf(at('12号', '松下村', '厨房'), 'en')).toBe('Kitchen, No. 12, Songxia Village');
  });
});

describe('who', () => {
  const words = { oxygen: 'oxygen', mobility: (of: string) => of };
  const calls: Calls = {
    incident: 'i',
    site: incident('i').site,
    elders: [
      {
        id: 'r',
        name: '王桂兰',
        risk: text('独居', 'Alone'),
        oxygen: true,
        mobility: 'bedbound',
        away: false,
        access: text('', ''),
      },
    ],
    whom: [],
    emergency: ['120', '119'],
    mine: '+860000000900',
    tries: [],
  };
  test('with all that is known', () => {
    expect(saidOf(at('12号', '村'), calls, 'zh', words)).toMatchObject({
      who: ['王桂兰'],
      risks: ['独居', 'oxygen', 'bedbound'],
      callBack: '+860000000900',
    });
  });
  test('while the gateway has not told, from the incident itself', () => {
    const one = { ...at('12号', '村'), resident: { id: 'r', name: '李长贵', risk: text('独居', 'Alone') } };
    expect(saidOf(one, undefined, 'zh', words)).toMatchObject({
      who: ['李长贵'],
      risks: ['独居'],
      callBack: '',
    });
  });
});
