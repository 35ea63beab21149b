package server

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func site(t *testing.T, built bool) *static {
	t.Helper()
	files := fstest.MapFS{
		"index.html":           {Data: []byte("<title>office</title>")},
		"wall.html":            {Data: []byte("<title>wall</title>")},
		"assets/app-1a2b.js":   {Data: []byte(strings.Repeat("export const a = 1;\n", 200))},
		"assets/app-1a2b.css":  {Data: []byte("b{}")},
		"assets/big-3c.js":     {Data: []byte(strings.Repeat("x", 2000))},
		"assets/big-3c.js.br":  {Data: []byte("brotli")},
		"assets/big-3c.js.gz":  {Data: []byte("gzipped")},
		"fonts/sans/0-255.pbf": {Data: []byte{1, 2}},
		"manifest.webmanifest": {Data: []byte("{}")},
		".vite/manifest.json":  {Data: []byte("{}")},
		".gitkeep":             {},
	}
	if !built {
		files = fstest.MapFS{".gitkeep": {}}
	}
	s, err := newStatic(files, built)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStaticRules(t *testing.T) {
	const html = "text/html,application/xhtml+xml"
	for _, c := range []struct {
		method, path, accept string
		status               int
		body, media, cache   string
	}{
		{"GET", "/", "*/*", 200, "office", "text/html; charset=utf-8", "no-cache"},
		{"GET", "/index.html", html, 200, "office", "text/html; charset=utf-8", "no-cache"},
		{"GET", "/air/ranking?list=2%2B26", html, 200, "office", "text/html; charset=utf-8", "no-cache"},
		{"GET", "/wall/air", html, 200, "wall", "text/html; charset=utf-8", "no-cache"},
		{"GET", "/wallet", html, 200, "office", "text/html; charset=utf-8", "no-cache"},
		{"GET", "/air/ranking", "application/json", 404, "not found", "", "no-store"},
		{"GET", "/air/ranking", "", 404, "not found", "", "no-store"},
		{"GET", "/assets/app-1a2b.js", "*/*", 200, "export", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
		{"HEAD", "/assets/app-1a2b.js", "*/*", 200, "", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
		{"GET", "/assets/old-9z.js", html, 404, "not found", "", "no-store"},
		{"GET", "/api/v1/nothing", html, 404, "not found", "", "no-store"},
		{"GET", "/fonts/sans/0-255.pbf", "*/*", 200, "\x01\x02", "application/x-protobuf", "no-cache"},
		{"GET", "/manifest.webmanifest", "*/*", 200, "{}", "application/manifest+json", "no-cache"},
		{"GET", "/.vite/manifest.json", "*/*", 404, "not found", "", "no-store"},
		{"GET", "/.gitkeep", "*/*", 404, "not found", "", "no-store"},
		{"GET", "/assets/../../../../etc/passwd", html, 200, "office", "text/html; charset=utf-8", "no-cache"},
		{"GET", "/assets/..%2f..%2fetc%2fpasswd", "*/*", 404, "not found", "", "no-store"},
		{"GET", "/..\\..\\etc\\passwd", "*/*", 404, "not found", "", "no-store"},
		{"POST", "/", html, 405, "", "", ""},
		{"DELETE", "/air", html, 405, "", "", ""},
	} {
		r := httptest.NewRequest(c.method, "/", nil)
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(c.path, "?")
		r.Header.Set("Accept", c.accept)
		w := httptest.NewRecorder()
		site(t, true).ServeHTTP(w, r)
		res := w.Result()
		body, _ := io.ReadAll(res.Body)
		if res.StatusCode != c.status || !strings.Contains(string(body), c.body) || strings.Contains(string(body), "root:") {
			t.Errorf("%s %s: %d %.60q", c.method, c.path, res.StatusCode, body)
		}
		if c.media != "" && res.Header.Get("Content-Type") != c.media {
			t.Errorf("%s: type %q", c.path, res.Header.Get("Content-Type"))
		}
		if c.cache != "" && res.Header.Get("Cache-Control") != c.cache {
			t.Errorf("%s: cache %q", c.path, res.Header.Get("Cache-Control"))
		}
	}
}

func TestStaticPackingAndValidators(t *testing.T) {
	s := site(t, true)
	get := func(path string, header ...string) *http.Response {
		r := httptest.NewRequest("GET", path, nil)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Result()
	}
	res := get("/assets/app-1a2b.js", "Accept-Encoding", "gzip, br")
	if res.Header.Get("Content-Encoding") != "gzip" || res.Header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("%v", res.Header)
	}
	gz, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(gz); err != nil || !strings.HasPrefix(string(text), "export const") {
		t.Errorf("%.40q %v", text, err)
	}
	for accept, want := range map[string]string{"gzip, br": "br", "gzip": "gzip", "br;q=0, gzip": "gzip", "gzip;q=0": "", "identity": ""} {
		if got := get("/assets/big-3c.js", "Accept-Encoding", accept).Header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: %q, want %q", accept, got, want)
		}
	}
	tag := get("/").Header.Get("ETag")
	for _, header := range []string{tag, "W/" + tag, `"x", ` + tag} {
		if res := get("/", "If-None-Match", header); res.StatusCode != 304 {
			t.Errorf("If-None-Match %s: %d", header, res.StatusCode)
		}
	}
	if res := get("/", "If-None-Match", `"other"`); res.StatusCode != 200 || tag == "" || tag == get("/wall.html").Header.Get("ETag") {
		t.Errorf("tag %q: %d", tag, res.StatusCode)
	}
}

func TestWithoutTheInterfaceAPageSaysHowToBuildIt(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	w := httptest.NewRecorder()
	site(t, false).ServeHTTP(w, r)
	if w.Code != 503 || !strings.Contains(w.Body.String(), "npm run build") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
