package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
)

// requestHeader carries the id under which the log knows a request.
const requestHeader = "X-Request-Id"

// answerWithin is how long writing one answer may take; a live stream sets its own pace.
const answerWithin = 10 * time.Minute

// visit is what the outer layers learn from the inner ones about a request.
type visit struct {
	pattern string // of the mux: the operation, without ids
	account string
}

type visitKey struct{}

// visitOf is the visit of a request, never nil.
func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// traced gives every request an id, keeps a panic from the client, writes the access log and
// counts. It is the outermost layer.
func (s *Server) traced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watch := clock.Start()
		id := r.Header.Get(requestHeader)
		if !plausibleID(id) {
			id = newID()
		}
		v := &visit{}
		ctx := context.WithValue(access.WithRequestID(r.Context(), id), visitKey{}, v)
		r = r.WithContext(ctx)
		w.Header().Set(requestHeader, id)
		rec := &response{ResponseWriter: w}
		_ = http.NewResponseController(w).SetWriteDeadline(s.machine.Now().Add(answerWithin))
		defer func() {
			p := recover()
			aborted := errors.Is(asError(p), http.ErrAbortHandler)
			if p != nil && !aborted {
				s.log.ErrorContext(ctx, "panic", "value", p, "path", r.URL.Path, "stack", string(debug.Stack()))
				if rec.status == 0 {
					s.api.WriteError(rec, r, fault.New(fault.Internal, "internal", "内部错误"))
				} else {
					aborted = true // half an answer must not look whole
				}
			}
			s.finished(ctx, r, rec, v, watch.Elapsed())
			if aborted {
				panic(http.ErrAbortHandler)
			}
		}()
		next.ServeHTTP(rec, r)
	})
}

func asError(p any) error {
	err, _ := p.(error)
	return err
}

// finished writes the access log line and the metrics. The query is left out: it may name
// persons.
func (s *Server) finished(ctx context.Context, r *http.Request, rec *response, v *visit, took time.Duration) {
	status := rec.status
	if status == 0 {
		status = http.StatusOK
	}
	pattern := v.pattern
	if pattern == "" {
		pattern = "other"
	}
	s.metrics.request(r.Method, pattern, status, took)
	level := slog.LevelInfo
	switch {
	case status >= 500:
		level = slog.LevelWarn
	case pattern == "/" || pattern == "GET /livez" || pattern == "GET /readyz" || pattern == "GET /metrics":
		level = slog.LevelDebug // the interface's files and the probes
	}
	s.log.LogAttrs(ctx, level, "request",
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", status),
		slog.Int64("bytes", rec.bytes), slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.String("account", v.account), slog.String("address", s.address(r)))
}

// address is the client's: the peer, or what a trusted proxy says it forwards for.
func (s *Server) address(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	addr := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
	}
	return addr.String()
}

func (s *Server) trusted(addr netip.Addr) bool {
	for _, p := range s.cfg.TrustedProxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// noted tells the outer layers which pattern the mux chose; it sits directly on the mux.
func noted(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r.Context())
		if a, ok := access.From(r.Context()); ok {
			v.account = a.Name
		}
		mux.ServeHTTP(w, r)
		v.pattern = r.Pattern
	})
}

// plausibleID takes an id from a proxy in front, so that its log and ours agree.
func plausibleID(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	for _, c := range id {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' {
			return false
		}
	}
	return true
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// response counts what is written.
type response struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *response) WriteHeader(code int) {
	if w.status == 0 && code >= 200 {
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *response) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }
