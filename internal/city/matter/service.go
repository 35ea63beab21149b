package matter

import (
	"context"
	"fmt"
	"log/slog"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/notify"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Places knows the cells of the grid. The grid room stands above this one and gives it.
type Places interface {
	// CellAt is the leaf cell that holds a place and the region it lies in; cell 0 when none does.
	CellAt(ctx context.Context, tx *store.Tx, p geo.Point, r region.Code) (cell int64, name string, in region.Code, err error)
	// CellPosts are the posts of a cell in a role (chief, officer, patroller, supervisor),
	// with those who stand in for absent ones.
	CellPosts(ctx context.Context, tx *store.Tx, cell int64, role string) ([]int64, error)
}

// Exhibits is what the room asks of the evidence store.
type Exhibits interface {
	// Look tells what pieces of evidence are, in the order of ids. Errors: invalid for one
	// that does not exist or that the actor may not bring.
	Look(ctx context.Context, tx *store.Tx, ids []int64) ([]Exhibit, error)
	// Use puts them to an object ("matter/17") that was reported at a time and lies at a
	// place (nil: not known).
	Use(ctx context.Context, tx *store.Tx, object string, ids []int64, at *geo.Point, reported int64) error
}

// Notices is what the room asks of platform/notify.
type Notices interface {
	Put(ctx context.Context, tx *store.Tx, n notify.Notice) error
}

// Config says how the room works.
type Config struct {
	Exhibits Exhibits           // nil: evidence is refused
	Notices  Notices            // nil: nobody is told
	Calendar *calendar.Calendar // nil: the national one
	Hours    *calendar.Hours    // nil: the ordinary office hours
	// Fault, when set, is called before each step of a change that writes; tests make a step
	// fail with it.
	Fault func(step string) error
	Log   *slog.Logger
}

// Service is the room's use cases. Every one checks the permission of the actor in ctx.
type Service struct {
	db     *store.DB
	org    *org.Service
	kinds  *kind.Set
	cfg    Config
	places Places
	clocks *timekeeper
	words  words
	log    *slog.Logger

	sources *sources
}

// New makes the service. Errors: a calendar that cannot be read.
func New(db *store.DB, people *org.Service, kinds *kind.Set, cfg Config) (*Service, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Calendar == nil {
		c, err := calendar.National()
		if err != nil {
			return nil, err
		}
		cfg.Calendar = c
	}
	if cfg.Hours == nil {
		h, err := calendar.DefaultHours()
		if err != nil {
			return nil, err
		}
		cfg.Hours = &h
	}
	clocks, err := newTimekeeper(cfg.Calendar, *cfg.Hours)
	if err != nil {
		return nil, err
	}
	list, err := parseSources(sourcesFile)
	if err != nil {
		return nil, err
	}
	return &Service{db: db, org: people, kinds: kinds, cfg: cfg, clocks: clocks, words: words{few: fewHits}, log: cfg.Log, sources: list}, nil
}

// SetPlaces gives the room the grid. Call it before the first request.
func (s *Service) SetPlaces(p Places) { s.places = p }

// Kinds are the kinds in all editions.
func (s *Service) Kinds() *kind.Set { return s.kinds }

// kindOf is the kind that a matter was opened under.
func (s *Service) kindOf(m *Matter) (*kind.Kind, error) {
	if k := s.kinds.Edition(m.Kind, m.Edition); k != nil {
		return k, nil
	}
	return nil, fault.Newf(fault.Unavailable, "kind_missing", "事项类别“%s”（%s 版）的定义文件不在了，请联系管理员恢复", m.Kind, m.Edition)
}

// before is the fault point of a step.
func (s *Service) before(step string) error {
	if s.cfg.Fault == nil {
		return nil
	}
	return s.cfg.Fault(step)
}

// work is one change under way: a transaction, who does it, and who is who.
type work struct {
	*store.Tx
	ctx context.Context
	s   *Service
	me  *self
	dir *org.Directory

	wasAsked, isAbroad bool   // see abroad
	looked             *found // see lookup
	lookedFor          string
	excluded           func(*org.Seat) bool // posts that the ball must pass by, nil none

	// What the system writes because an account asked for it stands on the record under that
	// account and its post.
	behalf     *self
	behalfPost int64
}

// update runs a change as the actor of ctx.
func (s *Service) update(ctx context.Context, action access.Action, fn func(*work) error) error {
	me, err := s.self(ctx, action)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *store.Tx) error { return fn(&work{Tx: tx, ctx: ctx, s: s, me: me, dir: me.dir}) })
}

// self is the actor with posts and units.
type self struct {
	access.Actor
	dir    *org.Directory
	posts  []int64
	units  []int64
	seats  []*org.Seat
	person int64
}

// self finds the actor and checks that it holds one of the actions somewhere.
func (s *Service) self(ctx context.Context, actions ...access.Action) (*self, error) {
	a, err := access.RequireAnywhere(ctx, actions[0])
	for _, other := range actions[1:] {
		if err == nil {
			break
		}
		a, err = access.RequireAnywhere(ctx, other)
	}
	if err != nil {
		return nil, err
	}
	dir, err := s.org.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return selfOf(dir, a), nil
}

// selfOf is an actor with its posts and units.
func selfOf(dir *org.Directory, a access.Actor) *self {
	me := &self{Actor: a, dir: dir, person: dir.Persons[a.Account]}
	for _, g := range a.Grants() {
		seat := dir.Posts[g.Post]
		if seat == nil {
			continue
		}
		me.posts, me.units, me.seats = append(me.posts, seat.ID), append(me.units, seat.Unit), append(me.seats, seat)
	}
	return me
}

// reader is whoever may see matters at all: by region, or as a party of single ones.
func (s *Service) reader(ctx context.Context) (*self, error) {
	return s.self(ctx, access.MatterRead, access.MatterAct, access.MatterReport)
}

func object(id int64) string { return fmt.Sprintf("matter/%d", id) }
