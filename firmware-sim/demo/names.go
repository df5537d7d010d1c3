package demo

import (
	"math/rand/v2"
	"strings"

	"shouwang.care/shouwang/alerts/care"
)

// Common family names and given names of the generation, with their pinyin.
var (
	familyNames = pairs(`王 Wang 李 Li 张 Zhang 刘 Liu 陈 Chen 杨 Yang 赵 Zhao 黄 Huang 周 Zhou 吴 Wu
徐 Xu 孙 Sun 胡 Hu 朱 Zhu 高 Gao 林 Lin 何 He 郭 Guo 马 Ma 罗 Luo
梁 Liang 宋 Song 郑 Zheng 谢 Xie 韩 Han 唐 Tang 冯 Feng 于 Yu 董 Dong 萧 Xiao
程 Cheng 曹 Cao 袁 Yuan 邓 Deng 许 Xu 傅 Fu 沈 Shen 曾 Zeng 彭 Peng 吕 Lü`)
	givenNames = pairs(`秀英 Xiuying 桂兰 Guilan 玉珍 Yuzhen 凤英 Fengying 淑华 Shuhua 秀兰 Xiulan 玉梅 Yumei 桂英 Guiying
素琴 Suqin 月娥 Yue'e 惠芳 Huifang 美珍 Meizhen 春花 Chunhua 彩霞 Caixia 金凤 Jinfeng 雪琴 Xueqin
国强 Guoqiang 建国 Jianguo 志明 Zhiming 德福 Defu 永康 Yongkang 福生 Fusheng 文斌 Wenbin 大江 Dajiang
长贵 Changgui 学文 Xuewen 振华 Zhenhua 家骏 Jiajun 宝林 Baolin 根生 Gensheng 树民 Shumin 明德 Mingde`)
)

// pairs splits "字 zi 词 ci" into texts.
func pairs(s string) []care.Text {
	f := strings.Fields(s)
	out := make([]care.Text, len(f)/2)
	for i := range out {
		out[i] = care.Text{ZH: f[2*i], EN: f[2*i+1]}
	}
	return out
}

// namer gives each person another name.
type namer struct {
	rng  *rand.Rand
	used map[string]bool
}

func newNamer(seed uint64) *namer {
	return &namer{rng: rand.New(rand.NewPCG(seed, 0x6e616d65)), used: map[string]bool{}}
}

// reserve returns a name that is fixed and keeps it from everybody else.
func (n *namer) reserve(zh, en string) care.Text {
	n.used[zh] = true
	return care.Text{ZH: zh, EN: en}
}

// next returns a name that nobody has yet: family name first in both scripts.
func (n *namer) next() care.Text {
	for {
		f, g := familyNames[n.rng.IntN(len(familyNames))], givenNames[n.rng.IntN(len(givenNames))]
		if zh := f.ZH + g.ZH; !n.used[zh] {
			n.used[zh] = true
			return care.Text{ZH: zh, EN: f.EN + " " + g.EN}
		}
	}
}
