package server_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"qingshan/internal/server"
)

var update = flag.Bool("update", false, "write the OpenAPI document into web/openapi.json")

// The interface is written against the document in web/: what is served must be that.
// After a change of an operation run this test with -update.
func TestTheDocumentOfTheInterfaceIsTheOneServed(t *testing.T) {
	const golden = "../../web/openapi.json"
	was, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	now, err := server.Document(t.Context(), version(t, was))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(was, now) {
		return
	}
	if *update {
		if err := os.WriteFile(golden, now, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, want := bytes.Split(was, []byte("\n")), bytes.Split(now, []byte("\n"))
	for i := range min(len(have), len(want)) {
		if !bytes.Equal(have[i], want[i]) {
			t.Fatalf("%s:%d has %s, the program serves %s; run this test with -update", golden, i+1, have[i], want[i])
		}
	}
	t.Fatalf("%s has %d lines, the program serves %d; run this test with -update", golden, len(have), len(want))
}

// version is the program's in the document: a new one alone changes nothing.
func version(t *testing.T, document []byte) string {
	t.Helper()
	_, rest, ok := bytes.Cut(document, []byte(`"version": "`))
	v, _, closed := bytes.Cut(rest, []byte(`"`))
	if !ok || !closed {
		t.Fatal("the document has no version")
	}
	return string(v)
}
