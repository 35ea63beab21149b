package grid_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"qingshan/internal/city/grid"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/rules/region"
)

// One county calls its people by Mengjin's names, another keeps the default: the same posts
// serve on under the names of the place, and each cell is held to its own set.
func TestAPlaceNamesItsOwnPeople(t *testing.T) {
	both(t, func(p *place) {
		ctx := p.as("fengqiu")
		for _, x := range []struct {
			who, region, roles, norms, from, code string
		}{
			{"yanjin", string(county), "B", "default", "", "not_found"},
			{"fengqiu", string(county), "Z", "default", "", "invalid_roleSet"},
			{"fengqiu", string(county), "B", "nothing", "", "invalid_normSet"},
			{"fengqiu", string(county), "B", "default", "2015-01-01", "invalid_from"},
			{"fengqiu", string(county), "B", "default", "2028-01-01", "invalid_from"},
			{"fengqiu", string(county), "B", "default", "soon", "invalid_from"},
			{"officer0", string(village(0)), "B", "default", "", "forbidden"},
		} {
			err := p.svc.Set(p.as(x.who), region.Code(x.region), x.roles, x.norms, x.from)
			if p.want(x.who+" "+x.roles+" "+x.norms+" "+x.from, err, x.code); err == nil {
				t.Error("accepted")
			}
		}
		p.want("set", p.svc.Set(ctx, county, "B", "chengde-2018", ""), "")
		p.want("a town of its own", p.svc.Set(ctx, townB, "A", "default", ""), "")
		before, _ := p.coverage()
		if before.Setting.Roles.ID != "B" || before.Setting.Norms.ID != "chengde-2018" {
			t.Errorf("the county has %s and %s", before.Setting.Roles.ID, before.Setting.Norms.ID)
		}
		// Town A: chief, supervisor and informant in each of 3 villages; B keeps chief and officer.
		if before.Posts.Den != 15 || before.Posts.Num != 12 {
			t.Errorf("posts %v, want 12 of 15: the officers serve as informants, supervisors are wanted", before.Posts)
		}
		p.clock.Advance(8 * 24 * 3600e9)
		c, by := p.coverage()
		if len(by[grid.FaultVacant]) != 3 || by[grid.FaultVacant][0].Name != "监督员" || c.Staffed.Num != 3 {
			t.Errorf("vacant: %+v", by[grid.FaultVacant])
		}
		plots, err := p.svc.Plots(p.as("officer0"))
		if err != nil || plots[0].Duty != "信息员" {
			t.Errorf("%v: an officer of town A is called %+v", err, plots[0].Duty)
		}
		if plots, err = p.svc.Plots(p.as("officer3")); err != nil || plots[0].Duty != "网格员" {
			t.Errorf("%v: an officer of town B is called %+v", err, plots[0].Duty)
		}
		p.want("a role of the set before", p.svc.Appoint(ctx, p.cells[0].ID, "patroller", p.post("officer0").ID), "invalid_role")
		list, err := p.svc.Settings(ctx)
		if err != nil || len(list) != 2 || list[0].Region != county || list[0].Roles.ID != "B" {
			t.Errorf("%v %+v", err, list)
		}
		if list, err = p.svc.Settings(p.as("yanjin")); err != nil || len(list) != 0 {
			t.Errorf("another county sees %v %+v", err, list)
		}
	})
}

// A folder's own sets stand beside the built-in ones; a faulty one is named.
func TestOwnRoleSets(t *testing.T) {
	builtin, err := grid.BuiltinRules()
	if err != nil {
		t.Fatal(err)
	}
	own := "[[set]]\nid = 'X'\nname = '本市一长三员'\nfrom = '2020-01-01'\nsource = '本市方案'\nconfidence = 'V'\nmember = [{ id = 'chief', name = '片长', role = 'grid_chief', duty = 'chief', need = [4] }]\n"
	rules, err := builtin.With(fstest.MapFS{"rolesets.toml": {Data: []byte(own)}})
	if err != nil || len(rules.Roles) != len(builtin.Roles)+1 || len(rules.Norms) != len(builtin.Norms) {
		t.Fatalf("%v", err)
	}
	if again, err := rules.With(fstest.MapFS{"rolesets.toml": {Data: []byte(strings.Replace(own, "片长", "段长", 1))}}); err != nil || len(again.Roles) != len(rules.Roles) || again.Roles[len(again.Roles)-1].Members[0].Name != "段长" {
		t.Errorf("replaced: %v", err)
	}
	for want, f := range map[string]fstest.MapFS{
		`member "chief": duty "boss"`: {"rolesets.toml": {Data: []byte(strings.Replace(own, "duty = 'chief'", "duty = 'boss'", 1))}},
		"id, name, source and member": {"rolesets.toml": {Data: []byte("[[set]]\nid = 'Y'\n")}},
		"norm {":                      {"norms.toml": {Data: []byte("[[set]]\nid = 'Y'\nname = 'y'\nsource = 's'\nnorm = [{ tier = 4, class = 'key', period = 'day', min_count = 1, window = 'noon' }]\n")}},
	} {
		if _, err := builtin.With(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	both(t, func(p *place) {
		sites, err := telemetry.BuiltinRules()
		if err != nil {
			t.Fatal(err)
		}
		if p.svc, err = grid.New(p.db, p.people, telemetry.New(p.db, sites), grid.Config{Rules: rules}); err != nil {
			t.Fatal(err)
		}
		p.want("set", p.svc.Set(p.as("fengqiu"), county, "X", "default", ""), "")
		if c, _ := p.coverage(); c.Setting.Roles.Members[0].Name != "片长" || c.Posts.Den != 6 {
			t.Errorf("%+v", c.Setting)
		}
	})
}
