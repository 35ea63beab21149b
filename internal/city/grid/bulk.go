package grid

import (
	"context"
	"fmt"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// AppointAll lets many posts serve their cells from given days in one change, for a data
// pack. The actor must be the system.
func (s *Service) AppointAll(ctx context.Context, list []Post) error {
	if a, _ := access.From(ctx); !a.IsSystem() {
		return fault.New(fault.Forbidden, "system_only", "只有系统可以装载数据包")
	}
	return s.update(ctx, func(ctx context.Context, tx *store.Tx) error {
		st, err := s.state(ctx, tx)
		if err != nil {
			return err
		}
		ids := make([]int64, len(list))
		for i, p := range list {
			ids[i] = p.Post
		}
		seats, err := org.Sittings(ctx, tx, ids, today(tx))
		if err != nil {
			return err
		}
		rev, err := nextRev(ctx, tx)
		if err != nil {
			return err
		}
		insert, err := tx.Prepare(ctx, "INSERT INTO grid_post (cell, role, post, from_day, rev) VALUES ($1, $2, $3, $4, $5)")
		if err != nil {
			return err
		}
		for _, p := range list {
			if _, known := seats[p.Post]; !known || st.cells[p.Cell] == nil {
				return fault.Newf(fault.Invalid, "post", "网格 %d 或岗位 %d 不存在", p.Cell, p.Post)
			}
			if _, err := insert.ExecContext(ctx, p.Cell, p.Role, p.Post, p.From, rev); err != nil {
				return store.Classify(err)
			}
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "grid.post.load", Object: "grid", Summary: fmt.Sprintf("装载 %d 个网格岗位", len(list))})
	})
}

// VisitAll records looks of the past in one change, for a data pack. The actor must be the
// system.
func (s *Service) VisitAll(ctx context.Context, list []Visit) error {
	if a, _ := access.From(ctx); !a.IsSystem() {
		return fault.New(fault.Forbidden, "system_only", "只有系统可以装载数据包")
	}
	return s.db.Update(ctx, func(tx *store.Tx) error {
		insert, err := tx.Prepare(ctx, `INSERT INTO grid_visit (client_id, account, post, cell, kind, object, at, night, result, checks, evidence, recorded_at)
			VALUES ($1, 0, 0, $2, $3, $4, $5, $6, $7, '{}', '[]', $8)`)
		if err != nil {
			return err
		}
		for _, v := range list {
			_, hour := calendar.HourOf(v.At)
			if _, err := insert.ExecContext(ctx, v.ClientID, v.Cell, v.Object.Kind, v.Object.ID, v.At, flag(hour <= 6 || hour > 18), v.Result, v.At); err != nil {
				return store.Classify(err)
			}
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "grid.visit.load", Object: "grid", Summary: fmt.Sprintf("装载 %d 次巡查", len(list))})
	})
}

// Cells lists the cells that exist, by id, for what stands above the rooms.
func (s *Service) Cells(ctx context.Context) (out []Cell, err error) {
	if a, _ := access.From(ctx); !a.IsSystem() {
		return nil, fault.New(fault.Forbidden, "system_only", "由系统自动办理")
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		st, err := s.state(ctx, tx)
		if err != nil {
			return err
		}
		var list []*Cell
		for _, c := range st.cells {
			list = append(list, c)
		}
		sortCells(list)
		for _, c := range list {
			out = append(out, *c)
		}
		return nil
	})
	return out, err
}

// Sources lists the sources that exist with the cells they belong to, by id.
func (s *Service) Sources(ctx context.Context) (out []Source, cells [][]int64, err error) {
	if a, _ := access.From(ctx); !a.IsSystem() {
		return nil, nil, fault.New(fault.Forbidden, "system_only", "由系统自动办理")
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		st, err := s.state(ctx, tx)
		if err != nil {
			return err
		}
		for i, x := range st.sources {
			out, cells = append(out, *x), append(cells, st.cellsOf(i))
		}
		return nil
	})
	return out, cells, err
}
