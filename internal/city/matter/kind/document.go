package kind

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Document writes the kinds as a page of the documentation (Markdown with
// Mermaid diagrams). docs/kinds.md is kept equal to it by a test.
func (s *Set) Document() string {
	var b strings.Builder
	b.WriteString("# Kinds of matters 事项类别\n\n")
	b.WriteString("This page is made from the data in `internal/city/matter/kind/national`; `go test ./internal/city/matter/kind -update` writes it anew. ")
	b.WriteString("A pack adds kinds or further editions. Confidence: V verified in a published text, M from memory, U unsure, D design default; every value that is not V is meant to be replaced by the region's own.\n")
	for _, k := range s.All() {
		k.document(&b)
	}
	return b.String()
}

func (k *Kind) document(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s (%s)\n\n`%s`, number prefix %s, in force from %s. Checker and doer are apart by %s. Source: %s [%s].\n\n```mermaid\n%s```\n",
		k.Name, k.NameEn, k.ID, k.Prefix, k.Edition, k.Apart, k.Source, k.Confidence, k.Mermaid())
	b.WriteString("\n| step | from | to | who | must bring |\n|---|---|---|---|---|\n")
	for i := range k.Transitions {
		t := &k.Transitions[i]
		who, _ := relationList(t.By)
		fmt.Fprintf(b, "| %s (%s) | %s | %s | %s | %s |\n", t.Name, t.Act, k.names(t.From), k.State(t.To).Name, who, k.needs(t))
	}
	b.WriteString("\n| clock | runs | term | source |\n|---|---|---|---|\n")
	for i := range k.Clocks {
		c := &k.Clocks[i]
		for _, class := range slices.Sorted(maps.Keys(c.Terms)) {
			t, basis := c.Term(class)
			fmt.Fprintf(b, "| %s%s | %s → %s | %s | %s [%s] |\n", c.Name, k.classNames(class), k.names(c.Start), k.names(c.Stop), t.Text(), basis.Source, basis.Confidence)
		}
	}
	r := k.Recurrence
	if g := k.Merge; g.Metres > 0 {
		fmt.Fprintf(b, "\nReports within %d m and %s by different sources (%s) are one matter. Source: %s [%s].\n", g.Metres, g.Within.TextEn(), k.Field(g.Other).Name, g.Source, g.Confidence)
	}
	fmt.Fprintf(b, "\nRecurrence: within %d days and %d m, same category %v, re-opened %v. Source: %s [%s].\n", r.Days, r.Metres, r.SameCategory, r.Reopen, r.Source, r.Confidence)
}

func (k *Kind) names(states []string) string {
	var out []string
	for _, id := range states {
		out = append(out, k.State(id).Name)
	}
	return strings.Join(out, "、")
}

func (k *Kind) classNames(class string) string {
	var out []string
	for _, g := range k.Categories {
		if g.Class == class && class != "" {
			out = append(out, g.Name)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "（" + strings.Join(out, "、") + "）"
}

func (k *Kind) needs(t *Transition) string {
	var out []string
	for _, id := range t.Need.Fields {
		out = append(out, k.Field(id).Name)
	}
	for _, e := range t.Need.Evidence {
		zh, _ := e.Name()
		out = append(out, fmt.Sprintf("%s ×%d", zh, e.Min))
	}
	if t.Need.Opinion {
		out = append(out, "意见")
	}
	if !t.Wait.Term.IsZero() {
		out = append(out, "满"+t.Wait.Term.Text()+"后")
	}
	if t.Assigns != "" {
		zh, _ := RelationName(t.Assigns)
		out = append(out, "指定"+zh)
	}
	return strings.Join(out, "、")
}
