package org

import (
	"context"
	"fmt"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// Units lists the units directly in a region ("" for all) that the actor may see, by id.
func (s *Service) Units(ctx context.Context, r region.Code) ([]Unit, error) {
	a, err := access.RequireAnywhere(ctx, access.OrgRead)
	if err != nil {
		return nil, err
	}
	var args []any
	cond := scopeCond(a, access.OrgRead, "region", "id", &args)
	if r != "" {
		if !a.Can(access.OrgRead, r) && len(a.UnitScopes(access.OrgRead)) == 0 {
			return nil, access.Hidden()
		}
		args = append(args, string(r))
		cond += fmt.Sprintf(" AND region = $%d", len(args))
	}
	var out []Unit
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		out, err = unitsWhere(ctx, tx, cond, args...)
		return err
	})
	return out, err
}

// Unit reads one unit. Errors: not found also outside of the actor's scope.
func (s *Service) Unit(ctx context.Context, id int64) (Unit, error) {
	var u Unit
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		u, err = visibleUnit(ctx, tx, access.OrgRead, id)
		return err
	})
	return u, err
}

// visibleUnit reads a unit that the actor holds the action for.
func visibleUnit(ctx context.Context, tx *store.Tx, action access.Action, id int64) (Unit, error) {
	if _, err := access.RequireAnywhere(ctx, action); err != nil {
		return Unit{}, err
	}
	u, err := unitByID(ctx, tx, id)
	if err != nil {
		return Unit{}, err
	}
	_, err = access.RequireUnit(ctx, action, u.Region, u.ID)
	return u, err
}

// AddUnit adds a unit. Errors: not found outside of the actor's scope; conflict for a second
// unit of one name in a region.
func (s *Service) AddUnit(ctx context.Context, u Unit) (Unit, error) {
	if err := u.check(); err != nil {
		return Unit{}, err
	}
	err := s.update(ctx, func(tx *store.Tx) error {
		if _, err := access.Require(ctx, access.OrgWrite, u.Region); err != nil {
			return err
		}
		if err := checkUnitPlace(ctx, tx, u, 0); err != nil {
			return err
		}
		var err error
		if u, err = insertUnit(ctx, tx, u); err != nil {
			return nameTaken(err, "name", "该行政区已有同名单位", u.Name)
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "unit.add", Object: fmt.Sprintf("unit/%d", u.ID), Region: u.Region,
			Summary: "新增单位 " + u.Name, Detail: u})
	})
	return u, err
}

// UnitChange is an edit; nil leaves a field as it is.
type UnitChange struct {
	Name, Short, Kind *string
	Parent            *int64 // 0: none
}

// ChangeUnit edits a unit that was read at a version. Errors: conflict stale.
func (s *Service) ChangeUnit(ctx context.Context, id, version int64, c UnitChange) (Unit, error) {
	var out Unit
	err := s.update(ctx, func(tx *store.Tx) error {
		old, err := visibleUnit(ctx, tx, access.OrgWrite, id)
		if err != nil {
			return err
		}
		if old.Version != version {
			return stale()
		}
		out = old
		assign(&out.Name, c.Name)
		assign(&out.Short, c.Short)
		assign(&out.Kind, c.Kind)
		if c.Parent != nil {
			out.Parent = *c.Parent
		}
		if err := out.check(); err != nil {
			return err
		}
		if err := checkUnitPlace(ctx, tx, out, old.Parent); err != nil {
			return err
		}
		out.Version++
		if err := updateUnit(ctx, tx, out); err != nil {
			return nameTaken(err, "name", "该行政区已有同名单位", out.Name)
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "unit.change", Object: fmt.Sprintf("unit/%d", id), Region: out.Region,
			Summary: "修改单位 " + out.Name, Detail: map[string]any{"old": old, "new": out}})
	})
	return out, err
}

func assign(to *string, from *string) {
	if from != nil {
		*to = *from
	}
}

func (u *Unit) check() error {
	if !u.Region.Valid() {
		return invalid("region", "行政区代码应为 12 位数字", string(u.Region))
	}
	if err := checkText("name", "单位名称", 100, &u.Name); err != nil {
		return err
	}
	if u.Short != "" {
		if err := checkText("short", "简称", 30, &u.Short); err != nil {
			return err
		}
	}
	if u.Kind != "" {
		return checkText("kind", "类别", 30, &u.Kind)
	}
	return nil
}

// checkUnitPlace sees that the region exists and that the parent, which the actor must see
// unless it was the parent before, is not the unit itself or below it.
func checkUnitPlace(ctx context.Context, tx *store.Tx, u Unit, before int64) error {
	if _, err := regionByCode(ctx, tx, u.Region); err != nil {
		return invalid("region", "没有这个行政区", string(u.Region))
	}
	for p, steps := u.Parent, 0; p != 0; steps++ {
		parent, err := unitByID(ctx, tx, p)
		if p == u.Parent && p != before && err == nil {
			_, err = access.RequireUnit(ctx, access.OrgRead, parent.Region, parent.ID)
		}
		if fault.Is(err, fault.NotFound) {
			return invalid("parent", "没有这个上级单位", fmt.Sprint(p))
		}
		if err != nil {
			return err
		}
		if p == u.ID || steps > 50 {
			return invalid("parent", "上级单位不能是本单位或其下级", fmt.Sprint(u.Parent))
		}
		p = parent.Parent
	}
	return nil
}

// nameTaken puts the engine's conflict in the words of the field.
func nameTaken(err error, field, message, value string) error {
	if fault.Is(err, fault.Conflict) {
		return fault.Wrap(err, fault.Conflict, field+"_taken", message).WithField("body."+field, message, value)
	}
	return err
}
