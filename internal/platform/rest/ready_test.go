package rest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"qingshan/internal/platform/rest"
)

type report struct {
	Meta struct {
		Clock string `json:"clock"`
	} `json:"meta"`
	Rows []string `json:"rows"`
}

type reportOut struct {
	ETag string `header:"ETag"`
	Body rest.Ready[report]
}

// gzipping is a writer below an operation whose client takes gzip.
type gzipping struct{ *httptest.ResponseRecorder }

func (g gzipping) WritePacked(parts ...[]byte) error {
	g.Header().Set("Content-Encoding", "gzip")
	_, err := g.Write(bytes.Join(parts, nil))
	return err
}

func TestReadyAnswers(t *testing.T) {
	for name, rows := range map[string][]string{
		"small": {"<a> & 一"},
		"large": strings.Split(strings.Repeat("综合指数 3.91;", 9000), ";"),
	} {
		t.Run(name, func(t *testing.T) {
			v := report{Rows: rows}
			e, err := rest.Encode(v, v.Meta)
			if err != nil {
				t.Fatal(err)
			}
			mux, clock := http.NewServeMux(), ""
			a := rest.New(mux, rest.Config{})
			rest.Register(a, rest.Spec{Method: "GET", Path: "/report", ID: "report", Summary: "报告"}, func(context.Context, *struct{}) (*reportOut, error) {
				v.Meta.Clock = clock
				tag, err := e.WeakTag(clock[:2])
				return &reportOut{tag, rest.NewReady[report](e, v.Meta)}, err
			})
			call := func(w http.ResponseWriter, match string) {
				r := httptest.NewRequest("GET", rest.Prefix+"/report", nil)
				r.Header.Set("If-None-Match", match)
				mux.ServeHTTP(w, r)
			}
			for _, clock = range []string{"08:00", "08:01", `09"\` + strings.Repeat("x", 70_000)} {
				v.Meta.Clock = clock
				var want bytes.Buffer
				enc := json.NewEncoder(&want)
				enc.SetEscapeHTML(false)
				if err := enc.Encode(v); err != nil {
					t.Fatal(err)
				}
				plain, packed := httptest.NewRecorder(), gzipping{httptest.NewRecorder()}
				call(plain, "")
				call(packed, "")
				if plain.Code != 200 || plain.Body.String() != want.String() {
					t.Errorf("at %.5s: %d %.80s, want %.80s", clock, plain.Code, plain.Body, &want)
				}
				if ct := plain.Header().Get("Content-Type"); ct != "application/json" {
					t.Errorf("content type %q", ct)
				}
				if got := unpacked(t, packed.ResponseRecorder); got != want.String() {
					t.Errorf("packed at %.5s: %.80s, want %.80s", clock, got, &want)
				}
				same := gzipping{httptest.NewRecorder()}
				call(same, plain.Header().Get("ETag"))
				if same.Code != http.StatusNotModified || same.Body.Len() > 0 {
					t.Errorf("asked again with %s: %d, %d bytes", plain.Header().Get("ETag"), same.Code, same.Body.Len())
				}
			}
			clock = "08:59"
			early := httptest.NewRecorder()
			call(early, "")
			clock = "09:00"
			late := httptest.NewRecorder()
			if call(late, early.Header().Get("ETag")); late.Code != 200 {
				t.Errorf("an answer of another hour is said to be the same: %d", late.Code)
			}
		})
	}
}

// unpacked is a recorded body without its gzip; the reader checks length and checksum.
func unpacked(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	if w.Header().Get("Content-Encoding") == "" {
		return w.Body.String()
	}
	r, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	r.Multistream(false)
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if w.Body.Len() > 0 {
		t.Errorf("%d bytes behind the answer", w.Body.Len())
	}
	return string(text)
}

func TestEncodeWantsTheMetaFirst(t *testing.T) {
	v := struct {
		Rows []string `json:"rows"`
		Meta string   `json:"meta"`
	}{}
	if _, err := rest.Encode(v, v.Meta); err == nil {
		t.Error("an answer that begins with something else was taken")
	}
}

func TestReadyIsDescribedAsItsType(t *testing.T) {
	a := rest.New(http.NewServeMux(), rest.Config{})
	rest.Register(a, rest.Spec{Method: "GET", Path: "/report", ID: "report", Summary: "报告"}, func(context.Context, *struct{}) (*reportOut, error) { return nil, nil })
	doc, err := a.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(doc), `"$ref": "#/components/schemas/Rest_testReport"`) {
		t.Errorf("no schema of the type in %s", doc)
	}
}
