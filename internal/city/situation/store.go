package situation

import (
	"context"
	"time"

	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Target is a year's goal for one item, in thousandths of its unit.
type Target struct {
	Region    region.Code
	Year      int
	Item      string
	Value     int64
	Source    string
	Version   int64
	UpdatedAt int64
	UpdatedBy string
}

// readTargets reads a year's targets as known at asOf (the zero time: now).
func readTargets(ctx context.Context, tx *store.Tx, code region.Code, year int, asOf time.Time) (map[string]Target, error) {
	rows, err := tx.Query(ctx, `SELECT item, value, source, version, recorded_at, recorded_by FROM air_target_version
		WHERE region = $1 AND year = $2 AND recorded_at <= $3 ORDER BY version`, string(code), year, knownBy(asOf))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]Target{}
	for rows.Next() {
		t := Target{Region: code, Year: year}
		if err := rows.Scan(&t.Item, &t.Value, &t.Source, &t.Version, &t.UpdatedAt, &t.UpdatedBy); err != nil {
			return nil, store.Classify(err)
		}
		out[t.Item] = t // a later version stands
	}
	return out, store.Classify(rows.Err())
}

// knownBy is the last record time that a view sees, in ms.
func knownBy(asOf time.Time) int64 {
	if asOf.IsZero() {
		return 1 << 62
	}
	return asOf.UnixMilli()
}

// keepTarget keeps the version that was just written.
func keepTarget(ctx context.Context, tx *store.Tx, t Target) error {
	_, err := tx.Exec(ctx, `INSERT INTO air_target_version (region, year, item, version, value, source, recorded_at, recorded_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		string(t.Region), t.Year, t.Item, t.Version, t.Value, t.Source, tx.NowMS(), t.UpdatedBy)
	return err
}

// insertTarget writes a target that does not exist yet. Errors: conflict when it does.
func insertTarget(ctx context.Context, tx *store.Tx, t Target) error {
	_, err := tx.Exec(ctx, `INSERT INTO air_target (region, year, item, value, source, version, updated_at, updated_by)
		VALUES ($1, $2, $3, $4, $5, 1, $6, $7)`,
		string(t.Region), t.Year, t.Item, t.Value, t.Source, tx.NowMS(), t.UpdatedBy)
	return err
}

// updateTarget writes a target over the version the caller saw and reports whether that
// version was still the current one.
func updateTarget(ctx context.Context, tx *store.Tx, t Target) (bool, error) {
	res, err := tx.Exec(ctx, `UPDATE air_target SET value = $1, source = $2, version = version + 1, updated_at = $3, updated_by = $4
		WHERE region = $5 AND year = $6 AND item = $7 AND version = $8`,
		t.Value, t.Source, tx.NowMS(), t.UpdatedBy, string(t.Region), t.Year, t.Item, t.Version)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, store.Classify(err)
}

// dustDay is a confirmed dust day.
type dustDay struct {
	source     string
	recordedAt int64 // ms
}

// readDust lists the days of a region under confirmed dust influence, as known at asOf (the
// zero time: as known now).
func readDust(ctx context.Context, tx *store.Tx, code region.Code, asOf time.Time) (map[calendar.Day]dustDay, error) {
	rows, err := tx.Query(ctx, `SELECT day, source, recorded_at FROM dust_day
		WHERE region = $1 AND recorded_at <= $2 AND (removed_at = 0 OR removed_at > $2)`, string(code), knownBy(asOf))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[calendar.Day]dustDay{}
	for rows.Next() {
		var day int64
		var d dustDay
		if err := rows.Scan(&day, &d.source, &d.recordedAt); err != nil {
			return nil, store.Classify(err)
		}
		out[calendar.Day(day)] = d
	}
	return out, store.Classify(rows.Err())
}

// endDust takes a day back: its row keeps until when it was known.
func endDust(ctx context.Context, tx *store.Tx, code region.Code, day calendar.Day) error {
	_, err := tx.Exec(ctx, `UPDATE dust_day SET removed_at = $1 WHERE region = $2 AND day = $3 AND removed_at = 0`,
		tx.NowMS(), string(code), int64(day))
	return err
}

func insertDust(ctx context.Context, tx *store.Tx, code region.Code, day calendar.Day, source string) error {
	_, err := tx.Exec(ctx, `INSERT INTO dust_day (region, day, recorded_at, source) VALUES ($1, $2, $3, $4)
		ON CONFLICT (region, day, recorded_at) DO UPDATE SET source = excluded.source, removed_at = 0`,
		string(code), int64(day), tx.NowMS(), source)
	return err
}

func readLayer(ctx context.Context, tx *store.Tx, code region.Code, layer string) (text string, version int64, err error) {
	err = tx.QueryRow(ctx, `SELECT geojson, updated_at FROM map_layer WHERE region = $1 AND layer = $2`,
		string(code), layer).Scan(&text, &version)
	return text, version, err
}

func writeLayer(ctx context.Context, tx *store.Tx, code region.Code, layer, geojson string) error {
	_, err := tx.Exec(ctx, `INSERT INTO map_layer (region, layer, geojson, updated_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (region, layer) DO UPDATE SET geojson = excluded.geojson, updated_at = excluded.updated_at`,
		string(code), layer, geojson, tx.NowMS())
	return err
}
