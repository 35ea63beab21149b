package grid

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"hash/crc32"
	"slices"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/indicator"
	"qingshan/internal/rules/region"
)

// FaultKind is what can be wrong with the cover of a region.
type FaultKind string

// The kinds, in the order of the list to mend.
const (
	FaultGap        FaultKind = "gap"        // nobody's ground
	FaultOverlap    FaultKind = "overlap"    // two cells' ground
	FaultSpill      FaultKind = "outside"    // a cell over the border
	FaultVacant     FaultKind = "vacant"     // a post without a person for more than 7 days
	FaultUnbound    FaultKind = "unbound"    // a source in no cell
	FaultDouble     FaultKind = "double"     // a source in two
	FaultOverloaded FaultKind = "overloaded" // a person in too many cells
	FaultBlind      FaultKind = "blind"      // no look for more than twice the norm's period
)

var faultOrder = []FaultKind{FaultGap, FaultOverlap, FaultSpill, FaultVacant, FaultUnbound, FaultDouble, FaultOverloaded, FaultBlind}

func (k FaultKind) order() int { return slices.Index(faultOrder, k) }

// Fault is one thing to mend.
type Fault struct {
	ID         string
	Kind       FaultKind
	Where      string // town
	Cell       int64
	Cells      []int64 // all that have to do with it
	Objects    []Object
	Name       string // of the cell, the source or the post
	Situation  string
	Area       float64 // m²
	Since      int64   // ms UTC
	Who        string
	Action     string // absorb, release, appoint, bind, relieve, patrol
	ActionText string
	Shape      geo.Shape
	At         geo.Point
}

func (f Fault) named(key string) Fault {
	f.ID = fmt.Sprintf("%s-%08x", f.Kind, crc32.ChecksumIEEE([]byte(string(f.Kind)+key)))
	if f.At.IsZero() && !f.Shape.IsEmpty() {
		f.At = f.Shape.Centre()
	}
	return f
}

// Coverage says who looks after a region and where nobody does.
type Coverage struct {
	Region   region.Code
	At       int64 // ms UTC
	Setting  Setting
	Cells    int
	Staffed  indicator.Rate // 网格员到位: cells whose officers (and the others it needs) are there
	Posts    indicator.Rate // 人员到位率: posts filled ÷ posts needed
	Bound    indicator.Rate // 入格率: sources in exactly one cell ÷ all
	Villages indicator.Rate // 网格覆盖率: area of the territory that is nobody's taken off, in ha
	Visited  indicator.Rate // 点位到访率 of seven days: places that were due and seen ÷ due
	Towns    int
	Faults   []Fault
}

// Coverage examines a region. Needs grid.read.
func (s *Service) Coverage(ctx context.Context, r region.Code) (out Coverage, err error) {
	if _, err := access.Require(ctx, access.GridRead, r); err != nil {
		return out, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		out, err = s.coverage(ctx, tx, r)
		return err
	})
	return out, err
}

func (s *Service) coverage(ctx context.Context, tx *store.Tx, r region.Code) (Coverage, error) {
	out := Coverage{Region: r, At: tx.NowMS()}
	st, err := s.state(ctx, tx)
	if err != nil {
		return out, err
	}
	g, err := s.ground(ctx, st, r)
	if err != nil {
		return out, err
	}
	set, err := s.settings(ctx, tx)
	if err != nil {
		return out, err
	}
	out.Setting = set.of(r)
	out.Cells, out.Faults, out.Bound = len(g.leaves), slices.Clone(g.faults), g.bound
	hectares, empty := int64(g.territory.Area()/1e4), 0.0
	for _, f := range g.faults {
		if f.Kind == FaultGap {
			empty += f.Area
		}
	}
	out.Villages = indicator.Rate{Num: hectares - int64(empty/1e4), Den: hectares}
	x := &examiner{s: s, st: st, out: &out, day: dayOf(tx), leaves: map[int64]*Cell{}, set: set, risk: s.rules.risk(dayOf(tx))}
	towns := map[int64]bool{}
	for _, c := range g.leaves {
		x.leaves[c.ID] = c
		towns[c.Parent] = true
	}
	out.Towns = len(towns)
	seats, err := s.seats(ctx, tx, st, func(cell int64) bool { return x.leaves[cell] != nil }, set)
	if err != nil {
		return out, err
	}
	x.vacancies(g.leaves, seats)
	x.loads(g.leaves, seats)
	looks, err := readLooks(ctx, tx, r)
	if err != nil {
		return out, err
	}
	x.blindSpots(g.leaves, looks)
	slices.SortStableFunc(out.Faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Kind.order(), b.Kind.order()), cmp.Compare(a.Since, b.Since))
	})
	return out, nil
}

// examiner adds what hangs on people and days to a cover.
type examiner struct {
	s      *Service
	st     *state
	out    *Coverage
	day    calendar.Day
	leaves map[int64]*Cell
	set    settings
	risk   Risk
}

// vacancies counts the posts that the role set needs. One that is empty for more than the
// allowed days is a gap.
func (x *examiner) vacancies(leaves []*Cell, seats map[int64][]Seat) {
	for _, c := range leaves {
		there := true
		for _, m := range x.set.of(c.Region).Roles.needs(c.Tier) {
			x.out.Posts.Den++
			since, filled := vacantSince(c, m, seats[c.ID])
			if filled {
				x.out.Posts.Num++
				continue
			}
			if int(x.day-since) <= x.risk.VacantDays {
				continue
			}
			there = false
			x.out.Faults = append(x.out.Faults, Fault{Kind: FaultVacant, Name: m.Name, Situation: c.Name, Cell: c.ID, Cells: []int64{c.ID},
				Where: x.st.townName(c), Who: x.st.townName(c), Since: since.Start(), Action: "appoint", ActionText: "催补", At: c.Shape.Centre(),
				Shape: c.Shape}.named(fmt.Sprintf("%d-%s", c.ID, m.ID)))
		}
		x.out.Staffed.Den++
		if there {
			x.out.Staffed.Num++
		}
	}
}

// vacantSince is the day from which nobody does the work of a member in a cell.
func vacantSince(c *Cell, m Member, seats []Seat) (calendar.Day, bool) {
	since := calendar.DayOf(c.ShapedAt)
	for _, x := range seats {
		if x.Role != m.ID {
			continue
		}
		if x.filled() {
			return 0, true
		}
		day := x.From
		if x.Sitting.Since != "" {
			day = x.Sitting.Since
		}
		if d, err := calendar.ParseDay(day); err == nil {
			since = d
		}
	}
	return since, false
}

// loads finds persons who are chief or officer in too many cells. It names the post.
func (x *examiner) loads(leaves []*Cell, seats map[int64][]Seat) {
	type load struct {
		seat  Seat
		cells []*Cell
	}
	by := map[int64]*load{}
	var order []int64
	for _, c := range leaves {
		seen := map[int64]bool{}
		for _, seat := range seats[c.ID] {
			p := seat.Sitting.Person.ID
			if d := seat.Duty; p == 0 || seen[p] || d != "chief" && d != "officer" {
				continue
			}
			seen[p] = true
			if by[p] == nil {
				by[p] = &load{seat: seat}
				order = append(order, p)
			}
			by[p].cells = append(by[p].cells, c)
		}
	}
	for _, p := range order {
		l := by[p]
		if len(l.cells) <= x.risk.MostCells {
			continue
		}
		f := Fault{Kind: FaultOverloaded, Name: l.seat.Sitting.UnitName + l.seat.Sitting.Name, Situation: fmt.Sprintf("一人兼 %d 格", len(l.cells)),
			Cell: l.cells[0].ID, Where: x.st.townName(l.cells[0]), Who: x.st.townName(l.cells[0]), Action: "relieve", ActionText: "减格", At: l.cells[0].Shape.Centre()}
		for _, c := range l.cells {
			f.Cells = append(f.Cells, c.ID)
		}
		if d, err := calendar.ParseDay(l.seat.From); err == nil {
			f.Since = d.Start()
		}
		x.out.Faults = append(x.out.Faults, f.named(fmt.Sprint(p)))
	}
}

// look is when an object was last looked at.
type look struct{ last, before int64 } // before: last one before the seven days

// readLooks reads the looks of a region in the time that matters to any norm. The zero
// object stands for the cell as a whole: any look in it.
func readLooks(ctx context.Context, tx *store.Tx, r region.Code) (map[int64]map[Object]look, error) {
	now := tx.NowMS()
	week := now - 7*calendar.MsPerDay
	rows, err := tx.Query(ctx, `SELECT v.cell, v.kind, v.object, MAX(v.at), COALESCE(MAX(CASE WHEN v.at < $1 THEN v.at END), 0)
		FROM grid_cell c JOIN grid_visit v ON v.cell = c.id WHERE c.region LIKE $2 AND v.at >= $3 GROUP BY v.cell, v.kind, v.object`,
		week, r.Short()+"%", now-100*calendar.MsPerDay)
	out := map[int64]map[Object]look{}
	_, err = collect(rows, err, func(rows *sql.Rows) (_ struct{}, err error) {
		var cell int64
		var o Object
		var l look
		if err = rows.Scan(&cell, &o.Kind, &o.ID, &l.last, &l.before); err != nil {
			return
		}
		if out[cell] == nil {
			out[cell] = map[Object]look{}
		}
		out[cell][o] = l
		any := out[cell][Object{}]
		out[cell][Object{}] = look{max(any.last, l.last), max(any.before, l.before)}
		return
	})
	return out, err
}

// blindSpots finds cells without a look for more than twice the shortest period of their
// sources, and counts the places that were due in seven days and seen.
func (x *examiner) blindSpots(leaves []*Cell, looks map[int64]map[Object]look) {
	now := x.out.At
	week := now - 7*calendar.MsPerDay
	for _, c := range leaves {
		shortest, first, norms := 0, now, x.set.of(c.Region).Norms
		for _, i := range x.st.held[c.ID] {
			source := x.st.sources[i]
			period := norms.For(c.Tier, source.Class).Days()
			if period == 0 {
				continue
			}
			if shortest == 0 || period < shortest {
				shortest = period
			}
			first = min(first, source.FromAt)
			l := looks[c.ID][Object{ofSource, source.ID}]
			base := max(l.before, source.FromAt)
			if base+int64(period)*calendar.MsPerDay <= now {
				x.out.Visited.Den++
				if l.last >= week {
					x.out.Visited.Num++
				}
			}
		}
		if shortest == 0 {
			continue
		}
		seen := max(looks[c.ID][Object{}].last, first)
		if late := seen + 2*int64(shortest)*calendar.MsPerDay; late < now {
			x.out.Faults = append(x.out.Faults, Fault{Kind: FaultBlind, Name: c.Name, Situation: "超两倍周期未到", Cell: c.ID, Cells: []int64{c.ID},
				Where: x.st.townName(c), Since: late, Who: "乡网格长", Action: "patrol", ActionText: "派巡", At: c.Shape.Centre(), Shape: c.Shape}.named(fmt.Sprint(c.ID)))
		}
	}
}

// Age is how long a fault has stood, in whole days.
func (f Fault) Age(now int64) int {
	return int(time.Duration(now-f.Since) * time.Millisecond / (24 * time.Hour))
}
