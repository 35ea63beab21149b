package demo_test

import (
	"strings"
	"testing"

	"qingshan/internal/rules/region"
	"qingshan/packs/demo"
)

func TestOrganisation(t *testing.T) {
	l := draw(t, demo.Seed)
	o, err := demo.Organisation(l)
	if err != nil {
		t.Fatal(err)
	}
	units := map[string]demo.Unit{}
	for _, u := range o.Units {
		if _, ok := units[u.Parent]; u.Parent != "" && !ok {
			t.Errorf("unit %s comes before its parent %s", u.Code, u.Parent)
		}
		if _, twice := units[u.Code]; twice {
			t.Errorf("unit %s twice", u.Code)
		}
		if _, ok := l.Find(u.Region); !ok {
			t.Errorf("unit %s lies in %s, which is not drawn", u.Code, u.Region)
		}
		units[u.Code] = u
	}
	roles := map[string]demo.Post{}
	posts := map[string]demo.Post{}
	for _, p := range o.Posts {
		if _, ok := units[p.Unit]; !ok || posts[p.Code].Code != "" {
			t.Errorf("post %s of unit %s", p.Code, p.Unit)
		}
		posts[p.Code] = p
	}
	passwords := map[string]bool{}
	for _, a := range o.Accounts {
		roles[posts[a.Post].Role] = posts[a.Post]
		if !strings.HasPrefix(a.Person, "演示·") {
			t.Errorf("%s is held by %s, who could be a real person", a.Name, a.Person)
		}
		if len(a.Password) < 12 || passwords[a.Password] || strings.Contains(strings.ToLower(a.Password), a.Name) {
			t.Errorf("password of %s", a.Name)
		}
		passwords[a.Password] = true
		if a.MustChange != (a.Name == "newcomer") {
			t.Errorf("%s: must change %v", a.Name, a.MustChange)
		}
	}
	if len(roles) != 13 {
		t.Errorf("accounts for the roles %v, want all thirteen", roles)
	}
	if p := roles["township"]; !region.Contains("410727000000", p.Scope) || p.Scope.Level() != region.Town {
		t.Errorf("the town's account has the scope %s", p.Scope)
	}
}

func TestStations(t *testing.T) {
	l := draw(t, demo.Seed)
	stations, err := demo.Stations(l)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	codes := map[string]bool{}
	for _, s := range stations {
		kinds[s.Kind]++
		if codes[s.Code] {
			t.Errorf("code %s twice", s.Code)
		}
		codes[s.Code] = true
		at, ok := l.Find(s.Region)
		if !ok {
			t.Fatalf("%s lies in %s", s.Name, s.Region)
		}
		p := l.Regions[at].Centre
		p.Lon, p.Lat = int32(s.Lon*1e5+0.5), int32(s.Lat*1e5+0.5)
		if !inside(l.Outline(at)[0], p) {
			t.Errorf("%s does not lie in %s", s.Name, l.Regions[at].Name)
		}
		if s.Counted != (s.Kind == "national") {
			t.Errorf("%s: counted %v", s.Name, s.Counted)
		}
	}
	if kinds["national"] != 4 || kinds["county"] != 12 || kinds["micro"] != 60 {
		t.Errorf("%v", kinds)
	}
}
