import type { HomeState } from '../../shared/api/community.ts';
import type { Site } from '../../shared/api/types.ts';

/** The invented homes of people who live alone. */

const text = (zh: string, en: string) => ({ zh, en });

interface Villager {
  site: Site;
  resident: { id: string; name: string; risk: { zh: string; en: string } };
  state: HomeState;
}

const village = (zh: string, en: string) => text(`${zh}村`, `${en} Village`);
/** villages are where they live. */
export const villages = [village('鹤岭', 'Heling'), village('松下', 'Songxia'), village('云坪', 'Yunping')];
const names = [
  '王桂兰',
  '李长贵',
  '赵大江',
  '周玉梅',
  '何惠芳',
  '徐明德',
  '孙月娥',
  '林福生',
  '高彩霞',
  '郭树民',
  '马金凤',
  '梁永康',
];
const still: Partial<Record<number, HomeState>> = { 4: 'silent', 7: 'unproven', 9: 'shelved' };

/** villagers are the homes that a community worker watches, three villages in turn. */
export const villagers: readonly Villager[] = names.map((name, n) => {
  const region = villages[(n + 1) % villages.length]!;
  return {
    site: {
      id: `cun-${n + 1}`,
      kind: 'private_home',
      name: text(`${name}家`, `Home of ${name}`),
      region,
      address: text(`临栖区松岚镇${region.zh}${12 + n}号`, `${12 + n} ${region.en}, Songlan Town`),
      time_zone: 'Asia/Shanghai',
    },
    resident: {
      id: `v-${n + 1}`,
      name,
      risk: n % 3 === 0 ? text('独居，吸氧', 'Lives alone, on oxygen') : text('独居', 'Lives alone'),
    },
    state: still[n] ?? 'calm',
  };
});
