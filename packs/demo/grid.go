package demo

import (
	"fmt"
	"strconv"
	"strings"

	"qingshan/internal/rules/region"
	"qingshan/packs/demo/land"
)

// GridPost is a post of the grid: the cell (a region's code) that it serves and the role.
type GridPost struct {
	Post Post
	Cell region.Code
	Role string // of the role set: chief, officer, patroller, supervisor
}

// GridHolder is an invented person in a grid post.
type GridHolder struct {
	Post, Person, Account string
	From, To              string
}

// GridPosts are the grid's posts: of each town a chief, a patroller and a supervisor, of each
// village a chief and an officer.
func GridPosts(l *land.Land) []GridPost {
	var out []GridPost
	add := func(cell land.Region, town land.Region, role, title string) {
		code := role + ":" + cell.Code.Short()
		out = append(out, GridPost{Post{code, "town:" + town.Code.Short(), title, "grid_" + role, cell.Code}, cell.Code, role})
	}
	from, to := l.Level(region.Town)
	for _, t := range l.Regions[from:to] {
		add(t, t, "chief", "总网格长")
		add(t, t, "patroller", "巡查员")
		add(t, t, "supervisor", "监督员")
	}
	from, to = l.Level(region.Village)
	for _, v := range l.Regions[from:to] {
		town := l.Regions[v.Parent]
		add(v, town, "chief", v.Name+"网格长")
		add(v, town, "officer", v.Name+"网格员")
	}
	return out
}

// vacant are the officers of Fengqiu's villages who left, by number of the village, and when.
var vacant = map[int]string{17: "2026-08-09", 18: "2026-08-17", 61: "2026-08-20"}

var surnames, given = []rune("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"), []rune("一二三四五六七八九十甲乙丙丁")

// GridHolders are the people of the grid since spring; the posts of accounts are left out.
func GridHolders(l *land.Land, accounts []Account) []GridHolder {
	taken := map[string]bool{}
	for _, a := range accounts {
		taken[a.Post] = true
	}
	var out []GridHolder
	n := 0
	for i, p := range GridPosts(l) {
		h := GridHolder{Post: p.Post.Code, From: "2026-03-02", Account: "grid-" + strings.ReplaceAll(p.Post.Code, ":", "-"),
			Person: Mark + "·" + string(surnames[i%len(surnames)]) + string(given[i/len(surnames)%len(given)])}
		if p.Role == "officer" && strings.HasPrefix(string(p.Cell), "410727") {
			h.To = vacant[n]
			n++
		}
		if !taken[p.Post.Code] {
			out = append(out, h)
		}
	}
	return out
}

// gridPost is the post of a role in the n-th town of a county given as officer:410727: of the
// town, or of its first village.
func (o *Org) gridPost(l *land.Land, county, n string) string {
	role, code, _ := strings.Cut(county, ":")
	town := strings.TrimPrefix(o.townPost("town:"+code, n), "town:")
	if role != "chief" && role != "officer" {
		return role + ":" + town
	}
	from, to := l.Level(region.Village)
	for _, v := range l.Regions[from:to] {
		if strings.HasPrefix(string(v.Code), town) {
			return role + ":" + v.Code.Short()
		}
	}
	return county + "#" + n
}

// Source is an invented polluting source.
type Source struct {
	Code, Name, Kind, Class string
	Region                  region.Code
	Lng, Lat                int64 // 1e-7 degree
	Roadside                bool
}

var sourceKinds = []struct{ kind, name string }{
	{"enterprise", "建材厂"}, {"enterprise", "化工厂"}, {"enterprise", "家具厂"}, {"enterprise", "砖瓦厂"}, {"site", "工地"}, {"restaurant", "饭店"},
	{"boiler", "锅炉房"}, {"yard", "料场"}, {"restaurant", "烧烤店"}, {"other", "养殖场"}, {"outlet", "排污口"}, {"enterprise", "喷涂厂"},
}

// Sources are invented sources: 400 in Fengqiu, 60 in every other county.
func Sources(l *land.Land) []Source {
	var out []Source
	from, to := l.Level(region.County)
	for c := from; c < to; c++ {
		county, n := l.Regions[c], 60
		if strings.HasPrefix(string(county.Code), "410727") {
			n = 400
		}
		for i := range n {
			p, v := l.Spot(c, i)
			k := sourceKinds[(i*7+c)%len(sourceKinds)]
			class := "normal"
			switch {
			case i%9 == 0:
				class = "key"
			case i%13 == 0:
				class = "complained"
			case i%11 == 0:
				class = "risk"
			}
			out = append(out, Source{Code: fmt.Sprintf("D%s-%03d", county.Code.GB2260(), i+1), Name: Mark + "·" + l.Regions[v].Name + k.name + strconv.Itoa(i%4+1),
				Kind: k.kind, Class: class, Region: l.Regions[v].Code,
				Lng: int64(p.Lon)*100 + int64(i*37%23-11)*900, Lat: int64(p.Lat)*100 + int64(i*53%19-9)*900, Roadside: i%3 == 0})
		}
	}
	return out
}
