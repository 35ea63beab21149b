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
	"qingshan/internal/rules/region"
)

// CellSpec is a cell as a person or a file gives it.
type CellSpec struct {
	Code, Name string
	Tier       int
	Region     region.Code
	Parent     int64 // 0: the cell of the region above, if there is one
	Shape      geo.Shape
	Snap       float64 // metres: borders nearer than this are drawn onto the neighbours'; 0 not
	Fit        bool    // what lies over neighbours or the county's border is left out
	Reason     string
}

// Cell reads a cell. Errors: not found outside of the actor's scope.
func (s *Service) Cell(ctx context.Context, id int64) (c Cell, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		st, err := s.state(ctx, tx)
		if err != nil {
			return err
		}
		p, err := st.visible(ctx, access.GridRead, id)
		if err == nil {
			c = *p
		}
		return err
	})
	return c, err
}

func (st *state) visible(ctx context.Context, action access.Action, id int64) (*Cell, error) {
	if _, err := access.RequireAnywhere(ctx, action); err != nil {
		return nil, err
	}
	c := st.cells[id]
	if c == nil {
		return nil, access.Hidden()
	}
	_, err := access.Require(ctx, action, c.Region)
	return c, err
}

// AddCell draws a new cell. Errors: invalid with the place of the fault for an outline that
// crosses itself or leaves the territory above; conflict for a code that is taken.
func (s *Service) AddCell(ctx context.Context, spec CellSpec) (Cell, error) {
	var c *Cell
	err := s.update(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = s.addCell(ctx, tx, spec)
		if err != nil {
			return err
		}
		return changed(ctx, tx, fmt.Sprintf("cell/%d", c.ID), c.Region)
	})
	if err != nil {
		return Cell{}, err
	}
	return *c, nil
}

func (s *Service) addCell(ctx context.Context, tx *store.Tx, spec CellSpec) (*Cell, error) {
	if _, err := access.Require(ctx, access.GridWrite, spec.Region); err != nil {
		return nil, err
	}
	st, err := s.state(ctx, tx)
	if err != nil {
		return nil, err
	}
	if err := text("reason", "新划原因", 200, &spec.Reason, byPerson(ctx)); err != nil {
		return nil, err
	}
	c := &Cell{Code: spec.Code, Name: spec.Name, Tier: spec.Tier, Region: spec.Region, Parent: spec.Parent, Shape: spec.Shape}
	if spec.Fit {
		if err := s.fit(st, c); err != nil {
			return nil, err
		}
	}
	if err := s.checkCell(st, c, spec.Snap); err != nil {
		return nil, err
	}
	if err := insertCell(ctx, tx, c); err != nil {
		return nil, codeTaken(err, c.Code)
	}
	return c, audit.Log(ctx, tx, audit.Entry{Action: "grid.cell.add", Object: fmt.Sprintf("cell/%d", c.ID), Region: c.Region,
		Summary: "新划网格 " + c.Name, Detail: c.record(spec.Reason)})
}

func codeTaken(err error, code string) error {
	if fault.Is(err, fault.Conflict) {
		return fault.Wrap(err, fault.Conflict, "code_taken", "编码 "+code+" 已被使用").WithField("body.code", "编码已被使用", code)
	}
	return err
}

// record is what the audit chain keeps of a cell: the outline by its area and centre.
func (c *Cell) record(reason string) map[string]any {
	return map[string]any{"code": c.Code, "name": c.Name, "tier": c.Tier, "region": c.Region, "parent": c.Parent,
		"area": int64(c.Shape.Area()), "centre": c.Shape.Centre().String(), "version": c.Version, "reason": reason}
}

// checkCell sees that a cell is one: names, tier, a parent above it that holds its region,
// and an outline within the parent's.
func (s *Service) checkCell(st *state, c *Cell, snap float64) error {
	if err := text("code", "网格编码", 40, &c.Code, true); err != nil {
		return err
	}
	if err := text("name", "网格名称", 60, &c.Name, true); err != nil {
		return err
	}
	if c.Tier < 1 || c.Tier > Leaf {
		return invalid("tier", "网格级别应为 1 至 4", fmt.Sprint(c.Tier))
	}
	if !c.Region.Valid() {
		return invalid("region", "行政区代码应为 12 位数字", string(c.Region))
	}
	if snap > 0 {
		c.Shape = geo.Snap(c.Shape, st.nextTo(c, snap), min(snap, 100))
	}
	if err := c.Shape.Check(); err != nil {
		return err
	}
	parent := st.cells[c.Parent]
	if c.Parent == 0 {
		if parent = st.above(c); parent != nil {
			c.Parent = parent.ID
		}
	}
	switch {
	case c.Parent != 0 && parent == nil:
		return invalid("parent", "没有这个上级网格", fmt.Sprint(c.Parent))
	case parent != nil && (parent.Tier >= c.Tier || !region.Contains(parent.Region, c.Region)):
		return invalid("parent", "上级网格应比本网格高一级，且包含其行政区", fmt.Sprint(c.Parent))
	}
	// A village may be drawn over the border of its town, which coverage shows; never over the county's.
	if county := st.county(c); county != nil && county.ID != c.ID {
		return geo.Within(c.Shape, county.Shape, county.Name, s.cfg.Tolerance)
	}
	return nil
}

// above is the nearest cell of a wider tier whose region holds the cell's.
func (st *state) above(c *Cell) *Cell {
	var best *Cell
	for _, p := range st.cells {
		if p.Tier < c.Tier && p.ID != c.ID && region.Contains(p.Region, c.Region) && (best == nil || p.Tier > best.Tier) {
			best = p
		}
	}
	return best
}

// county is the cell of the county that a cell lies in.
func (st *state) county(c *Cell) *Cell {
	code, ok := c.Region.Ancestor(region.County)
	if !ok {
		return nil
	}
	for _, p := range st.cells {
		if p.Tier == 2 && p.Region == code {
			return p
		}
	}
	return nil
}

// nextTo are the outlines of the same tier near a cell, and of the cells above.
func (st *state) nextTo(c *Cell, metres float64) []geo.Shape {
	near := c.Shape.Box().Grow(metres)
	var ids []int64
	for id, o := range st.cells {
		if id != c.ID && (o.Tier == c.Tier || o.ID == c.Parent) && o.Shape.Box().Meets(near) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	out := make([]geo.Shape, len(ids))
	for i, id := range ids {
		out[i] = st.cells[id].Shape
	}
	return out
}

// CellChange is an edit; nil leaves a field as it is.
type CellChange struct {
	Code, Name *string
	Parent     *int64
	Shape      geo.Shape
	Absorb     geo.Shape // an area to take in: a gap
	Release    geo.Shape // an area to give up: an overlap
	Snap       float64   // metres
	Fit        bool      // of Shape: as in CellSpec
	Reason     string
}

// ChangeCell edits a cell that was read at a version; what it was before is kept. Errors as
// AddCell; conflict stale.
func (s *Service) ChangeCell(ctx context.Context, id, version int64, e CellChange) (Cell, error) {
	var out Cell
	err := s.update(ctx, func(ctx context.Context, tx *store.Tx) error {
		st, old, err := s.editable(ctx, tx, id, version, &e.Reason)
		if err != nil {
			return err
		}
		out = *old
		if err := out.apply(e, s.cfg.Tolerance); err != nil {
			return err
		}
		if e.Fit && e.Shape != nil {
			if err := s.fit(st, &out); err != nil {
				return err
			}
		}
		snap := e.Snap
		if e.Shape == nil && e.Absorb == nil {
			snap = 0
		}
		if err := s.checkCell(st, &out, snap); err != nil {
			return err
		}
		if e.Shape != nil || e.Absorb != nil || e.Release != nil {
			out.ShapedAt = tx.NowMS()
		}
		if err := updateCell(ctx, tx, old, &out); err != nil {
			return codeTaken(err, out.Code)
		}
		return s.recorded(ctx, tx, "grid.cell.change", "修改网格 "+out.Name, &out, old, e.Reason)
	})
	return out, err
}

func (c *Cell) apply(e CellChange, tol geo.Tolerance) (err error) {
	if e.Code != nil {
		c.Code = *e.Code
	}
	if e.Name != nil {
		c.Name = *e.Name
	}
	if e.Parent != nil {
		c.Parent = *e.Parent
	}
	if e.Shape != nil {
		c.Shape = e.Shape
	}
	if e.Absorb != nil {
		if c.Shape, err = geo.Merge([]geo.Shape{c.Shape, e.Absorb}, tol); err != nil {
			return err
		}
	}
	if e.Release != nil {
		c.Shape, err = geo.Difference(c.Shape, e.Release)
	}
	return err
}

// editable finds a cell for an edit; a person says why.
func (s *Service) editable(ctx context.Context, tx *store.Tx, id, version int64, reason *string) (*state, *Cell, error) {
	if err := text("reason", "修改原因", 200, reason, byPerson(ctx)); err != nil {
		return nil, nil, err
	}
	st, err := s.state(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	c, err := st.visible(ctx, access.GridWrite, id)
	if err == nil && c.Version != version {
		err = stale("网格")
	}
	return st, c, err
}

func (s *Service) recorded(ctx context.Context, tx *store.Tx, action, summary string, c, old *Cell, reason string) error {
	detail := map[string]any{"new": c.record(reason)}
	if old != nil {
		detail["old"] = old.record("")
	}
	object := fmt.Sprintf("cell/%d", c.ID)
	if err := audit.Log(ctx, tx, audit.Entry{Action: action, Object: object, Region: c.Region, Summary: summary, Detail: detail}); err != nil {
		return err
	}
	return changed(ctx, tx, object, c.Region)
}

// EndCell takes a cell off the map; it stays in the past. Errors: conflict while cells lie
// under it; invalid without a reason.
func (s *Service) EndCell(ctx context.Context, id, version int64, reason string) error {
	return s.update(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := text("reason", "撤销原因", 200, &reason, true); err != nil {
			return err
		}
		st, old, err := s.editable(ctx, tx, id, version, &reason)
		if err != nil {
			return err
		}
		for _, c := range st.cells {
			if c.Parent == id {
				return fault.New(fault.Conflict, "has_children", "该网格下还有网格，请先撤销或改挂下级网格")
			}
		}
		return s.end(ctx, tx, old, 0, reason)
	})
}

// end closes a cell, its posts and the decisions that put objects into it.
func (s *Service) end(ctx context.Context, tx *store.Tx, old *Cell, into int64, reason string) error {
	c := *old
	c.EndedAt, c.IntoCell = tx.NowMS(), into
	if err := updateCell(ctx, tx, old, &c); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE grid_post SET to_day = $1 WHERE cell = $2 AND to_day = ''", today(tx), c.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE grid_binding SET ended_at = $1 WHERE cell = $2 AND ended_at = 0", tx.NowMS(), c.ID); err != nil {
		return err
	}
	return s.recorded(ctx, tx, "grid.cell.end", "撤销网格 "+c.Name, &c, old, reason)
}

// SplitCell cuts a cell along a line: the larger part stays the cell, the smaller becomes a
// new one with a name and code.
func (s *Service) SplitCell(ctx context.Context, id, version int64, line geo.Line, code, name, reason string) (kept, added Cell, err error) {
	err = s.update(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, old, err := s.editable(ctx, tx, id, version, &reason)
		if err != nil {
			return err
		}
		a, b, err := geo.Cut(old.Shape, line)
		if err != nil {
			return err
		}
		kept = *old
		kept.Shape, kept.ShapedAt = a, tx.NowMS()
		if err := updateCell(ctx, tx, old, &kept); err != nil {
			return err
		}
		part, err := s.addCell(ctx, tx, CellSpec{Code: code, Name: name, Tier: old.Tier, Region: old.Region, Parent: old.Parent, Shape: b, Reason: reason})
		if err != nil {
			return err
		}
		added = *part
		return s.recorded(ctx, tx, "grid.cell.split", "拆分网格 "+kept.Name+"，分出 "+added.Name, &kept, old, reason)
	})
	return kept, added, err
}

// MergeCells joins neighbours of one tier into the first; the others end and point to it.
func (s *Service) MergeCells(ctx context.Context, ids []int64, reason string) (Cell, error) {
	var out Cell
	err := s.update(ctx, func(ctx context.Context, tx *store.Tx) error {
		if len(ids) < 2 || len(ids) > 50 {
			return invalid("cells", "请选择 2 至 50 个网格合并", fmt.Sprint(len(ids)))
		}
		if err := text("reason", "合并原因", 200, &reason, true); err != nil {
			return err
		}
		st, err := s.state(ctx, tx)
		if err != nil {
			return err
		}
		var list []*Cell
		var shapes []geo.Shape
		for _, id := range ids {
			c, err := st.visible(ctx, access.GridWrite, id)
			if err != nil {
				return err
			}
			if slices.Contains(list, c) || c.Tier != st.cells[ids[0]].Tier {
				return invalid("cells", "只能合并同一级的不同网格", c.Name)
			}
			list, shapes = append(list, c), append(shapes, c.Shape)
		}
		out = *list[0]
		if out.Shape, err = geo.Merge(shapes, s.cfg.Tolerance); err != nil {
			return err
		}
		out.ShapedAt = tx.NowMS()
		for _, c := range list[1:] {
			if err := st.adopt(ctx, tx, c.ID, out.ID); err != nil {
				return err
			}
			if err := s.end(ctx, tx, c, out.ID, reason); err != nil {
				return err
			}
		}
		if err := updateCell(ctx, tx, list[0], &out); err != nil {
			return err
		}
		return s.recorded(ctx, tx, "grid.cell.merge", fmt.Sprintf("合并 %d 个网格为 %s", len(ids), out.Name), &out, list[0], reason)
	})
	return out, err
}

// adopt hangs the cells under one cell under another.
func (st *state) adopt(ctx context.Context, tx *store.Tx, from, to int64) error {
	var under []*Cell
	for _, c := range st.cells {
		if c.Parent == from {
			under = append(under, c)
		}
	}
	sortCells(under)
	for _, old := range under {
		c := *old
		c.Parent = to
		if err := updateCell(ctx, tx, old, &c); err != nil {
			return err
		}
	}
	return nil
}
