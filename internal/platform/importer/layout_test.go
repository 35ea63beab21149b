package importer_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"qingshan/internal/platform/importer"
)

var update = flag.Bool("update", false, "write the results into testdata")

// TestFiles reads every testdata/*.txtar: a file, how to read it, and what must come out.
func TestFiles(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			section := map[string]string{}
			for _, f := range ar.Files {
				section[f.Name] = string(f.Data)
			}
			got := describe(t, []byte(section["in.csv"]), options(t, section["options"]))
			if *update {
				section["want"] = got
				write(t, name, string(ar.Comment), section)
			}
			if got != section["want"] {
				t.Errorf("got\n%s\nwant\n%s", got, section["want"])
			}
		})
	}
}

func write(t *testing.T, name, comment string, section map[string]string) {
	t.Helper()
	out := comment
	for _, s := range []string{"options", "in.csv", "want"} {
		if section[s] != "" {
			out += "-- " + s + " --\n" + section[s]
		}
	}
	if err := os.WriteFile(name, []byte(out), 0o644); err != nil {
		t.Fatal(err)
	}
}

func options(t *testing.T, text string) importer.Options {
	t.Helper()
	opt := importer.Options{Map: map[string]string{}, Set: map[string]string{}}
	for line := range strings.Lines(text) {
		w := strings.Fields(line)
		switch w[0] {
		case "kind":
			opt.Kind = w[1]
		case "profile":
			opt.Profile = w[1]
		case "map":
			opt.Map[w[1]] = w[2]
		case "set":
			opt.Set[w[1]] = w[2]
		case "missing":
			opt.Missing = append(opt.Missing, w[1])
		default:
			t.Fatalf("option %q", line)
		}
	}
	return opt
}

func describe(t *testing.T, data []byte, opt importer.Options) string {
	t.Helper()
	r, p, err := read(t, data, opt)
	if err != nil {
		return "error " + err.Error() + "\n"
	}
	var b strings.Builder
	plan, c := p.Plan(), p.Counts()
	fmt.Fprintf(&b, "%s %s", plan.Kind.ID, plan.Layout)
	if plan.Profile != nil {
		fmt.Fprintf(&b, " %s", plan.Profile.ID)
	}
	fmt.Fprintf(&b, "; not read: %s\n", strings.Join(plan.Unmapped(), " "))
	for _, list := range [][]string{r.values, r.rejects} {
		for _, s := range list {
			fmt.Fprintln(&b, s)
		}
	}
	fmt.Fprintf(&b, "%d rows, %d rejected; received %d = accepted %d + repeated %d + rejected %d; missing %d, rounded %d\n",
		c.Rows, c.RejectedRows, c.Received, r.count, c.Repeated, c.Rejected, c.Missing, c.Rounded)
	return b.String()
}
