package server

import (
	"context"
	"net/http"
	"time"

	"qingshan/internal/platform/access"
)

// Mux lets a test add a handler that misbehaves.
func (s *Server) Mux() *http.ServeMux { return s.mux }

// PingEvery shortens the pause between two pings of a live stream.
func (s *Server) PingEvery(d time.Duration) { s.live.ping = d }

// LookForSignals looks once, as the schedule does every ten minutes.
func (s *Server) LookForSignals(ctx context.Context) error {
	rules, err := readSignalRules()
	if err != nil {
		return err
	}
	return s.lookForSignals(access.With(ctx, access.System("signals")), rules)
}
