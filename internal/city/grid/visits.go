package grid

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// Visit is a look at a place: who, when, what was seen. There is no way in it and no
// check-in.
type Visit struct {
	ID       int64
	Cell     int64
	Object   Object // zero: the cell as a whole
	At       int64  // ms UTC
	Result   string // none, found
	Checks   map[string]string
	Evidence []int64
	ClientID string
}

// Visit records a look; the same clientId of an account again changes nothing and gives the
// first. Needs grid.patrol in the cell's region. Errors: invalid for a time to come or more
// than 7 days ago, and for evidence that the actor neither brought nor may see.
func (s *Service) Visit(ctx context.Context, v Visit) (Visit, error) {
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		actor, err := access.RequireAnywhere(ctx, access.GridPatrol)
		if err != nil {
			return err
		}
		known, err := visitsWhere(ctx, tx, "account = $1 AND client_id = $2", actor.Account, v.ClientID)
		if err != nil {
			return err
		}
		if len(known) > 0 && v.ClientID != "" {
			v = known[0]
			return nil
		}
		return s.visit(ctx, tx, actor, &v)
	})
	return v, err
}

func (s *Service) visit(ctx context.Context, tx *store.Tx, actor access.Actor, v *Visit) error {
	now := tx.NowMS()
	if v.At == 0 {
		v.At = now
	}
	switch {
	case len(v.ClientID) < 8 || len(v.ClientID) > 64:
		return invalid("clientId", "缺少手机生成的编号", v.ClientID)
	case v.Result != "none" && v.Result != "found":
		return invalid("result", "结果应为 none 或 found", v.Result)
	case v.At > now+5*calendar.MsPerMinute || v.At < now-7*calendar.MsPerDay && !actor.IsSystem():
		return invalid("at", "巡查时间应在最近 7 天内，且不能晚于现在", calendar.FormatTime(v.At))
	}
	st, err := s.state(ctx, tx)
	if err != nil {
		return err
	}
	var holds []int64 // the cells that the source falls to: a river has several
	if v.Object.Kind == ofSource {
		if i := st.sourceAt(v.Object.ID); i >= 0 {
			holds = st.cellsOf(i)
		}
	}
	for _, id := range holds {
		if v.Cell == 0 && actor.Can(access.GridPatrol, st.cells[id].Region) {
			v.Cell = id
		}
	}
	c, err := st.visible(ctx, access.GridPatrol, v.Cell)
	if err != nil {
		return err
	}
	if v.Object.Kind != "" && !slices.Contains(holds, v.Cell) {
		r, _, err := s.place(ctx, st, v.Object)
		if err != nil {
			return err
		}
		if _, err := access.Require(ctx, access.GridPatrol, r); err != nil {
			return err
		}
	}
	if err := s.mayShow(ctx, tx, actor, v.Evidence); err != nil {
		return err
	}
	checks, err := json.Marshal(v.Checks)
	if err != nil {
		return err
	}
	evidence, err := json.Marshal(v.Evidence)
	if err != nil {
		return err
	}
	_, hour := calendar.HourOf(v.At)
	err = tx.QueryRow(ctx, `INSERT INTO grid_visit (client_id, account, post, cell, kind, object, at, night, result, checks, evidence, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
		v.ClientID, actor.Account, actor.Post, v.Cell, v.Object.Kind, v.Object.ID, v.At, flag(hour <= 6 || hour > 18), v.Result,
		string(checks), string(evidence), now).Scan(&v.ID)
	if err != nil {
		return err
	}
	result := map[string]string{"none": "未发现问题", "found": "发现问题"}[v.Result]
	if err := audit.Log(ctx, tx, audit.Entry{Action: "grid.visit", Object: fmt.Sprintf("cell/%d", v.Cell), Region: c.Region,
		Summary: "巡查 " + c.Name + "：" + result, Detail: v}); err != nil {
		return err
	}
	return jobs.Publish(ctx, tx, jobs.Event{Name: "grid.visit", Object: fmt.Sprintf("cell/%d", v.Cell), Region: c.Region})
}

// mayShow sees that evidence exists, and is the actor's own or lies at a matter that it may
// see.
func (s *Service) mayShow(ctx context.Context, tx *store.Tx, actor access.Actor, ids []int64) error {
	for _, id := range ids {
		it, err := evidence.Get(ctx, tx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		mine := err == nil && (actor.IsSystem() || it.Account != 0 && it.Account == actor.Account)
		if err == nil && !mine && s.cfg.Matters != nil {
			if mine, err = s.cfg.Matters.Shows(ctx, tx, id); err != nil {
				return err
			}
		}
		if !mine {
			return fault.New(fault.Invalid, "evidence_unknown", "材料不存在或不是您上传的，请重新上传").
				WithField("body.evidence", "找不到这份材料", fmt.Sprint(id))
		}
	}
	return nil
}

func (st *state) sourceAt(id int64) int {
	for i, x := range st.sources {
		if x.ID == id {
			return i
		}
	}
	return -1
}

func visitsWhere(ctx context.Context, tx *store.Tx, cond string, args ...any) ([]Visit, error) {
	rows, err := tx.Query(ctx, "SELECT id, cell, kind, object, at, result, checks, evidence, client_id FROM grid_visit WHERE "+cond, args...)
	return collect(rows, err, func(r *sql.Rows) (v Visit, err error) {
		var checks, evidence string
		if err = r.Scan(&v.ID, &v.Cell, &v.Object.Kind, &v.Object.ID, &v.At, &v.Result, &checks, &evidence, &v.ClientID); err != nil {
			return v, err
		}
		if err = json.Unmarshal([]byte(checks), &v.Checks); err == nil {
			err = json.Unmarshal([]byte(evidence), &v.Evidence)
		}
		if err != nil {
			err = fault.Wrap(err, fault.Internal, "visit", "巡查记录无法读取")
		}
		return v, err
	})
}

// nearest is the source of a cell nearest to a place within metres, as its position; −1.
func (st *state) nearest(cell int64, p geo.Point, metres float64) int {
	best, at := metres, -1
	for _, i := range st.held[cell] {
		if d := geo.Distance(st.sources[i].At, p); d <= best {
			best, at = d, i
		}
	}
	return at
}
