package server

import (
	"net/http"
	"time"
)

// Mux lets a test add a handler that misbehaves.
func (s *Server) Mux() *http.ServeMux { return s.mux }

// PingEvery shortens the pause between two pings of a live stream.
func (s *Server) PingEvery(d time.Duration) { s.live.ping = d }
