package grid

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/indicator"
	"qingshan/internal/rules/region"
)

// Duty says whether the people of an area's grid are there and look where the norms want
// them to (governance.md §4.3).
type Duty struct {
	Region   region.Code
	Villages indicator.Rate // 网格覆盖率: villages with a leaf cell ÷ all
	Posts    indicator.Rate // roles filled ÷ roles required
	Trained  indicator.Rate // 人员到位率: roles filled and trained ÷ roles required
	Slots    indicator.Rate // 巡查完成率: norm slots fulfilled ÷ due
	Night    indicator.Rate // of these the slots between 18:00 and 06:00
	Points   indicator.Rate // 点位到访率: distinct points visited ÷ due
	Excused  int            // slots that fell on excused days: in neither
}

// Unseen is a source without a look of the norm's kind for more than twice its period.
type Unseen struct {
	Source *Source
	Cell   *Cell
	Tier   int // of whoever should have looked
	Night  bool
	Since  int64 // the last such look, or when it was registered
}

// Duties are those of the towns of a region and their total.
type Duties struct {
	Region   region.Code
	From, To int64
	Total    Duty
	Rows     []Duty // by town
	Unseen   []Unseen
}

// maxUnseen bounds the list of sources that nobody sees.
const maxUnseen = 500

// Duties measures the last days (1 to 92) of a region. Needs grid.read.
func (s *Service) Duties(ctx context.Context, r region.Code, days int) (Duties, error) {
	out := Duties{Region: r}
	if _, err := access.Require(ctx, access.GridRead, r); err != nil {
		return out, err
	}
	if days < 1 || days > 92 {
		return out, fault.New(fault.Invalid, "days", "天数应在 1 至 92 之间")
	}
	dir, err := s.org.Directory(ctx)
	if err != nil {
		return out, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		out.To = tx.NowMS()
		out.From = out.To - int64(days)*calendar.MsPerDay
		d := &dutyCount{s: s, out: &out, by: map[region.Code]*Duty{}}
		if err := d.read(ctx, tx); err != nil {
			return err
		}
		d.villages(dir.Regions)
		d.people()
		d.slots()
		for _, row := range d.by {
			out.Rows = append(out.Rows, *row)
		}
		return nil
	})
	slices.SortFunc(out.Rows, func(a, b Duty) int { return cmp.Compare(a.Region, b.Region) })
	slices.SortFunc(out.Unseen, func(a, b Unseen) int { return int(a.Since - b.Since) })
	out.Unseen = out.Unseen[:min(len(out.Unseen), maxUnseen)]
	return out, err
}

// dutyCount holds what a count of duties reads.
type dutyCount struct {
	s       *Service
	st      *state
	set     settings
	out     *Duties
	by      map[region.Code]*Duty
	seats   map[int64][]Seat
	trained map[int64]calendar.Day // person → newest training
	day     calendar.Day
	visits  map[Object][]seen // rising
	excused map[int64][]calendar.Interval
}

// seen is a look as the norms count it.
type seen struct {
	at    int64
	night bool
	tier  int // the widest that the post which looked serves
}

func (d *dutyCount) read(ctx context.Context, tx *store.Tx) (err error) {
	d.day = dayOf(tx)
	if d.st, err = d.s.state(ctx, tx); err != nil {
		return err
	}
	if d.set, err = d.s.settings(ctx, tx); err != nil {
		return err
	}
	in := func(id int64) bool { c := d.st.cells[id]; return c != nil && region.Contains(d.out.Region, c.Region) }
	if d.seats, err = d.s.seats(ctx, tx, d.st, in, d.set); err != nil {
		return err
	}
	if d.trained, err = readTrained(ctx, tx); err != nil {
		return err
	}
	if d.excused, err = readExcused(ctx, tx, d.out.From); err != nil {
		return err
	}
	return d.readVisits(ctx, tx)
}

// lookBack is how far the looks are read: twice the longest period before the first day.
const lookBack = 60 * calendar.MsPerDay

func (d *dutyCount) readVisits(ctx context.Context, tx *store.Tx) error {
	posts, err := postsOn(ctx, tx, today(tx))
	if err != nil {
		return err
	}
	tiers := map[int64]int{}
	for _, p := range posts {
		if c := d.st.cells[p.Cell]; c != nil && (tiers[p.Post] == 0 || c.Tier < tiers[p.Post]) {
			tiers[p.Post] = c.Tier
		}
	}
	d.visits = map[Object][]seen{}
	rows, err := tx.Query(ctx, `SELECT v.kind, v.object, v.at, v.night, v.post FROM grid_cell c JOIN grid_visit v ON v.cell = c.id
		WHERE c.region LIKE $1 AND v.at >= $2 AND v.at <= $3 AND v.kind = 'source' ORDER BY v.at`, d.out.Region.Short()+"%", d.out.From-lookBack, d.out.To)
	_, err = collect(rows, err, func(r *sql.Rows) (_ struct{}, err error) {
		var o Object
		var v seen
		var night int
		var post int64
		if err = r.Scan(&o.Kind, &o.ID, &v.at, &night, &post); err == nil {
			v.night, v.tier = night == 1, Leaf
			if t := tiers[post]; t != 0 {
				v.tier = t
			}
			d.visits[o] = append(d.visits[o], v)
		}
		return
	})
	return err
}

// row is the town's, and the total's, duty that an area counts for.
func (d *dutyCount) row(r region.Code) []*Duty {
	town, ok := r.Ancestor(region.Town)
	if !ok {
		return []*Duty{&d.out.Total}
	}
	if d.by[town] == nil {
		d.by[town] = &Duty{Region: town}
	}
	return []*Duty{&d.out.Total, d.by[town]}
}

func (d *dutyCount) villages(names map[region.Code]string) {
	d.out.Total.Region = d.out.Region
	leaf := map[region.Code]bool{}
	for _, c := range d.st.leaves {
		leaf[c.Region] = true
	}
	for code := range names {
		if code.Level() == region.Village && region.Contains(d.out.Region, code) {
			for _, row := range d.row(code) {
				hit(&row.Villages, leaf[code])
			}
		}
	}
}

// people counts the roles that every cell of the region must have.
func (d *dutyCount) people() {
	months := d.s.rules.risk(d.day).TrainM
	for _, c := range d.st.cells {
		if !region.Contains(d.out.Region, c.Region) {
			continue
		}
		for _, m := range d.set.of(c.Region).Roles.needs(c.Tier) {
			filled, trained := false, false
			for _, x := range d.seats[c.ID] {
				if x.Role == m.ID && x.filled() {
					filled, trained = true, trained || d.isTrained(x, months)
				}
			}
			for _, row := range d.row(c.Region) {
				hit(&row.Posts, filled)
				hit(&row.Trained, trained)
			}
		}
	}
}

// isTrained tells whether who does the work of a seat was trained lately; months 0 asks for
// no training.
func (d *dutyCount) isTrained(x Seat, months int) bool {
	who := x.Sitting.Person.ID
	if x.StandIn != nil && x.StandIn.Person.ID != 0 {
		who = x.StandIn.Person.ID
	}
	last, known := d.trained[who]
	year, month, day := last.Civil()
	return months == 0 || known && calendar.Date(year, month+time.Month(months), day) >= d.day
}

func hit(r *indicator.Rate, yes bool) {
	r.Den++
	if yes {
		r.Num++
	}
}
