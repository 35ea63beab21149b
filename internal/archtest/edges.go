package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// module is the import path of the program.
const module = "qingshan"

// below lists, for each room, the rooms that it stands on directly (DESIGN §3). Standing is
// transitive: situation may also use org.
var below = map[string][]string{
	"org":         nil,
	"telemetry":   {"org"},
	"situation":   {"telemetry"},
	"matter":      {"org"},
	"grid":        {"matter", "telemetry"},
	"supervision": {"matter"},
	"river":       {"matter"},
	"enterprise":  {"matter"},
	"order":       {"matter"},
	"works":       {"matter"},
	"law":         {"matter"},
	"skywatch":    {"matter"},
	"emergency":   {"order"},
	"market":      {"situation", "river", "enterprise"},
	"brief": {"situation", "grid", "supervision", "works", "law", "skywatch",
		"emergency", "market"},
}

// stdForbidden are the parts of the standard library that a pure package does without, with
// everything below them.
var stdForbidden = []string{"os", "net", "database/sql", "log", "syscall", "io/ioutil", "plugin"}

// pureAllowed are the modules that pure packages may use: a reader of embedded data files,
// numerics, and structured concurrency.
var pureAllowed = []string{"github.com/pelletier/go-toml/v2", "gonum.org/v1/gonum", "golang.org/x/sync"}

// testAllowed are the modules that only tests use.
var testAllowed = []string{"github.com/google/go-cmp", "pgregory.net/rapid", "github.com/rogpeppe/go-internal"}

// floor is the height of a package: 1 pure, 2 platform, 3 rooms, 4 server, 5 commands;
// 0 for what stands beside the house (the interface's files, the packs).
func floor(pkg string) int {
	switch {
	case within(pkg, "internal/rules"), within(pkg, "internal/analysis"), within(pkg, "internal/hj212"):
		return 1
	case within(pkg, "internal/platform"):
		return 2
	case within(pkg, "internal/city"):
		return 3
	case within(pkg, "internal/server"):
		return 4
	case within(pkg, "cmd"):
		return 5
	}
	return 0
}

// within tells whether path is dir or lies in it.
func within(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// room is the name of the room a package belongs to.
func room(pkg string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(pkg, "internal/city/"), "/")
	return name
}

// standsOn tells whether room a may use room b.
func standsOn(a, b string) bool {
	for _, x := range below[a] {
		if x == b || standsOn(x, b) {
			return true
		}
	}
	return false
}

// edge says why pkg may not import path, or "". Both are folders; path has the module's
// prefix when it is ours. test is true for a test file, which may use more.
func edge(pkg, path string, test bool) string {
	ours, isOurs := strings.CutPrefix(path, module+"/")
	if !isOurs {
		return foreign(pkg, path, test)
	}
	from, to := floor(pkg), floor(ours)
	switch {
	case within(ours, "cmd"):
		return "nothing imports a command"
	case pkg == ours:
		return "" // an external test of the package itself
	case from == 0:
		if to >= 2 {
			return "what stands beside the house uses only floor 1"
		}
	case test && to <= 2 && from >= 2:
		return ""
	case to > from:
		return fmt.Sprintf("floor %d imports floor %d", from, to)
	case from == 1 && to != 1:
		return "a pure package imports only floor 1"
	case from < 4 && to == 0:
		return fmt.Sprintf("floor %d imports what stands beside the house", from)
	case from == 3 && to == 3:
		return roomEdge(room(pkg), room(ours))
	}
	return ""
}

func roomEdge(a, b string) string {
	if a == b || standsOn(a, b) {
		return ""
	}
	for _, r := range []string{a, b} {
		if _, known := below[r]; !known {
			return "room " + r + " has no place in the order of rooms"
		}
	}
	return "room " + a + " does not stand on " + b
}

// foreign judges an import from outside the module.
func foreign(pkg, path string, test bool) string {
	first, _, _ := strings.Cut(path, "/")
	if isStd := !strings.Contains(first, "."); isStd {
		if floor(pkg) != 1 || test {
			return ""
		}
		for _, bad := range stdForbidden {
			if within(path, bad) {
				return "a pure package does no input or output"
			}
		}
		return ""
	}
	in := func(list []string) bool {
		return slices.ContainsFunc(list, func(m string) bool { return within(path, m) })
	}
	switch {
	case in(testAllowed) && !test:
		return "only tests import " + path
	case floor(pkg) == 1 && !in(pureAllowed) && !in(testAllowed):
		return "a pure package does not use " + path
	}
	return ""
}
