package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
	"qingshan/web"
)

// stopWithin is the time from the signal to the end; a supervisor kills after 10 s.
const stopWithin = 9 * time.Second

// Options are what the caller brings besides the configuration.
type Options struct {
	Clock   clock.Clock  // the city's; nil is the machine's
	Log     *slog.Logger // nil discards
	Version string       // of the program
	// Demo marks the demonstration city: 演示数据 on every page, and the speed of its clock.
	Demo  bool
	Speed func() float64
}

// Server is the whole program, built and not yet running.
type Server struct {
	cfg     *Config
	opts    Options
	log     *slog.Logger
	clock   clock.Clock // the city's
	machine clock.Clock // deadlines and pauses
	db      *store.DB
	api     *rest.API
	mux     *http.ServeMux
	http    *http.Server
	metrics *metrics
	rooms   Rooms
	live    *live
	boards  *boards
	parts   []part
	ready   atomic.Bool
	open    net.Listener
	base    context.CancelFunc // ends every request that is still running
}

// part is something that runs beside the HTTP server: started in order, stopped in reverse.
// run returns when its context ends.
type part struct {
	name string
	run  func(ctx context.Context) error
}

// New opens the database and builds everything. Close gives it up; Run closes it too.
func New(ctx context.Context, cfg *Config, opts Options) (*Server, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Clock == nil {
		opts.Clock = clock.System()
	}
	db, err := store.Open(ctx, cfg.Store(), opts.Clock)
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, opts: opts, log: opts.Log, clock: opts.Clock, machine: clock.System(),
		db: db, mux: http.NewServeMux(), metrics: newMetrics(opts.Version),
	}
	if err := s.markDemo(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := s.build(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// markDemo marks an installation that holds the demonstration city, however it was started:
// made-up numbers are never shown without the words 演示数据.
func (s *Server) markDemo(ctx context.Context) error {
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var mark string
		return tx.QueryRow(ctx, "SELECT value FROM setting WHERE name = 'demo'").Scan(&mark)
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	s.opts.Demo = s.opts.Demo || err == nil
	return err
}

// build makes the rooms from the bottom up, then the outer layers of HTTP.
func (s *Server) build(ctx context.Context) error {
	s.api = rest.New(s.mux, rest.Config{Version: s.opts.Version, Log: s.log, DB: s.db, Audit: s.auditExport})
	if err := s.buildRooms(); err != nil {
		return err
	}
	s.registerSystem()
	ui, err := newStatic(web.FS(), web.Built())
	if err != nil {
		return fmt.Errorf("interface: %w", err)
	}
	s.mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") })
	s.mux.HandleFunc("GET /readyz", s.readyz)
	s.mux.Handle("GET /metrics", s.metrics.handler())
	s.mux.HandleFunc("GET /openapi.json", s.document)
	s.mux.HandleFunc("/api/", s.noOperation)
	s.mux.Handle("/", ui)
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.base = cancel
	s.http = &http.Server{
		Handler:           s.traced(s.guarded(s.rooms.Org.Identify(packed(noted(s.mux))))),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	s.http.RegisterOnShutdown(s.live.end) // Shutdown waits for open streams, so they must go first
	return nil
}

// Handler is the whole HTTP side, for tests that need no socket.
func (s *Server) Handler() http.Handler { return s.http.Handler }

// DB is the open database.
func (s *Server) DB() *store.DB { return s.db }

// API is the collection of operations.
func (s *Server) API() *rest.API { return s.api }

// Listen takes the address, so that Addr is known before Run.
func (s *Server) Listen() error {
	if s.open != nil || !s.cfg.Has(RoleWeb) {
		return nil
	}
	l, err := net.Listen("tcp", s.cfg.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.cfg.Addr, err)
	}
	s.open = l
	return nil
}

// Addr is the address taken by Listen, "" without the web role.
func (s *Server) Addr() string {
	if s.open == nil {
		return ""
	}
	return s.open.Addr().String()
}

// Run serves until ctx ends, then stops: no new connections, running requests finish, live
// streams end, jobs give back what they did not finish, the database closes. It returns
// within stopWithin of the end of ctx; nil is a clean stop.
func (s *Server) Run(ctx context.Context) error {
	if err := s.Listen(); err != nil {
		return errors.Join(err, s.Close())
	}
	failed := make(chan error, len(s.parts)+1)
	var stops []func(context.Context) error
	for _, p := range s.parts {
		stops = append(stops, s.start(p, failed))
	}
	if s.open != nil {
		stops = append(stops, s.startHTTP(failed))
	}
	s.ready.Store(true)
	s.log.Info("running", "address", s.Addr(), "roles", showRoles(s.cfg), "database", string(s.db.Dialect()), "version", s.opts.Version)
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-failed:
		s.log.Error("a part failed, stopping", "error", failure)
	}
	return errors.Join(failure, s.stop(stops))
}

// start runs a part in the background and returns how to stop it.
func (s *Server) start(p part, failed chan<- error) func(context.Context) error {
	// A part outlives the signal: it stops in its turn.
	ctx, cancel := context.WithCancel(access.With(context.Background(), access.System(p.name)))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := p.run(ctx); err != nil && ctx.Err() == nil {
			failed <- fmt.Errorf("%s: %w", p.name, err)
		}
	}()
	return func(limit context.Context) error {
		cancel()
		select {
		case <-done:
			return nil
		case <-limit.Done():
			return fmt.Errorf("%s did not stop in time", p.name)
		}
	}
}

func (s *Server) startHTTP(failed chan<- error) func(context.Context) error {
	go func() {
		var err error
		if s.cfg.TLSCert != "" {
			err = s.http.ServeTLS(s.open, s.cfg.TLSCert, s.cfg.TLSKey)
		} else {
			err = s.http.Serve(s.open)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return func(limit context.Context) error {
		// Some of the time is kept for what stops after HTTP.
		soft, cancel := context.WithTimeout(limit, stopWithin-4*time.Second)
		defer cancel()
		if err := s.http.Shutdown(soft); err != nil {
			s.base()
			s.log.Warn("requests still running were cut", "error", err)
			return s.http.Close()
		}
		return nil
	}
}

func (s *Server) stop(stops []func(context.Context) error) error {
	watch := clock.Start()
	s.ready.Store(false)
	limit, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	var errs []error
	for i := len(stops) - 1; i >= 0; i-- {
		errs = append(errs, stops[i](limit))
	}
	errs = append(errs, s.Close())
	s.log.Info("stopped", "ms", watch.Elapsed().Milliseconds())
	return errors.Join(errs...)
}

// Close releases the address and the database of a server that is not running.
func (s *Server) Close() error {
	s.base()
	var err error
	if s.open != nil {
		if err = s.open.Close(); errors.Is(err, net.ErrClosed) {
			err = nil
		}
	}
	return errors.Join(err, s.db.Close())
}

// noOperation answers what no operation took: 405 when the path exists for another method.
func (s *Server) noOperation(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, m := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		other := &http.Request{Method: m, URL: r.URL, Host: r.Host}
		if _, pattern := s.mux.Handler(other); pattern != "/api/" && pattern != "" {
			allow = append(allow, m)
		}
	}
	if len(allow) > 0 {
		s.api.MethodNotAllowed(w, r, allow)
		return
	}
	s.api.WriteError(w, r, fault.New(fault.NotFound, "no_operation", "没有这个接口："+r.Method+" "+r.URL.Path))
}
