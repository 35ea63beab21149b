package server

import (
	"context"
	"net/http"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/jobs"
)

// buildRooms makes the rooms from the bottom up and registers their operations.
func (s *Server) buildRooms(context.Context) error {
	bus := jobs.NewBus(s.db, s.machine, 0, s.log)
	s.parts = append(s.parts, part{"events", bus.Run})
	s.live = newLive(s, bus)
	return nil
}

// actor is who a request's session belongs to.
func (s *Server) actor(*http.Request) (access.Actor, bool) { return access.Actor{}, false }

// identified puts the actor of the session into the request's context.
func (s *Server) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a, ok := s.actor(r); ok {
			r = r.WithContext(access.With(r.Context(), a))
		}
		next.ServeHTTP(w, r)
	})
}
