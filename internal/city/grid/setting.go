package grid

import (
	"context"
	"database/sql"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Setting are the role set and the norms of a region.
type Setting struct {
	Region  region.Code // that set them; the region asked for when nobody did
	Roles   RoleSet
	Norms   NormSet
	FromDay string
}

// settings are those in force on a day, the newest of each region.
type settings struct {
	rules *Rules
	by    map[region.Code]Setting
}

// of is the setting of a region or of the nearest wider one; without any the first sets of
// the rules.
func (x settings) of(r region.Code) Setting {
	best := Setting{Region: r, Roles: x.rules.roleSet(""), Norms: x.rules.normSet("")}
	level := region.NoLevel
	for code, s := range x.by {
		if region.Contains(code, r) && code.Level() > level {
			best, level = s, code.Level()
		}
	}
	return best
}

// settings reads those in force on the transaction's day.
func (s *Service) settings(ctx context.Context, tx *store.Tx) (settings, error) {
	out := settings{s.rules, map[region.Code]Setting{}}
	rows, err := tx.Query(ctx, "SELECT region, from_day, role_set, norm_set FROM grid_setting WHERE from_day <= $1 ORDER BY from_day", today(tx))
	_, err = collect(rows, err, func(r *sql.Rows) (_ struct{}, err error) {
		var code region.Code
		var from, roles, norms string
		if err = r.Scan(&code, &from, &roles, &norms); err == nil {
			out.by[code] = Setting{code, s.rules.roleSet(roles), s.rules.normSet(norms), from}
		}
		return
	})
	return out, err
}

// setting is the setting of one region.
func (s *Service) setting(ctx context.Context, tx *store.Tx, r region.Code) (Setting, error) {
	all, err := s.settings(ctx, tx)
	return all.of(r), err
}

// Settings lists what the regions that the actor sees have set, the newest of each and those
// to come, by region and day. Needs grid.read.
func (s *Service) Settings(ctx context.Context) ([]Setting, error) {
	actor, err := access.RequireAnywhere(ctx, access.GridRead)
	if err != nil {
		return nil, err
	}
	out := []Setting{}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query(ctx, "SELECT region, from_day, role_set, norm_set FROM grid_setting ORDER BY region, from_day")
		list, err := collect(rows, err, func(r *sql.Rows) (x Setting, err error) {
			var roles, norms string
			err = r.Scan(&x.Region, &x.FromDay, &roles, &norms)
			x.Roles, x.Norms = s.rules.roleSet(roles), s.rules.normSet(norms)
			return x, err
		})
		for i, x := range list {
			old := i+1 < len(list) && list[i+1].Region == x.Region && list[i+1].FromDay <= today(tx)
			if !old && actor.Can(access.GridRead, x.Region) {
				out = append(out, x)
			}
		}
		return err
	})
	return out, err
}

// Set lets a region use a role set and norms from a day on: what its 一长三员 are called, who
// belongs to a cell, how often what is looked at. The same day again replaces. Needs
// grid.write in the region. Errors: invalid for a set that the rules do not have, one that is
// not yet in force on that day, or a day more than 31 days ago.
func (s *Service) Set(ctx context.Context, r region.Code, roles, norms, from string) error {
	return s.update(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := access.Require(ctx, access.GridWrite, r); err != nil {
			return err
		}
		if from == "" {
			from = today(tx)
		}
		day, err := calendar.ParseDay(from)
		if err != nil || day < dayOf(tx)-31 || day > dayOf(tx)+366 {
			return invalid("from", "生效日期应为最近一个月至一年内的一天", from)
		}
		i := slices.IndexFunc(s.rules.Roles, func(x RoleSet) bool { return x.ID == roles })
		j := slices.IndexFunc(s.rules.Norms, func(x NormSet) bool { return x.ID == norms })
		switch {
		case i < 0 || s.rules.Roles[i].From > day:
			return invalid("roleSet", "没有这个角色组，或它那一天尚未生效", roles)
		case j < 0 || s.rules.Norms[j].From > day:
			return invalid("normSet", "没有这套巡查频次，或它那一天尚未生效", norms)
		}
		_, err = tx.Exec(ctx, `INSERT INTO grid_setting (region, from_day, role_set, norm_set) VALUES ($1, $2, $3, $4)
			ON CONFLICT (region, from_day) DO UPDATE SET role_set = excluded.role_set, norm_set = excluded.norm_set`, string(r), from, roles, norms)
		if err != nil {
			return err
		}
		if _, err := nextRev(ctx, tx); err != nil {
			return err
		}
		if err := audit.Log(ctx, tx, audit.Entry{Action: "grid.setting", Object: "region/" + string(r), Region: r,
			Summary: "网格角色组：" + s.rules.Roles[i].Name + "；巡查频次：" + s.rules.Norms[j].Name,
			Detail:  map[string]string{"roleSet": roles, "normSet": norms, "from": from}}); err != nil {
			return err
		}
		return changed(ctx, tx, "region/"+string(r), r)
	})
}

// as is the member that a post's role stands for in a set: the one of that name, else, since a
// region may change its set, the one with the same duty that a cell of the tier needs.
func (r *Rules) as(set RoleSet, role string, tier int) (Member, bool) {
	if i := slices.IndexFunc(set.Members, func(m Member) bool { return m.ID == role }); i >= 0 {
		return set.Members[i], true
	}
	duty := ""
	for _, other := range r.Roles {
		if i := slices.IndexFunc(other.Members, func(m Member) bool { return m.ID == role }); i >= 0 {
			duty = other.Members[i].Duty
			break
		}
	}
	var found Member
	for _, m := range set.Members {
		if m.Duty == duty && (found.ID == "" || !slices.Contains(found.Need, tier) && slices.Contains(m.Need, tier)) {
			found = m
		}
	}
	return found, found.ID != ""
}
