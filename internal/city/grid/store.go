package grid

import (
	"context"
	"database/sql"

	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
)

// nextRev counts a change of the grid; every row that it touches carries the number.
func nextRev(ctx context.Context, tx *store.Tx) (rev int64, err error) {
	err = tx.QueryRow(ctx, "UPDATE grid_head SET rev = rev + 1 WHERE id = 1 RETURNING rev").Scan(&rev)
	return rev, err
}

func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, v)
	}
	return out, store.Classify(rows.Err())
}

const cellColumns = "id, code, name, tier, region, parent, geometry, area, shaped_at, from_at, ended_at, into_cell, version"

func scanCell(rows *sql.Rows) (*Cell, error) {
	var c Cell
	var shape string
	err := rows.Scan(&c.ID, &c.Code, &c.Name, &c.Tier, &c.Region, &c.Parent, &shape, &c.Area, &c.ShapedAt, &c.FromAt, &c.EndedAt, &c.IntoCell, &c.Version)
	if err == nil {
		c.Shape, err = geo.LoadShape([]byte(shape))
	}
	return &c, err
}

func insertCell(ctx context.Context, tx *store.Tx, c *Cell) error {
	rev, err := nextRev(ctx, tx)
	if err != nil {
		return err
	}
	c.Version, c.FromAt, c.ShapedAt, c.Area = 1, tx.NowMS(), tx.NowMS(), int64(c.Shape.Area())
	return tx.QueryRow(ctx, `INSERT INTO grid_cell (code, name, tier, region, parent, geometry, area, shaped_at, from_at, version, rev)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10) RETURNING id`,
		c.Code, c.Name, c.Tier, string(c.Region), c.Parent, string(c.Shape.JSON()), c.Area, c.ShapedAt, c.FromAt, rev).Scan(&c.ID)
}

// updateCell keeps the version before and writes the new one.
func updateCell(ctx context.Context, tx *store.Tx, old, c *Cell) error {
	rev, err := nextRev(ctx, tx)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO grid_cell_past (cell, version, from_at, to_at, code, name, tier, region, parent, geometry, area)
		SELECT id, version, from_at, $1, code, name, tier, region, parent, geometry, area FROM grid_cell WHERE id = $2`, tx.NowMS(), old.ID)
	if err != nil {
		return err
	}
	c.Version, c.FromAt, c.Area = old.Version+1, tx.NowMS(), int64(c.Shape.Area())
	_, err = tx.Exec(ctx, `UPDATE grid_cell SET code = $1, name = $2, tier = $3, region = $4, parent = $5, geometry = $6, area = $7,
		shaped_at = $8, from_at = $9, ended_at = $10, into_cell = $11, version = $12, rev = $13 WHERE id = $14`,
		c.Code, c.Name, c.Tier, string(c.Region), c.Parent, string(c.Shape.JSON()), c.Area, c.ShapedAt, c.FromAt, c.EndedAt, c.IntoCell, c.Version, rev, c.ID)
	return err
}

const sourceColumns = "id, code, name, kind, class, region, lng, lat, line, unit, roadside, from_at, ended_at, version"

func scanSource(rows *sql.Rows) (*Source, error) {
	var x Source
	var line string
	var road int
	err := rows.Scan(&x.ID, &x.Code, &x.Name, &x.Kind, &x.Class, &x.Region, &x.At.Lng, &x.At.Lat, &line, &x.Unit, &road, &x.FromAt, &x.EndedAt, &x.Version)
	x.Roadside = road == 1
	if err == nil && line != "" {
		x.Line, err = geo.ParseLine([]byte(line))
	}
	return &x, err
}

func insertSource(ctx context.Context, tx *store.Tx, x *Source) error {
	rev, err := nextRev(ctx, tx)
	if err != nil {
		return err
	}
	x.Version, x.FromAt = 1, tx.NowMS()
	return tx.QueryRow(ctx, `INSERT INTO grid_source (code, name, kind, class, region, lng, lat, line, unit, roadside, from_at, version, rev)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12) RETURNING id`,
		x.Code, x.Name, x.Kind, x.Class, string(x.Region), x.At.Lng, x.At.Lat, lineText(x.Line), x.Unit, flag(x.Roadside), x.FromAt, rev).Scan(&x.ID)
}

func updateSource(ctx context.Context, tx *store.Tx, x *Source) error {
	rev, err := nextRev(ctx, tx)
	if err != nil {
		return err
	}
	x.Version++
	_, err = tx.Exec(ctx, `UPDATE grid_source SET name = $1, kind = $2, class = $3, region = $4, lng = $5, lat = $6, line = $7, unit = $8,
		roadside = $9, ended_at = $10, version = $11, rev = $12 WHERE id = $13`,
		x.Name, x.Kind, x.Class, string(x.Region), x.At.Lng, x.At.Lat, lineText(x.Line), x.Unit, flag(x.Roadside), x.EndedAt, x.Version, rev, x.ID)
	return err
}

func lineText(l geo.Line) string {
	if len(l) == 0 {
		return ""
	}
	return string(l.JSON())
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func scanPost(rows *sql.Rows) (p Post, err error) {
	return p, rows.Scan(&p.ID, &p.Cell, &p.Role, &p.Post, &p.From, &p.To)
}

const postColumns = "id, cell, role, post, from_day, to_day"

// postsOf are the posts that serve a cell on a day.
func postsOf(ctx context.Context, tx *store.Tx, cell int64, day string) ([]Post, error) {
	rows, err := tx.Query(ctx, "SELECT "+postColumns+` FROM grid_post WHERE cell = $1 AND from_day <= $2 AND (to_day = '' OR to_day > $3) ORDER BY id`, cell, day, day)
	return collect(rows, err, scanPost)
}

// postsOn are the posts of all cells on a day.
func postsOn(ctx context.Context, tx *store.Tx, day string) ([]Post, error) {
	rows, err := tx.Query(ctx, "SELECT "+postColumns+` FROM grid_post WHERE from_day <= $1 AND (to_day = '' OR to_day > $2) ORDER BY cell, id`, day, day)
	return collect(rows, err, scanPost)
}

// standIns are those who stand in on a day, by the post they stand in for.
func standIns(ctx context.Context, tx *store.Tx, day string) (map[int64]StandIn, error) {
	rows, err := tx.Query(ctx, "SELECT id, post, stand_in, from_day, to_day, reason FROM grid_standin WHERE from_day <= $1 AND to_day > $2 ORDER BY id", day, day)
	list, err := collect(rows, err, func(r *sql.Rows) (s StandIn, err error) {
		return s, r.Scan(&s.ID, &s.Post, &s.By, &s.From, &s.To, &s.Reason)
	})
	out := map[int64]StandIn{}
	for _, s := range list {
		out[s.Post] = s
	}
	return out, err
}
