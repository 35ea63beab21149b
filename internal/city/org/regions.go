package org

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// Regions lists the regions directly below one, or, for "", the outermost regions that the
// actor may see. Errors as access.Require.
func (s *Service) Regions(ctx context.Context, parent region.Code) ([]Region, error) {
	a, err := access.RequireAnywhere(ctx, access.OrgRead)
	if err != nil {
		return nil, err
	}
	var out []Region
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if parent != "" {
			if !a.Can(access.OrgRead, parent) {
				return access.Hidden()
			}
			out, err = regionsWhere(ctx, tx, "r.parent = $1", string(parent))
			return err
		}
		out, err = outermostRegions(ctx, tx, a)
		return err
	})
	return out, err
}

func outermostRegions(ctx context.Context, tx *store.Tx, a access.Actor) ([]Region, error) {
	if a.All(access.OrgRead) {
		return regionsWhere(ctx, tx, "r.parent = ''")
	}
	codes := a.Scopes(access.OrgRead)
	for _, u := range a.UnitScopes(access.OrgRead) {
		unit, err := unitByID(ctx, tx, u)
		if err != nil {
			return nil, err
		}
		codes = append(codes, unit.Region)
	}
	in, _ := store.In(1, len(codes))
	args := make([]any, len(codes))
	for i, c := range codes {
		args[i] = string(c)
	}
	return regionsWhere(ctx, tx, "r.code IN "+in, args...)
}

// RegionName is a region's name, or "" when it is not known. It asks for no permission: the
// names of regions are public.
func (s *Service) RegionName(ctx context.Context, code region.Code) string {
	var name string
	_ = s.db.View(ctx, func(tx *store.Tx) error { // an unknown name is not worth a failed page
		return tx.QueryRow(ctx, "SELECT name FROM region WHERE code = $1", string(code)).Scan(&name)
	})
	return name
}

// RegionNames are the names of those of the regions that are known, as public as RegionName.
func (s *Service) RegionNames(ctx context.Context, codes []region.Code) map[region.Code]string {
	out := make(map[region.Code]string, len(codes))
	_ = s.db.View(ctx, func(tx *store.Tx) error { // an unknown name is not worth a failed page
		for part := range slices.Chunk(codes, 500) {
			in, _ := store.In(1, len(part))
			args := make([]any, len(part))
			for i, c := range part {
				args[i] = string(c)
			}
			list, err := regionsWhere(ctx, tx, "r.code IN "+in, args...)
			if err != nil {
				return err
			}
			for _, r := range list {
				out[r.Code] = r.Name
			}
		}
		return nil
	})
	return out
}

// SaveRegions adds or renames regions in the caller's transaction, in any order. The parent
// of each is the nearest wider region that is known.
func SaveRegions(ctx context.Context, tx *store.Tx, list []Region) error {
	for _, r := range list {
		if !r.Code.Valid() {
			return fault.Newf(fault.Invalid, "region_code", "行政区代码 %q 无效", r.Code)
		}
		_, err := tx.Exec(ctx, `INSERT INTO region (code, name, parent, level) VALUES ($1, $2, '', $3)
			ON CONFLICT (code) DO UPDATE SET name = excluded.name WHERE region.name <> excluded.name`,
			string(r.Code), r.Name, int64(r.Code.Level()))
		if err != nil {
			return err
		}
	}
	return linkRegions(ctx, tx)
}

// KnownRegions are the names of all regions. It asks for no permission: they are public.
func KnownRegions(ctx context.Context, tx *store.Tx) (map[region.Code]string, error) {
	list, err := regionsWhere(ctx, tx, "1 = 1")
	out := make(map[region.Code]string, len(list))
	for _, r := range list {
		out[r.Code] = r.Name
	}
	return out, err
}

// linkRegions hangs every region on the nearest wider one that is known: towns of a city
// without counties hang on the city.
func linkRegions(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.Query(ctx, "SELECT code, parent FROM region")
	if err != nil {
		return err
	}
	defer rows.Close()
	parents := map[region.Code]region.Code{}
	for rows.Next() {
		var code, parent region.Code
		if err := rows.Scan(&code, &parent); err != nil {
			return store.Classify(err)
		}
		parents[code] = parent
	}
	rows.Close()
	if err := store.Classify(rows.Err()); err != nil {
		return err
	}
	for code, before := range parents {
		p, ok := code.Parent()
		for ok {
			if _, known := parents[p]; known {
				break
			}
			p, ok = p.Parent()
		}
		if !ok {
			p = ""
		}
		if p == before {
			continue
		}
		if _, err := tx.Exec(ctx, "UPDATE region SET parent = $1 WHERE code = $2", string(p), string(code)); err != nil {
			return err
		}
	}
	return nil
}

// topRegion is the widest region of the installation. Errors: not found when there is none.
func topRegion(ctx context.Context, tx *store.Tx) (Region, error) {
	var r Region
	err := tx.QueryRow(ctx, "SELECT code, name FROM region ORDER BY level, code LIMIT 1").Scan(&r.Code, &r.Name)
	return r, err
}

func regionByCode(ctx context.Context, tx *store.Tx, code region.Code) (Region, error) {
	list, err := regionsWhere(ctx, tx, "r.code = $1", string(code))
	if err != nil {
		return Region{}, err
	}
	if len(list) == 0 {
		return Region{}, access.Hidden()
	}
	return list[0], nil
}

func regionsWhere(ctx context.Context, tx *store.Tx, cond string, args ...any) ([]Region, error) {
	rows, err := tx.Query(ctx, `SELECT r.code, r.name, r.parent, (SELECT COUNT(*) FROM region k WHERE k.parent = r.code)
		FROM region r WHERE `+cond+` ORDER BY r.code`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Region
	for rows.Next() {
		var r Region
		if err := rows.Scan(&r.Code, &r.Name, &r.Parent, &r.Children); err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, r)
	}
	return out, store.Classify(rows.Err())
}

// scopeCond is the SQL condition that keeps the rows inside an actor's scopes for an action:
// regionCol in one of its regions, or unitCol among its units. It adds its arguments to args.
func scopeCond(a access.Actor, action access.Action, regionCol, unitCol string, args *[]any) string {
	if a.All(action) {
		return "1 = 1"
	}
	conds := []string{"1 = 0"}
	for _, r := range a.Scopes(action) {
		*args = append(*args, r.Short()+"%")
		conds = append(conds, fmt.Sprintf("%s LIKE $%d", regionCol, len(*args)))
	}
	if units := a.UnitScopes(action); len(units) > 0 && unitCol != "" {
		in, _ := store.In(len(*args)+1, len(units))
		for _, u := range units {
			*args = append(*args, u)
		}
		conds = append(conds, unitCol+" IN "+in)
	}
	return "(" + strings.Join(conds, " OR ") + ")"
}
