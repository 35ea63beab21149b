package grid

import (
	"context"
	"fmt"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
)

func (x *Source) check() error {
	for _, f := range []struct {
		field, what string
		most        int
		s           *string
	}{{"code", "污染源编码", 60, &x.Code}, {"name", "污染源名称", 100, &x.Name}} {
		if err := text(f.field, f.what, f.most, f.s, true); err != nil {
			return err
		}
	}
	switch {
	case !slices.Contains(sourceKinds, x.Kind):
		return invalid("kind", "污染源类型有误", x.Kind)
	case !slices.Contains(classes, x.Class):
		return invalid("class", "类别应为 key、complained、normal 或 risk", x.Class)
	case !x.Region.Valid():
		return invalid("region", "行政区代码应为 12 位数字", string(x.Region))
	}
	if len(x.Line) > 0 {
		x.At = x.Line[len(x.Line)/2]
	}
	return geo.CheckPlace(x.At)
}

// PutSource adds a source or, for a known code, brings its entry up to date. Errors: invalid;
// not found when the known one lies outside of the actor's scope.
func (s *Service) PutSource(ctx context.Context, x Source) (Source, error) {
	err := s.update(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.putSource(ctx, tx, &x, true); err != nil {
			return err
		}
		return changed(ctx, tx, fmt.Sprintf("source/%d", x.ID), x.Region)
	})
	return x, err
}

// putSource stores a source; each writes an audit entry for it, a file has one for all.
func (s *Service) putSource(ctx context.Context, tx *store.Tx, x *Source, each bool) error {
	if err := x.check(); err != nil {
		return err
	}
	if _, err := access.Require(ctx, access.GridWrite, x.Region); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, "SELECT "+sourceColumns+" FROM grid_source WHERE code = $1", x.Code)
	have, err := collect(rows, err, scanSource)
	if err != nil {
		return err
	}
	if len(have) == 0 {
		if err := insertSource(ctx, tx, x); err != nil || !each {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "grid.source.add", Object: fmt.Sprintf("source/%d", x.ID), Region: x.Region,
			Summary: "登记污染源 " + x.Name, Detail: x})
	}
	old := have[0]
	if _, err := access.Require(ctx, access.GridWrite, old.Region); err != nil {
		return err
	}
	x.ID, x.FromAt, x.Version = old.ID, old.FromAt, old.Version
	if err := updateSource(ctx, tx, x); err != nil || !each {
		return err
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "grid.source.change", Object: fmt.Sprintf("source/%d", x.ID), Region: x.Region,
		Summary: "更新污染源 " + x.Name, Detail: map[string]any{"old": old, "new": x}})
}

// Bind puts an object into a cell by a person's decision; cell 0 takes the decision back.
// Errors: invalid without a reason; not found for what the actor may not write.
func (s *Service) Bind(ctx context.Context, o Object, cell int64, reason string) error {
	return s.update(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := text("reason", "归属依据", 200, &reason, true); err != nil {
			return err
		}
		st, err := s.state(ctx, tx)
		if err != nil {
			return err
		}
		r, name, err := s.place(ctx, st, o)
		if err != nil {
			return err
		}
		actor, err := access.Require(ctx, access.GridWrite, r)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE grid_binding SET ended_at = $1 WHERE kind = $2 AND object = $3 AND ended_at = 0", tx.NowMS(), o.Kind, o.ID); err != nil {
			return err
		}
		summary := "取消 " + name + " 的人工归属"
		if cell != 0 {
			c, err := st.visible(ctx, access.GridWrite, cell)
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, "INSERT INTO grid_binding (kind, object, cell, reason, account, at) VALUES ($1, $2, $3, $4, $5, $6)",
				o.Kind, o.ID, cell, reason, actor.Account, tx.NowMS())
			if err != nil {
				return err
			}
			summary = name + " 划入 " + c.Name
		}
		if _, err := nextRev(ctx, tx); err != nil {
			return err
		}
		object := fmt.Sprintf("%s/%d", o.Kind, o.ID)
		if err := audit.Log(ctx, tx, audit.Entry{Action: "grid.bind", Object: object, Region: r, Summary: summary,
			Detail: map[string]any{"cell": cell, "reason": reason}}); err != nil {
			return err
		}
		return changed(ctx, tx, object, r)
	})
}

// place is where an object lies and its name.
func (s *Service) place(ctx context.Context, st *state, o Object) (r region12, name string, err error) {
	switch o.Kind {
	case ofSource:
		if x := st.source(o.ID); x != nil {
			return x.Region, x.Name, nil
		}
	case ofSite:
		sites, err := s.allSites(ctx)
		if err != nil {
			return "", "", err
		}
		for _, x := range sites {
			if x.ID == o.ID {
				return x.Region, x.Name, nil
			}
		}
	default:
		return "", "", fault.New(fault.Invalid, "kind", "对象应为 source 或 site")
	}
	return "", "", access.Hidden()
}

func (st *state) source(id int64) *Source {
	i, found := slices.BinarySearchFunc(st.sources, id, func(x *Source, id int64) int { return int(x.ID - id) })
	if !found {
		return nil
	}
	return st.sources[i]
}
