package kind_test

import (
	"encoding/xml"
	"flag"
	"io"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/kinds.md anew")

const page = "../../../../docs/kinds.md"

func TestDocumentIsTheData(t *testing.T) {
	want := national(t).Document()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(page); err != nil || string(got) != want {
		t.Errorf("docs/kinds.md is not what the data say (%v): run this test with -update", err)
	}
}

// The diagram is sound XML, names every state and transition, and asks for
// nothing from elsewhere.
func TestDiagram(t *testing.T) {
	for _, k := range national(t).All() {
		svg := k.Diagram()
		for dec := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", k.ID, err)
			}
		}
		for _, s := range k.States {
			if !strings.Contains(svg, ">"+s.Name+"<") {
				t.Errorf("%s: state %s is not drawn", k.ID, s.Name)
			}
		}
		for _, tr := range k.Transitions {
			if !strings.Contains(svg, tr.Name) || !strings.Contains(k.Mermaid(), tr.Name) {
				t.Errorf("%s: transition %s is not drawn", k.ID, tr.Name)
			}
		}
		if strings.Contains(svg, "href") || strings.Contains(svg, "<script") || strings.Count(svg, "http") != 1 {
			t.Errorf("%s: the diagram reaches out", k.ID)
		}
		if svg != k.Diagram() {
			t.Errorf("%s: drawn differently twice", k.ID)
		}
	}
}
