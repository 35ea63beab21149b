package grid

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"qingshan/internal/city/matter"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// What the grid says about a problem that others found: missed in one of two ways, there while
// a patrol was due, or not there while one was.
const (
	verdictLooked   = "looked"
	verdictUnlooked = "unlooked"
	verdictDue      = "due"
	verdictNone     = "none"
)

// MissedJob looks for missed problems among what others found.
const MissedJob = "grid.missed"

// lateVisits is how long after a look its record may arrive: a phone may have been without a
// network. What was found in this time is judged again.
const lateVisits = 8 * calendar.MsPerDay

// Register lets the runner do the room's jobs.
func (s *Service) Register(r *jobs.Runner) {
	r.Handle(MissedJob, func(ctx context.Context, _ jobs.Job) error {
		_, err := s.JudgeChanged(ctx)
		return err
	})
	r.AddSchedule(jobs.Schedule{Name: MissedJob, Kind: MissedJob, Spec: "*/5 * * * *"})
}

// Judge looks at the problems that others reported from an instant to another and records
// those that the cell's own patrol missed: its last two looks had found nothing though the
// problem was there, or a look was due and nobody came. It gives how many are newly missed.
// Needs the system.
func (s *Service) Judge(ctx context.Context, from, to int64) (int, error) {
	return s.judgeList(ctx, func(tx *store.Tx) ([]matter.Finding, error) { return s.cfg.Matters.Findings(ctx, tx, "", from, to) }, nil)
}

// JudgeChanged judges what changed since it last ran, however long ago that was, and what was
// reported lately, since looks may arrive late. Needs the system.
func (s *Service) JudgeChanged(ctx context.Context) (int, error) {
	return s.judgeList(ctx, func(tx *store.Tx) ([]matter.Finding, error) {
		var since int64
		if err := tx.QueryRow(ctx, "SELECT up_to FROM grid_judged WHERE id = 1").Scan(&since); err != nil {
			return nil, store.Classify(err)
		}
		list, err := s.cfg.Matters.Changed(ctx, tx, since)
		if err != nil {
			return nil, err
		}
		seen := map[finding]bool{}
		for i := range list {
			seen[keyOf(&list[i])] = true
		}
		late, err := s.cfg.Matters.Findings(ctx, tx, "", tx.NowMS()-lateVisits, tx.NowMS()+1)
		for i := range late {
			if !seen[keyOf(&late[i])] {
				list = append(list, late[i])
			}
		}
		return list, err
	}, func(tx *store.Tx) error {
		// A transaction that began before this one may still be on its way.
		_, err := tx.Exec(ctx, "UPDATE grid_judged SET up_to = $1 WHERE id = 1", tx.NowMS()-10*calendar.MsPerMinute)
		return err
	})
}

func (s *Service) judgeList(ctx context.Context, read func(*store.Tx) ([]matter.Finding, error), then func(*store.Tx) error) (int, error) {
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
		set, err := s.settings(ctx, tx)
		if err != nil {
			return err
		}
		list, err := read(tx)
		if err != nil {
			return err
		}
		for i := range list {
			if f := &list[i]; f.Side == matter.SideOutside && f.Patrol {
				missed, err := s.judge(ctx, tx, st, set, f)
				if err != nil {
					return err
				}
				if missed {
					n++
				}
			}
		}
		if then != nil {
			return then(tx)
		}
		return nil
	})
	return n, err
}

// judgement is what was found out about a problem.
type judgement struct {
	cell    *Cell
	object  Object
	verdict string
	visits  []int64
}

// judge decides about one problem and keeps the decision; it tells whether the problem is
// newly missed.
func (s *Service) judge(ctx context.Context, tx *store.Tx, st *state, set settings, f *matter.Finding) (bool, error) {
	j := judgement{cell: st.cells[f.Cell]}
	if j.cell == nil && f.At != nil {
		if at := st.leafIndex.Find(nil, *f.At); len(at) > 0 {
			j.cell = st.leaves[at[0]]
		}
	}
	if j.cell == nil || f.Unfounded {
		return false, s.keep(ctx, tx, f, judgement{})
	}
	risk := s.rules.risk(calendar.DayOf(f.Found))
	began, class := j.cell.ShapedAt, "normal"
	if f.At != nil {
		if i := st.nearest(j.cell.ID, *f.At, float64(risk.NearM)); i >= 0 {
			x := st.sources[i]
			j.object, began, class = Object{ofSource, x.ID}, x.FromAt, x.Class
		}
	}
	// Away from every object only a look at the cell as a whole was a look at this place; a
	// patrol that came to something else in the cell came, but has not seen it.
	visits, err := visitsWhere(ctx, tx, "cell = $1 AND at < $2 AND kind = $3 AND object = $4 ORDER BY at DESC LIMIT 2", j.cell.ID, f.Found, j.object.Kind, j.object.ID)
	if err != nil {
		return false, err
	}
	for _, v := range visits {
		j.visits = append(j.visits, v.ID)
	}
	came := int64(0)
	if len(visits) > 0 {
		came = visits[0].At
	}
	if j.object.ID == 0 {
		last, err := visitsWhere(ctx, tx, "cell = $1 AND at < $2 ORDER BY at DESC LIMIT 1", j.cell.ID, f.Found)
		if err != nil {
			return false, err
		}
		for _, v := range last {
			came = v.At
		}
	}
	j.verdict = verdictOf(f, visits, came, began, set.of(j.cell.Region).Norms.For(Leaf, class), risk)
	before, err := verdictBefore(ctx, tx, f)
	if err != nil || before == j.verdict {
		return false, err
	}
	return missed(j.verdict) && !missed(before), s.keep(ctx, tx, f, j)
}

func missed(verdict string) bool { return verdict == verdictLooked || verdict == verdictUnlooked }

// verdictOf judges a problem that others found by the last two looks at the place before it
// was found, newest first, by when a patrol last came, and by when the next one was due.
func verdictOf(f *matter.Finding, looks []Visit, came, began int64, n Norm, risk Risk) string {
	since := f.Since
	if since == 0 {
		since = f.Found - int64(risk.AssumeH)*calendar.MsPerHour
	}
	if len(looks) == 2 && since <= looks[0].At && looks[0].Result == "none" && looks[1].Result == "none" {
		return verdictLooked
	}
	began = max(began, came)
	if days := int64(n.Days()); days > 0 && began+days*calendar.MsPerDay < f.Found {
		return verdictUnlooked
	}
	if came > 0 && since <= came { // a patrol went round while it was there
		return verdictDue
	}
	return verdictNone
}

func verdictBefore(ctx context.Context, tx *store.Tx, f *matter.Finding) (string, error) {
	rows, err := tx.Query(ctx, "SELECT verdict FROM grid_verdict WHERE matter = $1 AND round = $2", f.ID, f.Round.Round)
	list, err := collect(rows, err, func(r *sql.Rows) (v string, err error) { return v, r.Scan(&v) })
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}

// keep writes a judgement in place of the one before; without a verdict there is none any
// more. What is newly missed, and what no longer is, goes to the audit chain.
func (s *Service) keep(ctx context.Context, tx *store.Tx, f *matter.Finding, j judgement) error {
	before, err := verdictBefore(ctx, tx, f)
	if err != nil || before == j.verdict {
		return err
	}
	if j.verdict == "" {
		_, err = tx.Exec(ctx, "DELETE FROM grid_verdict WHERE matter = $1 AND round = $2", f.ID, f.Round.Round)
	} else {
		err = putVerdict(ctx, tx, f, j)
	}
	if err != nil || missed(before) == missed(j.verdict) {
		return err
	}
	detail := map[string]any{"verdict": j.verdict, "round": f.Round.Round, "visits": j.visits}
	e := audit.Entry{Action: "grid.missed", Object: fmt.Sprintf("matter/%d", f.ID), Region: f.Region, Summary: "认定漏报", Detail: detail}
	if missed(before) {
		e.Action, e.Summary, detail["since"] = "grid.missed.withdraw", "撤销漏报认定", calendar.FormatTime(f.Since)
	}
	if j.cell != nil {
		e.Summary += "：" + j.cell.Name
		detail["cell"] = j.cell.ID
	}
	return audit.Log(ctx, tx, e)
}

func putVerdict(ctx context.Context, tx *store.Tx, f *matter.Finding, j judgement) error {
	if j.visits == nil {
		j.visits = []int64{}
	}
	ids, err := json.Marshal(j.visits)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO grid_verdict (matter, round, cell, region, county, kind, object, category, roadside, verdict, visits, found_at, opened_at, judged_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (matter, round) DO UPDATE SET cell = excluded.cell, region = excluded.region,
		county = excluded.county, kind = excluded.kind, object = excluded.object, category = excluded.category, roadside = excluded.roadside, verdict = excluded.verdict,
		visits = excluded.visits, found_at = excluded.found_at, opened_at = excluded.opened_at, judged_at = excluded.judged_at`,
		f.ID, f.Round.Round, j.cell.ID, string(f.Region), county(f.Region), j.object.Kind, j.object.ID, f.Category, flag(f.Roadside), j.verdict, string(ids),
		f.Found, f.Opened, tx.NowMS())
	return err
}

// county is the county key of a region, "" when it is wider.
func county(r region.Code) string {
	if c, ok := r.Ancestor(region.County); ok {
		return c.Short()
	}
	return ""
}

// verdicts reads what was said about the problems that were reported in a period, the same
// that findings are counted by.
func verdicts(ctx context.Context, tx *store.Tx, r region.Code, from, to int64) (map[finding]string, error) {
	cond, key := "region LIKE $1", "%"
	if r != "" {
		key = r.Short() + "%"
	}
	if c := county(r); c != "" {
		cond, key = "county = $1", c
	}
	rows, err := tx.Query(ctx, "SELECT matter, round, verdict FROM grid_verdict WHERE "+cond+" AND opened_at >= $2 AND opened_at < $3", key, from, to)
	out := map[finding]string{}
	_, err = collect(rows, err, func(r *sql.Rows) (_ struct{}, err error) {
		var k finding
		var v string
		if err = r.Scan(&k.matter, &k.round, &v); err == nil {
			out[k] = v
		}
		return
	})
	return out, err
}
