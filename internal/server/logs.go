package server

import (
	"context"
	"io"
	"log/slog"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
)

// NewLog makes the program's log: text or JSON, with the request's id on every line that is
// written under a request.
func NewLog(w io.Writer, cfg *Config) *slog.Logger {
	opts := &slog.HandlerOptions{Level: cfg.LogLevel, ReplaceAttr: civil}
	var h slog.Handler = slog.NewTextHandler(w, opts)
	if cfg.LogFormat == "json" {
		h = slog.NewJSONHandler(w, opts)
	}
	return slog.New(withRequest{h})
}

// civil shows the time of a line in Shanghai, whatever zone the machine is set to.
func civil(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		a.Value = slog.TimeValue(a.Value.Time().In(clock.Shanghai))
	}
	return a
}

type withRequest struct{ slog.Handler }

func (h withRequest) Handle(ctx context.Context, r slog.Record) error {
	if id := access.RequestID(ctx); id != "" {
		r.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h withRequest) WithAttrs(a []slog.Attr) slog.Handler {
	return withRequest{h.Handler.WithAttrs(a)}
}
func (h withRequest) WithGroup(n string) slog.Handler { return withRequest{h.Handler.WithGroup(n)} }
