package demo

import (
	"fmt"
	"strconv"
	"strings"

	"qingshan/internal/rules/region"
	"qingshan/packs/demo/land"
)

// Unit is a government, bureau or other body of the demonstration city.
type Unit struct {
	Code   string // the pack's own handle, e.g. "gongjian", "county:410727"
	Name   string
	Short  string
	Kind   string // government, campaign, bureau, institution, branch, team, enterprise
	Parent string // code of the unit above; "" for none
	Region region.Code
}

// Post is a post in a unit.
type Post struct {
	Code  string
	Unit  string
	Title string
	Role  string // id of the role, e.g. "campaign_office"
	Scope region.Code
}

// Account is a demonstration account and the person (invented) who holds its post.
type Account struct {
	Name       string
	Person     string
	Post       string
	Password   string // printed by the demonstration; never used outside of it
	MustChange bool   // shows the forced change of the first password
	About      string
}

// Org is who is who in the demonstration city. Units come parents first.
type Org struct {
	Units    []Unit
	Posts    []Post
	Accounts []Account
}

// Organisation reads the city's bodies and adds the counties' governments and branch
// bureaus and the towns' governments from the land.
func Organisation(l *land.Land) (Org, error) {
	var o Org
	err := eachRow("units.csv", func(f *fields) {
		o.Units = append(o.Units, Unit{f.text("code"), f.text("name"), f.text("short"), f.text("kind"), f.text("parent"), f.code("region")})
	})
	if err != nil {
		return o, err
	}
	err = eachRow("posts.csv", func(f *fields) {
		o.Posts = append(o.Posts, Post{f.text("code"), f.text("unit"), f.text("title"), f.text("role"), f.code("scope")})
	})
	if err != nil {
		return o, err
	}
	o.addCounties(l)
	o.addTowns(l)
	for _, p := range GridPosts(l) {
		o.Posts = append(o.Posts, p.Post)
	}
	err = eachRow("accounts.csv", func(f *fields) {
		a := Account{f.text("name"), f.text("person"), f.text("post"), f.text("password"), f.text("must_change") == "1", f.text("about")}
		if county, n, ok := strings.Cut(a.Post, "#"); ok { // town:410727#1 is its first town
			if strings.HasPrefix(county, "town:") {
				a.Post = o.townPost(county, n)
			} else {
				a.Post = o.gridPost(l, county, n)
			}
		}
		if _, known := o.post(a.Post); !known {
			f.fail("post", fmt.Sprintf("no post %q", a.Post))
		}
		o.Accounts = append(o.Accounts, a)
	})
	return o, err
}

func (o *Org) addCounties(l *land.Land) {
	from, to := l.Level(region.County)
	for _, r := range l.Regions[from:to] {
		code := r.Code.GB2260()
		o.Units = append(o.Units,
			Unit{"county:" + code, r.Name + "人民政府", r.Name + "政府", "government", "shifu", r.Code},
			Unit{"branch:" + code, "新乡市生态环境局" + r.Name + "分局", r.Name + "分局", "branch", "shengtai", r.Code})
		head := map[rune]string{'区': "区长", '县': "县长", '市': "市长"}[[]rune(r.Name)[len([]rune(r.Name))-1]]
		o.Posts = append(o.Posts,
			Post{"county:" + code, "county:" + code, head, "county", r.Code},
			Post{"office:" + code, "county:" + code, "攻坚办主任", "county", r.Code},
			Post{"branch:" + code, "branch:" + code, "分局局长", "county", r.Code})
	}
}

func (o *Org) addTowns(l *land.Land) {
	from, to := l.Level(region.Town)
	for _, r := range l.Regions[from:to] {
		name, head := r.Name+"人民政府", "镇长"
		switch {
		case strings.HasSuffix(r.Name, "街道"):
			name, head = r.Name+"办事处", "主任"
		case strings.HasSuffix(r.Name, "乡"):
			head = "乡长"
		}
		code := "town:" + r.Code.Short()
		o.Units = append(o.Units, Unit{code, name, r.Name, "government", "county:" + r.Code.GB2260(), r.Code})
		o.Posts = append(o.Posts, Post{code, code, head, "township", r.Code})
	}
}

// townPost is the post of the n-th town (from 0) of a county given as town:410727.
func (o *Org) townPost(county, n string) string {
	want, err := strconv.Atoi(n)
	for _, p := range o.Posts {
		if err == nil && p.Role == "township" && strings.HasPrefix(p.Code, county) {
			if want == 0 {
				return p.Code
			}
			want--
		}
	}
	return county + "#" + n
}

func (o *Org) post(code string) (Post, bool) {
	for _, p := range o.Posts {
		if p.Code == code {
			return p, true
		}
	}
	return Post{}, false
}
