package server

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"

	"qingshan/internal/city/situation"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/rules/region"
	"qingshan/internal/rules/standard"
)

// buildRooms makes the rooms from the bottom up and registers their operations.
func (s *Server) buildRooms(context.Context) error {
	rules, err := telemetry.BuiltinRules()
	if err != nil {
		return fmt.Errorf("plausibility rules: %w", err)
	}
	standards, err := standard.Builtin()
	if err != nil {
		return fmt.Errorf("standards: %w", err)
	}
	sites := telemetry.New(s.db, rules)
	air, err := situation.New(s.db, sites, standards, situation.Config{City: s.cfg.City, Synthetic: s.opts.Demo, Name: s.regionName})
	if err != nil {
		return fmt.Errorf("air situation: %w", err)
	}
	telemetry.Register(s.api, sites, s.regionName)
	air.Register(s.api)
	imports := telemetry.NewImports(sites, s.db, standards, telemetry.ImportConfig{
		Dir: filepath.Join(s.cfg.Data, "uploads"), MaxUpload: s.cfg.MaxUpload})
	imports.Routes(s.api)

	bus := jobs.NewBus(s.db, s.machine, 0, s.log)
	s.live = newLive(s, bus)
	s.boards = newBoards(s, air, bus)
	s.parts = append(s.parts, part{"events", bus.Run})
	if s.cfg.Has(RoleWeb) {
		s.parts = append(s.parts, part{"boards", s.boards.run})
	}
	if s.cfg.Has(RoleJobs) {
		runner := s.newRunner()
		imports.Register(runner)
		runner.AddSchedule(jobs.Schedule{Name: telemetry.ImportPurgeJob, Kind: telemetry.ImportPurgeJob, Spec: "45 3 * * *"})
		s.parts = append(s.parts, part{"jobs", runner.Run})
	}
	return nil
}

// regionName is a region's name for people, "" when it is not known.
func (s *Server) regionName(context.Context, region.Code) string { return "" }

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
