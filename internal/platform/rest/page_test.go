package rest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
)

func TestCursorRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, n := rapid.String().Draw(t, "s"), rapid.Int64().Draw(t, "n")
		var s2 string
		var n2 int64
		ok, err := rest.ReadCursor(rest.Cursor(s, n), &s2, &n2)
		// JSON text is valid UTF-8; the keys of rows always are.
		if !ok || err != nil || strings.ToValidUTF8(s, "\ufffd") != s2 || n != n2 {
			t.Fatalf("%q %d became %q %d (%v)", s, n, s2, n2, err)
		}
	})
}

func TestForeignCursorsAreInvalid(t *testing.T) {
	good := rest.Cursor("a", int64(1))
	for _, c := range []string{"x", "!!!!", good + "A", "B" + good[1:], rest.Cursor("a"), rest.Cursor("a", "b"), rest.Cursor(1, 2, 3), strings.Repeat("A", 400)} {
		var s string
		var n int64
		if ok, err := rest.ReadCursor(c, &s, &n); ok || !fault.Is(err, fault.Invalid) {
			t.Errorf("%q was taken: %v %v", c, ok, err)
		}
	}
	if ok, err := rest.ReadCursor(""); ok || err != nil {
		t.Errorf("the first page: %v %v", ok, err)
	}
}

func FuzzReadCursor(f *testing.F) {
	f.Add(rest.Cursor("a", int64(1)))
	f.Fuzz(func(t *testing.T, c string) {
		var s string
		var n int64
		if ok, err := rest.ReadCursor(c, &s, &n); ok && err != nil {
			t.Error("both taken and refused")
		}
	})
}

func TestEmptyListsAreNotNull(t *testing.T) {
	for _, v := range []any{rest.NewPage[int](nil, "", 0), rest.NewList[int](nil)} {
		if b, _ := json.Marshal(v); !strings.Contains(string(b), `"items":[]`) {
			t.Errorf("%s", b)
		}
	}
}

type recordOut struct {
	ETag string `header:"ETag"`
	Body struct {
		N int64 `json:"n"`
	}
}

func TestEditsNeedThePresentVersion(t *testing.T) {
	version := int64(3)
	mux := http.NewServeMux()
	a := rest.New(mux, rest.Config{})
	get := func(context.Context, *struct{}) (*recordOut, error) {
		out := &recordOut{ETag: rest.ETag(version)}
		out.Body.N = version
		return out, nil
	}
	rest.Register(a, rest.Spec{Method: "GET", Path: "/r", ID: "get", Summary: "取"}, get)
	rest.Register(a, rest.Spec{Method: "PATCH", Path: "/r", ID: "edit", Summary: "改"},
		func(_ context.Context, in *struct{ rest.IfMatch }) (*recordOut, error) {
			if err := in.Check(version); err != nil {
				return nil, err
			}
			version++
			return get(nil, nil)
		})
	c := client{t: t, mux: mux}
	res, _ := c.do("GET", "/r", "")
	tag := res.Header.Get("ETag")
	for _, step := range []struct {
		header string
		status int
		code   string
	}{
		{"", 428, rest.CodeIfMatchRequired}, {`"other"`, 412, rest.CodeStale}, {tag, 200, ""}, {tag, 412, rest.CodeStale},
	} {
		res, body := c.do("PATCH", "/r", "", "If-Match", step.header)
		if res.StatusCode != step.status {
			t.Fatalf("If-Match %s: %d %s", step.header, res.StatusCode, body)
		}
		if step.code != "" && problem(t, res, body).Code != step.code {
			t.Errorf("If-Match %s: %s", step.header, body)
		}
	}
	res, body := c.do("GET", "/r", "", "If-None-Match", rest.ETag(4))
	if res.StatusCode != 304 || body != "" || res.Header.Get("ETag") != rest.ETag(4) {
		t.Errorf("unchanged: %d %q", res.StatusCode, body)
	}
	if res, _ := c.do("GET", "/r", "", "If-None-Match", tag); res.StatusCode != 200 || res.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("changed: %d %v", res.StatusCode, res.Header)
	}
}
