package server_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/rest"
	"qingshan/internal/server"
	"qingshan/web"
)

var morning = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)

// journal collects the log of a server under test.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// running starts a server on an empty SQLite database and a free port. stop ends it as a
// signal would and returns what Run returned and how long it took.
func running(t *testing.T, change func(*server.Config), before func(*server.Server)) (url string, log *journal, stop func() (time.Duration, error)) {
	t.Helper()
	cfg := server.Default()
	cfg.Data, cfg.Addr, cfg.LogFormat, cfg.LogLevel = t.TempDir(), "127.0.0.1:0", "json", slog.LevelDebug
	if change != nil {
		change(cfg)
	}
	log = &journal{}
	s, err := server.New(t.Context(), cfg, server.Options{Clock: clock.NewManual(morning), Version: "test", Log: server.NewLog(log, cfg)})
	if err != nil {
		t.Fatal(err)
	}
	if before != nil {
		before(s)
	}
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	once := sync.OnceValues(func() (time.Duration, error) {
		watch := clock.Start()
		cancel()
		err := <-done
		return watch.Elapsed(), err
	})
	t.Cleanup(func() {
		if _, err := once(); err != nil {
			t.Error(err)
		}
	})
	return "http://" + s.Addr(), log, once
}

func get(t *testing.T, url string, header ...string) (*http.Response, string) {
	t.Helper()
	return call(t, "GET", url, "", header...)
}

func call(t *testing.T, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

func problemIn(t *testing.T, res *http.Response, body string) rest.Problem {
	t.Helper()
	var p rest.Problem
	if err := json.Unmarshal([]byte(body), &p); err != nil || res.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%d %s is no problem: %v", res.StatusCode, body, err)
	}
	if p.Status != res.StatusCode || p.RequestID == "" || p.RequestID != res.Header.Get("X-Request-Id") || p.Detail == "" || p.Code == "" {
		t.Errorf("problem %+v, header %q", p, res.Header.Get("X-Request-Id"))
	}
	return p
}

func TestProbesAndDocument(t *testing.T) {
	url, _, stop := running(t, nil, nil)
	for path, want := range map[string]string{
		"/livez": "ok", "/readyz": "ok", "/metrics": "qingshan_build_info", "/openapi.json": `"openapi": "3.1.0"`,
		"/api/v1/config/public": `"name":"青山"`,
	} {
		if res, body := get(t, url+path); res.StatusCode != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.200s", path, res.StatusCode, body)
		}
	}
	if res, body := get(t, url+"/metrics"); !strings.Contains(body, `path="/api/v1/config/public",status="200"`) {
		t.Errorf("%d: requests are not counted by operation:\n%s", res.StatusCode, regexp.MustCompile(`(?m)^qingshan.*$`).FindAllString(body, -1))
	}
	if took, err := stop(); err != nil || took > 2*time.Second {
		t.Errorf("stop: %v after %v", err, took)
	}
}

func TestUnknownOperationsAndMethods(t *testing.T) {
	url, _, _ := running(t, nil, nil)
	for _, c := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", "/api/v1/nothing", 404, "no_operation"},
		{"GET", "/api/v1/../../etc/passwd", 404, "no_operation"},
		{"GET", "/api/", 404, "no_operation"},
		{"POST", "/api/v1/config/public", 405, "method"},
		{"GET", "/api/v1/system/health", 401, "login_required"},
		{"GET", "/api/v1/events", 401, "login_required"},
	} {
		path := strings.ReplaceAll(c.path, "/../..", "/%2e%2e/%2e%2e")
		res, body := call(t, c.method, url+path, "")
		p := problemIn(t, res, body)
		if res.StatusCode != c.status || p.Code != c.code {
			t.Errorf("%s %s: %d %+v", c.method, c.path, res.StatusCode, p)
		}
		if c.status == 405 && res.Header.Get("Allow") != "GET" {
			t.Errorf("Allow %q", res.Header.Get("Allow"))
		}
	}
}

func TestSecurityHeadersAreOnEveryAnswer(t *testing.T) {
	url, _, _ := running(t, nil, nil)
	for _, path := range []string{"/", "/livez", "/api/v1/config/public", "/api/v1/nothing", "/assets/none.js"} {
		res, _ := get(t, url+path)
		csp := res.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: policy %q lacks %s", path, csp, want)
			}
		}
		if strings.Contains(csp, "script-src") || strings.Contains(csp, "unsafe-eval") {
			t.Errorf("%s: scripts are allowed beside our own: %s", path, csp)
		}
		for k, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"} {
			if got := res.Header.Get(k); got != want {
				t.Errorf("%s: %s is %q", path, k, got)
			}
		}
		if res.Header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: plain HTTP on the loopback asks for HTTPS", path)
		}
	}
}

// The policy forbids script in the page: neither the sources nor the built pages have any.
func TestNoInlineScriptInThePages(t *testing.T) {
	pages := map[string][]byte{}
	sources, err := filepath.Glob("../../web/*.html")
	if err != nil || len(sources) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, p := range sources {
		if pages[p], err = os.ReadFile(p); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"index.html", "wall.html", "field.html"} {
		if f, err := web.FS().Open(name); err == nil {
			if pages["built "+name], err = io.ReadAll(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	script := regexp.MustCompile(`(?is)<script\b([^>]*)>(.*?)</script>`)
	handler := regexp.MustCompile(`(?i)<[^>]+\son[a-z]+\s*=|javascript:`)
	for name, page := range pages {
		for _, m := range script.FindAllSubmatch(page, -1) {
			if !bytes.Contains(m[1], []byte("src=")) || len(bytes.TrimSpace(m[2])) > 0 {
				t.Errorf("%s: inline script %s", name, m[0])
			}
			if regexp.MustCompile(`src=["']?(https?:)?//`).Match(m[1]) {
				t.Errorf("%s: script of another host %s", name, m[0])
			}
		}
		if m := handler.Find(page); m != nil {
			t.Errorf("%s: script in an attribute: %s", name, m)
		}
	}
}

func TestCrossSiteChangesAreRefused(t *testing.T) {
	url, _, _ := running(t, func(c *server.Config) { c.PublicURL = "http://qingshan.example" }, nil)
	for _, c := range []struct {
		header []string
		status int
	}{
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Origin", "https://evil.example"}, 403},
		{[]string{"Sec-Fetch-Site", "same-origin"}, 405},
		{[]string{"Origin", "http://qingshan.example"}, 405},
		{nil, 405},
	} {
		res, body := call(t, "POST", url+"/api/v1/config/public", "{}", c.header...)
		if res.StatusCode != c.status {
			t.Errorf("%v: %d %s", c.header, res.StatusCode, body)
		}
	}
}

func TestAPanicIsAProblemWithoutItsCause(t *testing.T) {
	url, log, _ := running(t, nil, func(s *server.Server) {
		s.Mux().HandleFunc("GET /boom", func(http.ResponseWriter, *http.Request) { panic("the secret is 42") })
		s.Mux().HandleFunc("GET /half", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("half ", 4000))
			panic("in the middle")
		})
	})
	res, body := get(t, url+"/boom", "X-Request-Id", "front-0001")
	p := problemIn(t, res, body)
	if res.StatusCode != 500 || strings.Contains(body, "secret") || strings.Contains(body, "goroutine") || p.RequestID != "front-0001" {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	r, err := http.Get(url + "/half")
	if err == nil {
		_, err = io.ReadAll(r.Body)
		r.Body.Close()
	}
	if err == nil {
		t.Error("half an answer looked whole")
	}
	if text := log.String(); !strings.Contains(text, "the secret is 42") || !strings.Contains(text, `"request":"front-0001"`) || !strings.Contains(text, "server_test.go") {
		t.Errorf("the log lacks the panic, its request or its stack:\n%s", text)
	}
}

func TestTheLogNamesRequestsButNoQueries(t *testing.T) {
	url, log, stop := running(t, nil, nil)
	get(t, url+"/api/v1/config/public?name=zhang-san", "X-Request-Id", "bad id with spaces")
	_, _ = stop()
	var line map[string]any
	for l := range strings.SplitSeq(log.String(), "\n") {
		if strings.Contains(l, `"path":"/api/v1/config/public"`) {
			if err := json.Unmarshal([]byte(l), &line); err != nil {
				t.Fatal(err)
			}
		}
	}
	if line["status"] != 200.0 || line["address"] != "127.0.0.1" || len(line["request"].(string)) != 16 || line["ms"] == nil {
		t.Errorf("%v", line)
	}
	if strings.Contains(log.String(), "zhang-san") {
		t.Error("a query came into the log")
	}
}

func TestForwardedAddressesAreBelievedFromTrustedProxiesOnly(t *testing.T) {
	for proxies, want := range map[string]string{"": "127.0.0.1", "127.0.0.0/8": "198.51.100.7"} {
		url, log, stop := running(t, func(c *server.Config) {
			if proxies != "" {
				t.Setenv("QINGSHAN_TRUSTED_PROXIES", proxies)
				loaded, err := server.Load(nil, os.LookupEnv)
				if err != nil {
					t.Fatal(err)
				}
				c.TrustedProxies = loaded.TrustedProxies
			}
		}, nil)
		get(t, url+"/api/v1/config/public", "X-Forwarded-For", "203.0.113.9, 198.51.100.7")
		_, _ = stop()
		if !strings.Contains(log.String(), fmt.Sprintf(`"address":%q`, want)) {
			t.Errorf("proxies %q: want %s in\n%s", proxies, want, log)
		}
	}
}

// rawRequest sends bytes as they are, which a client library would not do.
func rawRequest(t *testing.T, url, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(io.LimitReader(c, 1<<16)) // the server may close hard
	return string(answer)
}

func TestBadRequestsOnTheWire(t *testing.T) {
	url, _, _ := running(t, nil, nil)
	tail := " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	for _, c := range []struct{ name, text, want string }{
		{"huge header", "GET /livez" + tail + "X-Big: " + strings.Repeat("a", 200<<10) + "\r\n\r\n", "431"},
		{"huge target", "GET /" + strings.Repeat("a", 200<<10) + tail + "\r\n", "431"},
		{"climbing out", "GET /../../../../etc/passwd" + tail + "\r\n", "HTTP/1.1 "},
		{"climbing out, encoded", "GET /assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd" + tail + "\r\n", "HTTP/1.1 "},
		{"climbing out, file of the program", "GET /assets/..%5c..%5cgo.mod" + tail + "\r\n", "404"},
		{"no HTTP", "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + strings.Repeat("\x00", 40) + "\r\n\r\n", "400"},
		{"two lengths", "POST /api/v1/config/public" + tail + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "400"},
	} {
		got := rawRequest(t, url, c.text)
		if !strings.Contains(got, c.want) || strings.Contains(got, "root:") || strings.Contains(got, "module qingshan") {
			t.Errorf("%s: %.200q", c.name, got)
		}
	}
}

func TestHTTPSOnly(t *testing.T) {
	cert, key := selfSigned(t)
	url, _, _ := running(t, func(c *server.Config) { c.TLSCert, c.TLSKey = cert, key }, nil)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	res, err := client.Get(strings.Replace(url, "http://", "https://", 1) + "/livez")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Strict-Transport-Security"), "max-age=") {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}

func TestATakenAddressIsAnErrorThatNamesIt(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := server.Default()
	cfg.Data, cfg.Addr = t.TempDir(), l.Addr().String()
	s, err := server.New(t.Context(), cfg, server.Options{Clock: clock.NewManual(morning)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("%v", err)
	}
}

func TestASlowRequestEndsWithTheServer(t *testing.T) {
	entered := make(chan struct{})
	url, _, stop := running(t, nil, func(s *server.Server) {
		s.Mux().HandleFunc("GET /slow", func(w http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
		})
	})
	go func() {
		if res, err := http.Get(url + "/slow"); err == nil {
			res.Body.Close()
		}
	}()
	<-entered
	if took, err := stop(); err != nil || took > 10*time.Second {
		t.Errorf("stop: %v after %v", err, took)
	}
}
