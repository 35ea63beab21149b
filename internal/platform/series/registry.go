package series

import (
	"context"
	"fmt"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// chunk is how many series one query names; well below the engines' limits on parameters.
const chunk = 500

// Resolve gives the number of each key's series and creates those that do not exist.
func Resolve(ctx context.Context, tx *store.Tx, keys []Key) ([]ID, error) {
	ids, err := Find(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	var create []Key
	for i, id := range ids {
		if id == 0 {
			create = append(create, keys[i])
		}
	}
	if len(create) == 0 {
		return ids, nil
	}
	for _, k := range create {
		if k.Site == "" || k.Factor == "" || k.Stat == "" {
			return nil, fault.Newf(fault.Invalid, "series_key", "序列 %q 缺少监测对象、因子或统计口径", k)
		}
		_, err := tx.Exec(ctx, `INSERT INTO series (site, factor, stat, step, created_at)
			VALUES ($1, $2, $3, $4, $5) ON CONFLICT (site, factor, stat) DO NOTHING`,
			k.Site, k.Factor, k.Stat, StepOf(k.Stat), tx.NowMS())
		if err != nil {
			return nil, err
		}
	}
	return Find(ctx, tx, keys)
}

// Find gives the number of each key's series, 0 for those that do not exist.
func Find(ctx context.Context, tx *store.Tx, keys []Key) ([]ID, error) {
	var sites []string
	seen := map[string]bool{}
	for _, k := range keys {
		if !seen[k.Site] {
			seen[k.Site] = true
			sites = append(sites, k.Site)
		}
	}
	found, err := OfSites(ctx, tx, sites)
	if err != nil {
		return nil, err
	}
	ids := make([]ID, len(keys))
	for i, k := range keys {
		ids[i] = found[k]
	}
	return ids, nil
}

// OfSites gives all series of the sites.
func OfSites(ctx context.Context, tx *store.Tx, sites []string) (map[Key]ID, error) {
	out := map[Key]ID{}
	for from := 0; from < len(sites); from += chunk {
		part := sites[from:min(from+chunk, len(sites))]
		in, _ := store.In(1, len(part))
		args := make([]any, len(part))
		for i, s := range part {
			args[i] = s
		}
		rows, err := tx.Query(ctx, "SELECT id, site, factor, stat FROM series WHERE site IN "+in, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id ID
			var k Key
			if err := rows.Scan(&id, &k.Site, &k.Factor, &k.Stat); err != nil {
				rows.Close()
				return nil, store.Classify(err)
			}
			out[k] = id
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, store.Classify(err)
		}
	}
	return out, nil
}

// Last is the number of the series that was made last; 0 without any. Series are never
// renamed or taken away, so as long as it stands the list of series does.
func Last(ctx context.Context, tx *store.Tx) (last ID, err error) {
	err = tx.QueryRow(ctx, "SELECT COALESCE(MAX(id), 0) FROM series").Scan(&last)
	return last, err
}

// Keys gives the key of each series. Errors: not found for a number that does not exist.
func Keys(ctx context.Context, tx *store.Tx, ids []ID) ([]Key, error) {
	out := make([]Key, len(ids))
	at := map[ID][]int{}
	for i, id := range ids {
		at[id] = append(at[id], i)
	}
	found := map[ID]bool{}
	err := eachChunk(ctx, tx, "SELECT id, site, factor, stat FROM series WHERE id IN ", distinct(ids), func(scan func(...any) error) error {
		var id ID
		var k Key
		if err := scan(&id, &k.Site, &k.Factor, &k.Stat); err != nil {
			return err
		}
		found[id] = true
		for _, i := range at[id] {
			out[i] = k
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !found[id] {
			return nil, unknown(id)
		}
	}
	return out, nil
}

// steps gives the step of each series. Errors: not found for a number that does not exist.
func steps(ctx context.Context, tx *store.Tx, ids []ID) (map[ID]int64, error) {
	out := make(map[ID]int64, len(ids))
	err := eachChunk(ctx, tx, "SELECT id, step FROM series WHERE id IN ", ids, func(scan func(...any) error) error {
		var id ID
		var step int64
		if err := scan(&id, &step); err != nil {
			return err
		}
		out[id] = step
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if _, ok := out[id]; !ok {
			return nil, unknown(id)
		}
	}
	return out, nil
}

func unknown(id ID) error {
	return fault.Wrap(fmt.Errorf("series %d", id), fault.NotFound, "series_unknown", "没有这个监测序列")
}

func distinct(ids []ID) []ID {
	seen := make(map[ID]bool, len(ids))
	out := make([]ID, 0, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// eachChunk runs query with the ids in an IN list and gives every row to fn.
func eachChunk(ctx context.Context, tx *store.Tx, query string, ids []ID, fn func(scan func(...any) error) error) error {
	for from := 0; from < len(ids); from += chunk {
		part := ids[from:min(from+chunk, len(ids))]
		in, _ := store.In(1, len(part))
		args := make([]any, len(part))
		for i, id := range part {
			args[i] = int64(id)
		}
		rows, err := tx.Query(ctx, query+in, args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			if err := fn(rows.Scan); err != nil {
				rows.Close()
				return store.Classify(err)
			}
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return store.Classify(err)
		}
	}
	return nil
}
