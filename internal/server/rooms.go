package server

import (
	"fmt"
	"path/filepath"

	"qingshan/internal/city/brief"
	"qingshan/internal/city/grid"
	"qingshan/internal/city/matter"
	"qingshan/internal/city/org"
	"qingshan/internal/city/situation"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/notify"
	"qingshan/internal/rules/standard"
)

// Rooms are the services of the rooms, for what stands above them: the demonstration, tests.
type Rooms struct {
	Org      *org.Service
	Sites    *telemetry.Service
	Imports  *telemetry.Imports
	Air      *situation.Service
	Notices  *notify.Service
	Evidence *evidence.Store
	Matters  *matter.Service
	Grid     *grid.Service
	Today    *brief.Service
}

// buildRooms makes the rooms from the bottom up, registers their operations and puts what
// runs beside the HTTP server in order.
func (s *Server) buildRooms() error {
	if err := s.openRooms(); err != nil {
		return err
	}
	r := &s.rooms
	r.Org.Register(s.api)
	telemetry.Register(s.api, r.Sites, r.Org.RegionNames)
	r.Imports.Routes(s.api)
	r.Air.Register(s.api)
	s.registerNotices()
	s.registerSearch()
	r.Matters.Register(s.api)
	r.Grid.RegisterAPI(s.api)
	r.Today.Register(s.api)
	matter.NewFiles(r.Matters, r.Evidence, "青山", s.opts.Version).Routes(s.api)
	s.registerOpen311()
	s.registerField()

	bus := jobs.NewBus(s.db, s.machine, 0, s.log)
	s.live = newLive(s, bus)
	s.boards = newBoards(s, r.Air, bus)
	s.parts = append(s.parts, part{"events", bus.Run})
	if s.cfg.Has(RoleWeb) {
		s.parts = append(s.parts, part{"boards", s.boards.run})
	}
	if s.cfg.Has(RoleJobs) {
		runner := s.newRunner()
		r.Imports.Register(runner)
		r.Notices.Register(runner)
		r.Matters.RegisterClocks(runner)
		r.Evidence.Register(runner)
		r.Grid.Register(runner)
		if err := s.registerSignals(runner, bus); err != nil {
			return err
		}
		runner.AddSchedule(jobs.Schedule{Name: telemetry.ImportPurgeJob, Kind: telemetry.ImportPurgeJob, Spec: "45 3 * * *"})
		s.parts = append(s.parts, part{"jobs", runner.Run})
	}
	return nil
}

func (s *Server) openRooms() error {
	rules, err := telemetry.BuiltinRules()
	if err != nil {
		return fmt.Errorf("plausibility rules: %w", err)
	}
	standards, err := standard.Builtin()
	if err != nil {
		return fmt.Errorf("standards: %w", err)
	}
	r := &s.rooms
	people := s.orgConfig()
	if people.Roles, err = s.cfg.LoadRoles(); err != nil {
		return err
	}
	if r.Org, err = org.New(s.db, people); err != nil {
		return fmt.Errorf("organisation: %w", err)
	}
	r.Notices = notify.New(s.db, s.notifyConfig())
	r.Sites = telemetry.New(s.db, rules)
	r.Imports = telemetry.NewImports(r.Sites, s.db, standards, telemetry.ImportConfig{
		Dir: filepath.Join(s.cfg.Data, "uploads"), MaxUpload: s.cfg.MaxUpload})
	r.Air, err = situation.New(s.db, r.Sites, standards, situation.Config{City: s.cfg.City, Synthetic: s.opts.Demo, Name: r.Org.RegionName})
	if err != nil {
		return fmt.Errorf("air situation: %w", err)
	}
	if err := s.openMatters(); err != nil {
		return err
	}
	return s.openGrid()
}

func (s *Server) orgConfig() org.Config {
	return org.Config{
		Machine: s.machine, PlainCookie: !s.cfg.SecureCookies(), Address: s.address, Fail: s.api.WriteError,
		Demo: s.opts.Demo, Speed: s.opts.Speed, Log: s.log,
		OIDC: org.OIDCConfig{Issuer: s.cfg.OIDCIssuer, ClientID: s.cfg.OIDCClient, Secret: s.cfg.OIDCSecret, PublicURL: s.cfg.PublicURL},
	}
}

func (s *Server) notifyConfig() notify.Config {
	c := notify.Config{SMTP: s.cfg.SMTP, Base: s.cfg.PublicURL, Local: s.cfg.WebhookLocal == "allow", Machine: s.machine, Log: s.log}
	if s.cfg.Text.URL != "" {
		c.Text = s.cfg.Text
	}
	return c
}

// Rooms are the open rooms.
func (s *Server) Rooms() Rooms { return s.rooms }
