package telemetry

import (
	"context"
	"fmt"
	"slices"

	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

const siteColumns = `id, code, name, kind, region, lon, lat, background, counted, valid_from, valid_to, version`

// readSites reads the sites that a condition on the table selects, by code.
func readSites(ctx context.Context, tx *store.Tx, where string, args ...any) ([]Site, error) {
	rows, err := tx.Query(ctx, "SELECT "+siteColumns+" FROM site "+where+" ORDER BY code", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Site
	at := map[int64]int{}
	for rows.Next() {
		var s Site
		var background, counted int
		err := rows.Scan(&s.ID, &s.Code, &s.Name, &s.Kind, &s.Region, &s.Lon, &s.Lat, &background, &counted, &s.From, &s.To, &s.Version)
		if err != nil {
			return nil, store.Classify(err)
		}
		s.Background, s.Counted = background == 1, counted == 1
		at[s.ID] = len(out)
		out = append(out, s)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, store.Classify(err)
	}
	return out, readAliases(ctx, tx, out, at)
}

func readAliases(ctx context.Context, tx *store.Tx, sites []Site, at map[int64]int) error {
	query, args := "SELECT site_id, alias FROM site_alias", []any(nil)
	if len(sites) == 1 {
		query, args = query+" WHERE site_id = $1", []any{sites[0].ID}
	}
	rows, err := tx.Query(ctx, query+" ORDER BY site_id, alias", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var alias string
		if err := rows.Scan(&id, &alias); err != nil {
			return store.Classify(err)
		}
		if i, ok := at[id]; ok {
			sites[i].Aliases = append(sites[i].Aliases, alias)
		}
	}
	return store.Classify(rows.Err())
}

// sitesIn reads the sites inside one of the regions; the region "" is everywhere.
func sitesIn(ctx context.Context, tx *store.Tx, regions []region.Code) ([]Site, error) {
	if slices.Contains(regions, "") {
		return readSites(ctx, tx, "")
	}
	where, args := "WHERE (1 = 0", []any(nil)
	for i, r := range regions {
		where += fmt.Sprintf(" OR region BETWEEN $%d AND $%d", 2*i+1, 2*i+2)
		lo, hi := span(r)
		args = append(args, lo, hi)
	}
	return readSites(ctx, tx, where+")", args...)
}

// span is the first and last code inside a region.
func span(r region.Code) (lo, hi string) {
	short := r.Short()
	pad := "999999999999"[len(short):]
	return string(r), short + pad
}

func insertSite(ctx context.Context, tx *store.Tx, s *Site) error {
	err := tx.QueryRow(ctx, `INSERT INTO site (code, name, kind, region, lon, lat, background, counted, valid_from, valid_to, version, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11) RETURNING id`,
		s.Code, s.Name, string(s.Kind), string(s.Region), s.Lon, s.Lat, bit(s.Background), bit(s.Counted),
		int64(s.From), int64(s.To), tx.NowMS()).Scan(&s.ID)
	s.Version = 1
	if err != nil {
		return err
	}
	return insertAliases(ctx, tx, s.ID, s.Aliases)
}

// updateSite writes all fields of a site that was read in the same transaction.
func updateSite(ctx context.Context, tx *store.Tx, s *Site, newAliases []string) error {
	s.Version++
	_, err := tx.Exec(ctx, `UPDATE site SET name = $1, kind = $2, region = $3, lon = $4, lat = $5, background = $6, counted = $7,
		valid_from = $8, valid_to = $9, version = $10, updated_at = $11 WHERE id = $12`,
		s.Name, string(s.Kind), string(s.Region), s.Lon, s.Lat, bit(s.Background), bit(s.Counted),
		int64(s.From), int64(s.To), s.Version, tx.NowMS(), s.ID)
	if err != nil {
		return err
	}
	return insertAliases(ctx, tx, s.ID, newAliases)
}

func insertAliases(ctx context.Context, tx *store.Tx, id int64, aliases []string) error {
	for _, a := range aliases {
		_, err := tx.Exec(ctx, "INSERT INTO site_alias (site_id, alias) VALUES ($1, $2) ON CONFLICT (site_id, alias) DO NOTHING", id, a)
		if err != nil {
			return err
		}
	}
	return nil
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
