package land

import "fmt"

// Invented names are put together from these parts and dealt out of a shuffled pack, so
// that no name is dealt twice in the city.
var (
	townFirst    = []rune("青白长石柳杏槐云泉安和永丰太金玉双望曲临松竹兰桐清文")
	townSecond   = []rune("河岭桥渡塘陵泽集台浦川坪渠湾")
	streetFirst  = []rune("春晨明景和瑞嘉锦文华")
	streetSecond = []rune("晖苑园光台泽安")
	families     = []rune("李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文")
	hamlets      = []rune("庄营屯寨楼桥店堂坡湾岗铺坊园台洼沟井")
	sides        = []string{"", "", "东", "西", "南", "北", "前", "后", "大", "小"}
)

type namer struct {
	towns, streets, villages, blocks []string
}

func newNamer(seed uint64) *namer {
	var n namer
	for _, a := range townFirst {
		for _, b := range townSecond {
			n.towns = append(n.towns, string([]rune{a, b}))
		}
	}
	for _, a := range streetFirst {
		for _, b := range streetSecond {
			n.streets = append(n.streets, string([]rune{a, b}))
		}
	}
	seen := map[string]bool{}
	for _, s := range sides {
		for _, f := range families {
			for _, h := range hamlets {
				if v := s + string([]rune{f, h}); !seen[v] {
					seen[v] = true
					n.villages = append(n.villages, v)
				}
			}
		}
	}
	for _, a := range townFirst {
		for _, b := range streetSecond {
			for _, c := range []string{"一", "二", "东", "西", "新"} {
				n.blocks = append(n.blocks, string([]rune{a, b})+c)
			}
		}
	}
	for i, pack := range [][]string{n.towns, n.streets, n.villages, n.blocks} {
		for k := len(pack) - 1; k > 0; k-- {
			j := int(hash(seed, forNames, i, k) % uint64(k+1))
			pack[k], pack[j] = pack[j], pack[k]
		}
	}
	return &n
}

func deal(pack *[]string) string {
	s := (*pack)[0]
	*pack = (*pack)[1:]
	return s
}

// town names the i-th town of a county. Codes follow GB/T 10114: sub-districts from 001,
// towns from 100, townships from 200. In a rural county the first is a sub-district round
// the seat's number only, a third are townships.
func (n *namer) town(c County, i int) (digits, name string) {
	switch {
	case c.Urban && i < c.Towns-1, !c.Urban && i == 0:
		return fmt.Sprintf("%03d", i+1), deal(&n.streets) + "街道"
	case i%3 == 2:
		return fmt.Sprintf("%03d", 200+i), deal(&n.towns) + "乡"
	}
	return fmt.Sprintf("%03d", 100+i), deal(&n.towns) + "镇"
}

// village names the i-th village: residents' committees from 001, villagers' from 200.
func (n *namer) village(urban bool, i int) (digits, name string) {
	if urban {
		return fmt.Sprintf("%03d", i+1), deal(&n.blocks) + "社区"
	}
	return fmt.Sprintf("%03d", 200+i), deal(&n.villages) + "村"
}
