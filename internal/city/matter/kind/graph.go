package kind

import (
	"fmt"
	"slices"
	"strings"
)

// edgeOf is what a diagram draws between two states: all transitions from one
// to the other. from is "" for those that create a matter.
type edgeOf struct {
	from, to string
	steps    []*Transition
}

func (k *Kind) edges() []*edgeOf {
	var out []*edgeOf
	add := func(from string, t *Transition) {
		for _, e := range out {
			if e.from == from && e.to == t.To {
				e.steps = append(e.steps, t)
				return
			}
		}
		out = append(out, &edgeOf{from, t.To, []*Transition{t}})
	}
	for i := range k.Transitions {
		t := &k.Transitions[i]
		if t.Starts() {
			add("", t)
		}
		for _, f := range t.From {
			add(f, t)
		}
	}
	return out
}

func (e *edgeOf) label() string {
	var names []string
	for _, t := range e.steps {
		if !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
	}
	return strings.Join(names, "、")
}

// Mermaid is the kind's diagram as text for documents.
func (k *Kind) Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range k.States {
		fmt.Fprintf(&b, "    state \"%s\" as %s\n", s.Name, s.ID)
	}
	for _, e := range k.edges() {
		from := e.from
		if from == "" {
			from = "[*]"
		}
		fmt.Fprintf(&b, "    %s --> %s: %s\n", from, e.to, e.label())
	}
	for _, s := range k.States {
		if s.Type.Final() {
			fmt.Fprintf(&b, "    %s --> [*]\n", s.ID)
		}
	}
	return b.String()
}
