package kind_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/rules/calendar"
)

func source(t testing.TB, id string) string {
	t.Helper()
	data, err := os.ReadFile("national/" + id + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A bad kind is refused with file, line and reason: each row spoils one line of
// a good kind, and the error names that very line.
func TestBadKindRefused(t *testing.T) {
	for _, row := range []struct{ name, id, old, spoilt, want string }{
		{"doer checks", "assignment", `by = ["city", "superior", "role:inspector"], act = "check"`, `by = ["city", "owner"], act = "check"`, "transition close (check): owner may do the work"},
		{"doer hangs up", "section", `by = ["city", "superior"], act = "pause"`, `by = ["owner"], act = "pause"`, "transition suspend (pause): owner"},
		{"doer voids", "fire", `to = "void", by = ["city", "superior"]`, `to = "void", by = ["holder"]`, "transition appeal (void): holder"},
		{"closing without a check", "assignment", `"role:inspector"], act = "check", optional = ["existed_since"], opinion = true, evidence = [{ kind = "photo", min = 1, fresh = true }], consequence = "事项销号`, `"role:inspector"], act = "approve", opinion = true, consequence = "事项销号`, "only check may close"},
		{"system checks", "fire", `by = ["city", "superior", "role:inspector"], act = "check"`, `by = ["system"], act = "check"`, "the system cannot check"},
		{"closed by verify after work", "signal", `id = "false", name = "核定为误报", name_en = "False signal", from = ["raised"]`, `id = "false", name = "核定为误报", name_en = "False signal", from = ["working"]`, "only from an open state"},
		{"nobody holds", "signal", `type = "working", holder = "owner"`, `type = "working"`, "nobody holds the ball"},
		{"holder cannot move", "signal", `type = "working", holder = "owner"`, `type = "working", holder = "reporter"`, "reporter holds the ball but may make no transition"},
		{"owner not assigned", "signal", `act = "assign", assigns = "owner", consequence = "处置时限`, `act = "assign", consequence = "处置时限`, "no owner was assigned"},
		{"unreachable", "section", `from = ["assigned"], to = "tracing"`, `from = ["assigned"], to = "working"`, "state tracing cannot be reached"},
		{"unknown state", "section", `to = "tracing"`, `to = "nowhere"`, `to "nowhere" is not a state`},
		{"leaving closed", "section", `optional = ["value", "limit"], reopen = true`, `optional = ["value", "limit"]`, "leaves closed state closed"},
		{"unknown key", "section", `optional = ["value", "limit"], reopen = true`, `optional = ["value", "limit"], open_again = true`, "unknown key open_again"},
		{"unknown relation", "section", `by = ["owner"], act = "accept"`, `by = ["mayor"], act = "accept"`, `relation "mayor" is not known`},
		{"bad term", "section", `term = [{ term = "5wd" }]`, `term = [{ term = "5 days" }]`, `term "5 days"`},
		{"unknown class", "section", `term = [{ term = "5wd" }]`, `term = [{ term = "5wd" }, { class = "x", term = "1wd" }]`, `no category is of class "x"`},
		{"bad confidence", "section", `source = "复测 5 工作日：默认值"`, `source = ""`, "clock retest needs a source"},
		{"bad state type", "section", `type = "submitted"`, `type = "done"`, `type "done"`},
		{"bad act", "section", `act = "accept"`, `act = "take"`, `act "take"`},
		{"twice", "section", `id = "cut"`, `id = "oxygen"`, "id oxygen is used twice"},
		{"unknown field", "section", `fields = ["retest"], opinion`, `fields = ["test"], opinion`, `field "test" is not known`},
		{"unknown optional field", "section", `optional = ["value", "limit"]`, `optional = ["value", "most"]`, `field "most" is not known`},
		{"unknown writer", "grid", `write = ["county", `, `write = ["mayor", `, `relation "mayor" is not known`},
		{"bad evidence", "section", `kind = "reading", min = 1, fresh = true`, `kind = "rumour", min = 1`, `evidence "rumour"`},
		{"bad effect", "section", `do = "notify", to = "city"`, `do = "shout", to = "city"`, "want notify with to"},
		{"bad syntax", "section", `prefix = "断面"`, `prefix = 断面`, ""},
	} {
		good := source(t, row.id)
		before, _, found := strings.Cut(good, row.old)
		if !found {
			t.Fatalf("%s: %q is not in %s", row.name, row.old, row.id)
		}
		_, err := kind.Parse("packs/x.toml", []byte(strings.Replace(good, row.old, row.spoilt, 1)))
		if err == nil {
			t.Errorf("%s: accepted", row.name)
			continue
		}
		line := strings.Count(before, "\n") + 1
		at := "packs/x.toml:" + strconv.Itoa(line) + ": "
		if row.name == "unreachable" || row.name == "owner not assigned" { // the state is named, not the transition
			at = "packs/x.toml:"
		}
		if !strings.Contains(err.Error(), at) || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v; want %s…%s", row.name, err, at, row.want)
		}
	}
}

// A dead end: a state from which nothing leads to closed.
func TestDeadEndRefused(t *testing.T) {
	src := source(t, "signal")
	src = strings.Replace(src, `from = ["suspended"], to = "working"`, `from = ["suspended"], to = "suspended"`, 1)
	_, err := kind.Parse("x.toml", []byte(src))
	if err == nil || !strings.Contains(err.Error(), "state suspended is a dead end") {
		t.Errorf("got %v", err)
	}
}

// The edition in force on the day a matter is opened is the one it keeps.
func TestEditions(t *testing.T) {
	older := source(t, "grid")
	newer := strings.Replace(older, `edition = "2024-01-01"`, `edition = "2026-09-01"`, 1)
	set, err := national(t).With(fstest.MapFS{"matters/grid-2026.toml": {Data: []byte(newer)}})
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2026-08-31": "2024-01-01", "2026-09-01": "2026-09-01", "2030-01-01": "2026-09-01"} {
		if k := set.Kind("grid", calendar.MustDay(day)); k == nil || k.Edition != want || set.Edition("grid", want) != k {
			t.Errorf("%s: %v, want %s", day, k, want)
		}
	}
	if k := set.Kind("grid", calendar.MustDay("2023-12-31")); k != nil {
		t.Errorf("in force before its edition: %s", k.Edition)
	}
	if set.Kind("nothing", 30000) != nil || len(set.InForce(30000)) != 6 || len(set.All()) != 7 {
		t.Error("the set's lists are wrong")
	}
	a, b := set.Edition("grid", "2024-01-01"), set.Edition("grid", "2026-09-01")
	if a.Hash == b.Hash || len(a.Hash) != 64 {
		t.Error("the hash does not follow the file")
	}
	_, err = kind.LoadFS(fstest.MapFS{"a.toml": {Data: []byte(older)}, "b.toml": {Data: []byte(older)}})
	if err == nil || !strings.Contains(err.Error(), "stands in") {
		t.Errorf("one edition twice: %v", err)
	}
	other := strings.Replace(older, `id = "grid"`, `id = "grid2"`, 1)
	if _, err = kind.LoadFS(fstest.MapFS{"a.toml": {Data: []byte(older)}, "b.toml": {Data: []byte(other)}}); err == nil || !strings.Contains(err.Error(), "b.toml:5: prefix 网格") {
		t.Errorf("one prefix twice: %v", err)
	}
}

// Every clock, step and limit of the default kinds says where it comes from.
func TestEverySourceIsShown(t *testing.T) {
	for _, k := range national(t).All() {
		for _, c := range k.Clocks {
			for class := range c.Terms {
				if _, b := c.Term(class); b.Source == "" || b.Confidence == "" {
					t.Errorf("%s: clock %s, class %q has no source", k.ID, c.ID, class)
				}
			}
			if len(c.Escalate) == 0 {
				t.Errorf("%s: clock %s tells nobody when it runs out", k.ID, c.ID)
			}
		}
	}
	tiles := map[int]string{}
	for _, k := range national(t).All() { // a tile opens its own kind: straw burning is a fire
		for _, g := range k.Categories {
			if g.Tile > 0 {
				if tiles[g.Tile] != "" {
					t.Errorf("tile %d of %s is taken", g.Tile, k.ID)
				}
				tiles[g.Tile] = g.Name
			}
		}
	}
	for i, name := range strings.Fields("冒烟 扬尘 气味 垃圾 污水 秸秆焚烧 油烟 其他") {
		if tiles[i+1] != name {
			t.Errorf("tile %d is %s, want %s", i+1, tiles[i+1], name)
		}
	}
}
