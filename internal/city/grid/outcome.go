package grid

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"qingshan/internal/city/matter"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/indicator"
	"qingshan/internal/rules/region"
)

// Outcome is how well the grid of an area works, by what it found and what others found.
type Outcome struct {
	Region    region.Code
	Cell      int64
	Name      string
	Found     int
	Own       int
	Others    int
	Missed    int
	Roadside  int            // of the missed: visible from the road
	Discovery indicator.Rate // 自主发现率
	Missing   indicator.Rate // 漏报率
	OnTime    indicator.Rate // 处置及时率
	Return    indicator.Rate // 返工: problems sent back ÷ handed in
	Recurring indicator.Rate // 重复率
	Trivial   indicator.Rate // share of trivial findings
	// Median and 90th percentile in ms, −1 of none: from seen to on record, from there to the
	// first act, from seen to closed.
	Find, Act, Close [2]int64

	find, act, done []int64
}

// Outcomes are those of the parts of a region and their total.
type Outcomes struct {
	Region   region.Code
	From, To int64
	Rows     []Outcome // ranked ones first, the lowest discovery rate on top
	Ranked   int
	Total    Outcome
}

// inside are the sources of the grid's own side; what they report counts for neither.
var inside = []string{"township", "enterprise"}

// Outcome measures the parts of a region: by cell, town or county. Needs grid.read.
func (s *Service) Outcome(ctx context.Context, r region.Code, from, to int64, by string) (Outcomes, error) {
	out := Outcomes{Region: r, From: from, To: to}
	if _, err := access.Require(ctx, access.GridRead, r); err != nil {
		return out, err
	}
	if s.cfg.Matters == nil {
		return out, fault.New(fault.Unavailable, "no_matters", "事项尚未启用，没有成效可算")
	}
	if from >= to || to-from > 1100*calendar.MsPerDay {
		return out, fault.New(fault.Invalid, "period", "起止日期有误，最长三年")
	}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		st, err := s.state(ctx, tx)
		if err != nil {
			return err
		}
		list, err := s.cfg.Matters.Measured(ctx, tx, r, from, to)
		if err != nil {
			return err
		}
		missed, err := readMissed(ctx, tx, r, from, to)
		if err != nil {
			return err
		}
		out.fill(st, list, missed, by, s.rules.risk(dayOf(tx)))
		return nil
	})
	return out, err
}

func (o *Outcomes) fill(st *state, list []matter.Finding, missed map[int64]bool, by string, risk Risk) {
	rows := map[string]*Outcome{}
	var order []*Outcome
	part := func(region region.Code, cell int64, name string) *Outcome {
		key := fmt.Sprint(region, "/", cell)
		if rows[key] == nil {
			rows[key] = &Outcome{Region: region, Cell: cell, Name: name}
			order = append(order, rows[key])
		}
		return rows[key]
	}
	for _, c := range st.cells { // areas without a problem are shown as well
		if region.Contains(o.Region, c.Region) && (by == "town" && c.Tier == 3 || by == "county" && c.Tier == 2) {
			part(c.Region, 0, c.Name)
		}
	}
	for _, f := range list {
		if !f.Patrol {
			continue // nobody on patrol could have found it
		}
		road, isMissed := missed[f.ID]
		o.Total.count(f, isMissed, road, risk)
		if x := o.partOf(st, f, by, part); x != nil {
			x.count(f, isMissed, road, risk)
		}
	}
	var all []Outcome
	for _, x := range order {
		x.finish()
		all = append(all, *x)
	}
	slices.SortFunc(all, func(a, b Outcome) int {
		if a.Region != b.Region {
			return int(sortable(a.Region) - sortable(b.Region))
		}
		return int(a.Cell - b.Cell)
	})
	ranked, shown := indicator.Rank(all, func(x Outcome) indicator.Rate { return x.Discovery }, indicator.Smallest)
	o.Rows, o.Ranked = append(ranked, shown...), len(ranked)
	o.Total.Region = o.Region
	o.Total.finish()
}

func sortable(r region.Code) int64 {
	var n int64
	fmt.Sscan(string(r), &n)
	return n
}

func (o *Outcomes) partOf(st *state, f matter.Finding, by string, part func(region.Code, int64, string) *Outcome) *Outcome {
	level := map[string]region.Level{"town": region.Town, "county": region.County}[by]
	if by == "cell" {
		if c := st.cells[f.Cell]; c != nil {
			return part(c.Region, c.ID, c.Name)
		}
		return nil
	}
	if code, ok := f.Region.Ancestor(level); ok {
		return part(code, 0, "")
	}
	return nil
}

func (x *Outcome) count(f matter.Finding, missed, road bool, risk Risk) {
	x.Found++
	own := f.Source == "grid"
	switch {
	case own:
		x.Own++
		hit(&x.Discovery, true)
		hit(&x.Missing, false)
		quick := f.ClosedAt > 0 && f.Reworks == 0 && f.ClosedAt-f.OpenedAt < int64(risk.TrivialMin)*calendar.MsPerMinute
		hit(&x.Trivial, quick)
	case !slices.Contains(inside, f.Source):
		x.Others++
		hit(&x.Discovery, false)
		if missed {
			x.Missed++
			hit(&x.Missing, true)
			if road {
				x.Roadside++
			}
		}
	}
	if f.ClosedAt > 0 || f.Late {
		hit(&x.OnTime, f.ClosedAt > 0 && !f.Late)
	}
	if f.DoneAt > 0 {
		hit(&x.Return, f.Reworks > 0)
	}
	if f.ClosedAt > 0 || f.Recurrences > 0 {
		hit(&x.Recurring, f.Recurrences > 0)
	}
	x.find = append(x.find, f.OpenedAt-f.FoundAt)
	if f.ActedAt > 0 {
		x.act = append(x.act, f.ActedAt-f.OpenedAt)
	}
	if f.ClosedAt > 0 {
		x.done = append(x.done, f.ClosedAt-f.FoundAt)
	}
}

func (x *Outcome) finish() {
	for _, d := range []struct {
		to   *[2]int64
		list []int64
	}{{&x.Find, x.find}, {&x.Act, x.act}, {&x.Close, x.done}} {
		*d.to = [2]int64{indicator.Percentile(d.list, 50), indicator.Percentile(d.list, 90)}
	}
	x.find, x.act, x.done = nil, nil, nil
}

// MissedJob looks for missed problems among what others found.
const MissedJob = "grid.missed"

// Register lets the runner do the room's jobs.
func (s *Service) Register(r *jobs.Runner) {
	r.Handle(MissedJob, func(ctx context.Context, _ jobs.Job) error {
		now := s.db.Clock().Now().UnixMilli()
		_, err := s.Judge(ctx, now-3*calendar.MsPerDay, now+1)
		return err
	})
	r.AddSchedule(jobs.Schedule{Name: MissedJob, Kind: MissedJob, Spec: "*/5 * * * *"})
}

// Judge looks at the problems that others reported from an instant to another and records
// those that the cell's own patrol missed: its last two looks had found nothing though the
// problem was there, or a look was due and nobody came. Each is judged once; it gives how
// many were missed. Needs the system.
func (s *Service) Judge(ctx context.Context, from, to int64) (int, error) {
	if a, _ := access.From(ctx); !a.IsSystem() {
		return 0, fault.New(fault.Forbidden, "system_only", "由系统自动办理")
	}
	n := 0
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		n = 0
		st, err := s.state(ctx, tx)
		if err != nil {
			return err
		}
		list, err := s.cfg.Matters.Findings(ctx, tx, "", from, to)
		if err != nil {
			return err
		}
		for _, f := range list {
			if f.Source == "grid" || slices.Contains(inside, f.Source) || !f.Patrol {
				continue
			}
			missed, err := s.judge(ctx, tx, st, f)
			if err != nil {
				return err
			}
			if missed {
				n++
			}
		}
		return nil
	})
	return n, err
}

func (s *Service) judge(ctx context.Context, tx *store.Tx, st *state, f matter.Finding) (bool, error) {
	c := st.cells[f.Cell]
	if c == nil && f.At != nil {
		if at := st.leafIndex.Find(nil, *f.At); len(at) > 0 {
			c = st.leaves[at[0]]
		}
	}
	if c == nil {
		return false, nil
	}
	risk := s.rules.risk(calendar.DayOf(f.FoundAt))
	cond, args := "cell = $1 AND at < $2", []any{c.ID, f.FoundAt}
	var o Object
	began, class := c.ShapedAt, "normal"
	if f.At != nil {
		if i := st.nearest(c.ID, *f.At, float64(risk.NearM)); i >= 0 {
			x := st.sources[i]
			o, began, class = Object{ofSource, x.ID}, x.FromAt, x.Class
			cond, args = cond+" AND kind = $3 AND object = $4", append(args, o.Kind, o.ID)
		}
	}
	visits, err := visitsWhere(ctx, tx, cond+" ORDER BY at DESC LIMIT 2", args...)
	if err != nil {
		return false, err
	}
	set, err := s.setting(ctx, tx, c.Region)
	if err != nil {
		return false, err
	}
	basis := missedBy(f, visits, began, set.Norms.For(Leaf, class), risk)
	if basis == "" {
		return false, s.withdraw(ctx, tx, c, f)
	}
	ids := []int64{}
	for _, v := range visits {
		ids = append(ids, v.ID)
	}
	return s.miss(ctx, tx, c, o, f, basis, ids)
}

// missedBy says on what ground a problem that others found was missed: "looked", "unlooked",
// or "" when it was not. The looks are the last two before it was found, newest first.
func missedBy(f matter.Finding, looks []Visit, began int64, n Norm, risk Risk) string {
	if len(looks) == 2 && looks[0].Result == "none" && looks[1].Result == "none" {
		since := f.Since
		if since == 0 {
			since = f.FoundAt - int64(risk.AssumeH)*calendar.MsPerHour
		}
		if since <= looks[0].At {
			return "looked"
		}
	}
	if len(looks) > 0 {
		began = max(began, looks[0].At)
	}
	if days := int64(n.Days()); days > 0 && began+days*calendar.MsPerDay < f.FoundAt {
		return "unlooked"
	}
	return ""
}

// miss records a missed problem once.
func (s *Service) miss(ctx context.Context, tx *store.Tx, c *Cell, o Object, f matter.Finding, basis string, visits []int64) (bool, error) {
	ids, err := json.Marshal(visits)
	if err != nil {
		return false, err
	}
	res, err := tx.Exec(ctx, `INSERT INTO grid_missed (matter, cell, region, kind, object, category, roadside, basis, visits, found_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (matter) DO NOTHING`,
		f.ID, c.ID, string(c.Region), o.Kind, o.ID, f.Category, flag(f.Roadside), basis, string(ids), f.FoundAt, tx.NowMS())
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	return true, audit.Log(ctx, tx, audit.Entry{Action: "grid.missed", Object: fmt.Sprintf("matter/%d", f.ID), Region: c.Region,
		Summary: "认定漏报：" + c.Name, Detail: map[string]any{"cell": c.ID, "basis": basis, "visits": visits}})
}

// withdraw takes a finding of missing back when it turns out that the problem began later than
// the look that was held against it.
func (s *Service) withdraw(ctx context.Context, tx *store.Tx, c *Cell, f matter.Finding) error {
	res, err := tx.Exec(ctx, "DELETE FROM grid_missed WHERE matter = $1", f.ID)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "grid.missed.withdraw", Object: fmt.Sprintf("matter/%d", f.ID), Region: c.Region,
		Summary: "撤销漏报认定：" + c.Name, Detail: map[string]any{"cell": c.ID, "since": calendar.FormatTime(f.Since)}})
}
