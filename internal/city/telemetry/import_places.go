package telemetry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/importer"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
	"qingshan/internal/rules/standard"
)

// importPlaces finds the sites that a file means. It is asked by the reading goroutine; what
// the register does not have yet is drafted by the judging one.
type importPlaces struct {
	ctx    context.Context
	run    *importRun
	in     *Intake
	feed   *feeder
	drafts *siteDrafts
	stale  bool // the intake's directory lacks sites drafted since

	mu    sync.Mutex
	dir   *Directory
	codes []string
	at    map[string]int // code → place
}

func newImportPlaces(ctx context.Context, r *importRun, in *Intake) *importPlaces {
	return &importPlaces{ctx: ctx, run: r, in: in, dir: in.Directory(), drafts: newSiteDrafts(in.Directory().Sites()), at: map[string]int{}}
}

// Place implements importer.Places. A site that the actor may not import for is as good as
// unknown.
func (p *importPlaces) Place(n importer.Name, day calendar.Day) (int, bool, importer.Reason) {
	p.mu.Lock()
	s, ok, why := p.dir.Find(n, day)
	if !ok && n.Code == "" && n.Station == "" { // a wide file's column may be any code
		if byCode, found := p.dir.Code(n.City); found {
			s, ok = byCode, true
		}
	}
	p.mu.Unlock()
	switch {
	case ok:
		if !p.run.actor.Can(access.ImportRun, s.Region) {
			return 0, false, importer.Reason{}
		}
		return p.number(s.Code), true, importer.Reason{}
	case why.Code != "unknown_place" || !p.creatable(n):
		return 0, false, why
	}
	q := &question{name: n, reply: make(chan placed, 1)}
	if err := p.feed.flush(); err != nil {
		return 0, false, why
	}
	if err := p.feed.send(message{ask: q}); err != nil {
		return 0, false, why
	}
	a := <-q.reply
	return a.place, a.ok, a.why
}

func (p *importPlaces) number(code string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i, ok := p.at[code]; ok {
		return i
	}
	p.at[code] = len(p.codes)
	p.codes = append(p.codes, code)
	return len(p.codes) - 1
}

func (p *importPlaces) code(place int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.codes[place]
}

// creatable tells whether a name may be registered: a city of the table of prefectures, or a
// station of one when that was asked for.
func (p *importPlaces) creatable(n importer.Name) bool {
	if n.Code != "" || n.Station != "" && !p.run.opt.CreateStations {
		return false
	}
	_, ok := cityOf(p.run.m.reg, n.City)
	return ok
}

// create drafts a city or station. It runs in the judging goroutine.
func (p *importPlaces) create(n importer.Name) (placed, error) {
	unknown := placed{why: importer.Reason{Code: "unknown_place", Arg: strings.TrimSpace(n.City + " " + n.Station)}}
	city, ok := cityOf(p.run.m.reg, n.City)
	if !ok {
		return unknown, nil
	}
	spec, err := citySpec(city)
	if err != nil {
		return unknown, err
	}
	specs := []SiteSpec{spec}
	if n.Station != "" {
		station := SiteSpec{Code: stationCode(city, n), Name: n.Station, Kind: National, Region: stationRegion(spec.Region), Counted: true}
		specs = append(specs, station)
	}
	var made Site
	for _, s := range specs {
		made, _, err = p.drafts.put(p.ctx, s)
		switch {
		case fault.Is(err, fault.NotFound), fault.Is(err, fault.Forbidden):
			return unknown, nil // not the actor's to register
		case fault.Is(err, fault.Conflict), fault.Is(err, fault.Invalid):
			return placed{why: importer.Reason{Code: "ambiguous_place", Arg: unknown.why.Arg}}, nil
		case err != nil:
			return unknown, err
		}
	}
	p.stale = true
	return placed{place: p.number(made.Code), ok: true}, nil
}

// refresh brings the intake's and the own copy of the register up to date.
func (p *importPlaces) refresh() {
	if !p.stale {
		return
	}
	d := p.drafts.directory()
	p.in.dir, p.stale = d, false
	p.mu.Lock()
	p.dir = d
	p.mu.Unlock()
}

// cityOf finds a city in the table of prefectures by its long, short or older name.
func cityOf(reg *standard.Registry, name string) (standard.City, bool) {
	if c, ok := reg.City(name); ok {
		return c, true
	}
	return reg.City(cityShort(name))
}

func citySpec(c standard.City) (SiteSpec, error) {
	code := fmt.Sprintf("%06d", c.Adcode)
	r, err := region.Parse(code)
	if err != nil {
		return SiteSpec{}, errors.Join(errors.New("table of cities"), err)
	}
	return SiteSpec{Code: code, Name: c.Name, Kind: City, Region: r, Aliases: append([]string{c.Short}, c.Aliases...)}, nil
}

// stationRegion is where a city's stations lie when no more is known: the city itself, in a
// municipality its districts as a whole (市辖区, 01).
func stationRegion(city region.Code) region.Code {
	if city.Level() != region.Province {
		return city
	}
	return region.MustParse(city.Short() + "01")
}

// stationCode names a station without a code of its own: the city's code and its name.
func stationCode(c standard.City, n importer.Name) string {
	return fmt.Sprintf("%06d-%s", c.Adcode, importer.ParseStationName(n.Station).Base)
}
