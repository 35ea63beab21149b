package situation

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
	"qingshan/internal/rules/standard"
)

// Sites is what the room needs of telemetry.
type Sites interface {
	Sites(ctx context.Context, f telemetry.SiteFilter) ([]telemetry.Site, error)
	Origins(ctx context.Context, ids map[int64]bool) (map[int64]telemetry.Origin, error)
	Doubts(ctx context.Context, k series.Key, from, to int64) (map[telemetry.DoubtAt]telemetry.Doubt, error)
	Rules() *telemetry.Rules
}

// Config says what the service works for.
type Config struct {
	// City is the prefecture that a request without a region means; "" finds the first one
	// with stations, else with published values.
	City region.Code
	// Synthetic marks every answer as demonstration data.
	Synthetic bool
	// Name gives a region's name; "" when it is not known.
	Name func(ctx context.Context, code region.Code) string
}

// Service answers for the air. It is safe for use by several goroutines.
type Service struct {
	db       *store.DB
	sites    Sites
	cfg      Config
	engines  *engines
	workers  int
	outlooks outlooks
	answers  answers
	readings readings
	serial   atomic.Int64

	mu     sync.Mutex
	boards map[boardKey]*slot
	order  []boardKey // as-of boards, least recently used first
	names  map[region.Code]string
	stale  atomic.Int64 // raised by changes outside the series: targets, dust days
}

type boardKey struct {
	city region.Code
	asOf int64 // ms, 0: live
}

// slot is one board and the lock under which it is made, so that fifty waiting readers cause
// one computation.
type slot struct {
	mu    sync.Mutex
	board atomic.Pointer[board]
}

// keptAsOf is how many looks into the past stay in memory.
const keptAsOf = 4

// New makes the service. Errors: a standard edition that cannot be compiled.
func New(db *store.DB, sites Sites, reg *standard.Registry, cfg Config) (*Service, error) {
	eng, err := newEngines(reg)
	if err != nil {
		return nil, err
	}
	return &Service{db: db, sites: sites, cfg: cfg, engines: eng, workers: runtime.NumCPU(),
		boards: map[boardKey]*slot{}, names: map[region.Code]string{}}, nil
}

// Refresh brings the live boards in memory up to the store and reports whether a number may
// have changed. The server calls it when an event of new or corrected data arrives, and
// every second for changes of other processes.
func (s *Service) Refresh(ctx context.Context) (changed bool, err error) {
	last, err := s.lastChange(ctx)
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	var live []boardKey
	for k := range s.boards {
		if k.asOf == 0 {
			live = append(live, k)
		}
	}
	s.mu.Unlock()
	for _, k := range live {
		fresh, err := s.bring(ctx, k, last)
		if err != nil {
			return changed, err
		}
		changed = changed || fresh
	}
	return changed, nil
}

// Warm computes the default city's board, so that the first page need not wait.
func (s *Service) Warm(ctx context.Context) error {
	city, err := s.defaultCity(ctx)
	if err != nil {
		return nil // nothing imported yet
	}
	b, err := s.boardFor(ctx, city, time.Time{})
	if err != nil || b.through == 0 {
		return err
	}
	set, err := s.targets(ctx, city, b.today.Year(), time.Time{})
	if err != nil {
		return err
	}
	_, err = b.newYear(&s.outlooks, 0, b.lastDay().Year(), "", set)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

func (s *Service) lastChange(ctx context.Context) (last int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		_, last, err = series.Changes(ctx, tx, 1<<62)
		return err
	})
	return last, err
}

// boardFor is a prefecture's board, live or as of an instant.
func (s *Service) boardFor(ctx context.Context, city region.Code, asOf time.Time) (*board, error) {
	k := boardKey{city: city}
	if !asOf.IsZero() {
		k.asOf = asOf.UnixMilli()
	}
	sl := s.slot(k)
	if b := sl.board.Load(); b != nil && b.stale == s.stale.Load() {
		return b, nil
	}
	if _, err := s.bring(ctx, k, -1); err != nil {
		return nil, err
	}
	return sl.board.Load(), nil
}

func (s *Service) slot(k boardKey) *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	sl := s.boards[k]
	if sl == nil {
		sl = &slot{}
		s.boards[k] = sl
	}
	if k.asOf == 0 {
		return sl
	}
	for i, o := range s.order {
		if o == k {
			s.order = append(s.order[:i], s.order[i+1:]...)
			break
		}
	}
	s.order = append(s.order, k)
	if len(s.order) > keptAsOf {
		delete(s.boards, s.order[0])
		s.order = s.order[1:]
	}
	return sl
}

// bring makes a slot's board anew unless it already has the change.
func (s *Service) bring(ctx context.Context, k boardKey, change int64) (fresh bool, err error) {
	sl := s.slot(k)
	sl.mu.Lock()
	defer sl.mu.Unlock()
	stale := s.stale.Load()
	if b := sl.board.Load(); b != nil && b.stale == stale && b.change >= change {
		return false, nil
	}
	var asOf time.Time
	if k.asOf != 0 {
		asOf = time.UnixMilli(k.asOf).In(shanghai)
	}
	f, err := s.load(ctx, k.city, asOf)
	if err != nil {
		return false, err
	}
	s.nameAll(ctx, f)
	b, err := compute(s.engines, f)
	if err != nil {
		return false, fault.Wrap(err, fault.Internal, "board", "空气数据计算失败")
	}
	b.serial, b.stale = s.serial.Add(1), stale
	if old := sl.board.Swap(b); old != nil {
		s.answers.drop(old.serial)
	}
	return true, nil
}

// nameAll fills the names of regions.
func (s *Service) nameAll(ctx context.Context, f *facts) {
	f.city.Name = s.regionName(ctx, region.Code(f.city.Code))
	for i := range f.places {
		f.places[i].Name = s.regionName(ctx, region.Code(f.places[i].Code))
	}
	for i := range f.stations {
		f.stations[i].Region.Name = s.regionName(ctx, region.Code(f.stations[i].Region.Code))
	}
}

func (s *Service) regionName(ctx context.Context, code region.Code) string {
	s.mu.Lock()
	name, ok := s.names[code]
	s.mu.Unlock()
	if ok {
		return name
	}
	if s.cfg.Name != nil {
		name = s.cfg.Name(ctx, code)
	}
	if name == "" {
		if c, ok := s.engines.city(code); ok {
			name = c.Name
		}
	}
	if name == "" {
		return code.GB2260()
	}
	s.mu.Lock()
	s.names[code] = name
	s.mu.Unlock()
	return name
}

func (s *Service) place(code region.Code) Place { return Place{Code: code.String()} }

// defaultCity is the prefecture meant when a request names none.
func (s *Service) defaultCity(ctx context.Context) (region.Code, error) {
	if s.cfg.City != "" {
		return s.cfg.City, nil
	}
	sites, err := s.sites.Sites(access.With(ctx, access.System("situation")), telemetry.SiteFilter{})
	if err != nil {
		return "", err
	}
	for _, want := range []func(telemetry.Site) bool{
		func(x telemetry.Site) bool { return x.Counted },
		func(x telemetry.Site) bool { return x.Kind != telemetry.City },
		func(telemetry.Site) bool { return true },
	} {
		for _, x := range sites {
			if city, ok := x.Region.Ancestor(region.Prefecture); ok && want(x) {
				return city, nil
			}
		}
	}
	return "", fault.New(fault.NotFound, "no_sites", "还没有任何监测点位或城市数据，请先导入")
}

// view is a permitted request: the board, the unit asked for, and its place.
type view struct {
	board *board
	unit  int
	place Place
}

// open checks that the actor may read a region's air and finds its board and unit. A town
// has no value of its own and gets its county's; a county without a station is not found.
func (s *Service) open(ctx context.Context, code region.Code, asOf time.Time) (*view, error) {
	code, err := s.asked(ctx, code)
	if err != nil {
		return nil, err
	}
	if now := s.db.Clock().Now(); asOf.After(now) {
		return nil, fault.New(fault.Invalid, "as_of", "截至时间晚于当前时间，请改为过去的时间")
	}
	city, ok := code.Ancestor(region.Prefecture)
	if !ok {
		if city, err = s.defaultCity(ctx); err != nil {
			return nil, err
		}
	}
	b, err := s.boardFor(ctx, city, asOf)
	if err != nil {
		return nil, err
	}
	if b.through == 0 {
		return nil, fault.New(fault.NotFound, "no_data", "截至所选时间，还没有这个地区的空气数据")
	}
	unit := 0
	if county, ok := code.Ancestor(region.County); ok && county != city {
		if unit, ok = b.unitOf(county); !ok {
			return nil, fault.New(fault.NotFound, "no_station", "这个县（市、区）没有站点，没有它自己的数值")
		}
	}
	return &view{b, unit, b.units[unit].place}, nil
}

// asked is the region of a request after the permission check; "" stands for the widest
// region that the actor may read.
func (s *Service) asked(ctx context.Context, code region.Code) (region.Code, error) {
	if code != "" {
		_, err := access.Require(ctx, access.AirRead, code)
		return code, err
	}
	a, err := access.RequireAnywhere(ctx, access.AirRead)
	if err != nil {
		return "", err
	}
	for _, r := range a.Scopes(access.AirRead) {
		if r != "" {
			return r, nil
		}
	}
	return s.defaultCity(ctx)
}

// meta says what an answer rests on.
func (s *Service) meta(v *view, dust string) Meta {
	m := Meta{Clock: s.db.Clock().Now().Format(time.RFC3339), Region: v.place, DataKind: "raw", DustMode: orText(dust, "observed"),
		Version: v.board.version(), Synthetic: s.cfg.Synthetic, Standard: v.board.rules.Edition.ID, DataTime: hourText(v.board.through)}
	if !v.board.asOf.IsZero() {
		m.AsOf = v.board.asOf.Format(time.RFC3339)
	}
	return m
}

func dayOr(text string, other calendar.Day) (calendar.Day, error) {
	if text == "" {
		return other, nil
	}
	d, err := calendar.ParseDay(text)
	if err != nil {
		return 0, fault.Newf(fault.Invalid, "date", "日期“%s”应写成 2026-08-28 这样的日期", text).WithField("query.date", "应写成 2026-08-28 这样的日期", text)
	}
	return d, nil
}
