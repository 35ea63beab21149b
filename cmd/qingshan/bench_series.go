package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

// seriesBench is a store with synthetic hourly observations: sites × six factors from
// 2024-08-01 on, month by month, each month one durable transaction.
type seriesBench struct {
	db     *store.DB
	keys   []series.Key
	ids    []series.ID
	months int
	close  func() error
}

type seriesFlags struct {
	database *string
	sites    *int
	months   *int
	runs     *int
}

type seriesResult struct {
	Job       string  `json:"job"`
	Engine    string  `json:"engine"`
	Values    int     `json:"values"`
	Seconds   float64 `json:"seconds"`
	PerSecond int64   `json:"values_per_s"`
	Again     int64   `json:"unchanged_per_s,omitempty"` // the same values delivered again
	Columns   int64   `json:"columns_values_per_s,omitempty"`
	Bytes     int64   `json:"bytes_in_segments,omitempty"`
}

func benchSeriesWriteCommand() command {
	c := command{
		name:    "bench series-write",
		about:   "Time the durable storing of hourly observations, and of the same delivered again.",
		usage:   "[--database URL] [--sites N] [--months N]",
		example: "qingshan bench series-write --sites 100 --months 24",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		return c.benchSeries(ctx, e, args, benchSeriesWrite)
	}
	return c
}

func benchSeriesReadCommand() command {
	c := command{
		name:    "bench series-read",
		about:   "Time the reading of hourly observations into columns of whole numbers.",
		usage:   "[--database URL] [--sites N] [--months N] [--runs N]",
		example: "qingshan bench series-read --sites 100 --months 24 --runs 5",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		return c.benchSeries(ctx, e, args, benchSeriesRead)
	}
	return c
}

type seriesJob func(ctx context.Context, b *seriesBench, runs int) (seriesResult, error)

func (c command) benchSeries(ctx context.Context, e *env, args []string, job seriesJob) int {
	fs := c.flagSet(e)
	f := seriesBenchFlags(fs)
	rest, code, done := c.parseFlags(e, fs, args)
	if done {
		return code
	}
	if len(rest) > 0 || *f.sites < 1 || *f.months < 1 || *f.runs < 1 {
		return c.usageError(e, "takes no arguments; the numbers are at least 1")
	}
	b, err := openSeriesBench(ctx, *f.database, *f.sites, *f.months)
	if err != nil {
		return c.usageError(e, "%v", err)
	}
	res, err := job(ctx, b, *f.runs)
	if cerr := b.close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = json.NewEncoder(e.stdout).Encode(res)
	}
	if err != nil {
		fmt.Fprintf(e.stderr, "qingshan %s: %v\n", c.name, err)
		return exitInternal
	}
	return exitOK
}

func seriesBenchFlags(fs *flag.FlagSet) seriesFlags {
	return seriesFlags{
		database: fs.String("database", "", "PostgreSQL `URL`; a schema of its own is made there and removed (default: a temporary SQLite file)"),
		sites:    fs.Int("sites", 100, "number of sites, six factors each"),
		months:   fs.Int("months", 24, "months of hourly values"),
		runs:     fs.Int("runs", 5, "how many times to read; the fastest is printed"),
	}
}

func openSeriesBench(ctx context.Context, database string, sites, months int) (*seriesBench, error) {
	cfg, remove, err := benchStore(ctx, database)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, cfg, clock.System())
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	b := &seriesBench{db: db, months: months}
	b.close = func() error { return errors.Join(db.Close(), remove()) }
	for s := range sites {
		for _, factor := range []string{"SO2", "NO2", "CO", "O3", "PM10", "PM25"} {
			b.keys = append(b.keys, series.Key{Site: fmt.Sprintf("bench-%04d", s), Factor: factor, Stat: "hour"})
		}
	}
	err = db.Update(ctx, func(tx *store.Tx) (err error) {
		b.ids, err = series.Resolve(ctx, tx, b.keys)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// benchStore gives an empty store: a temporary file, or a schema of its own.
func benchStore(ctx context.Context, database string) (store.Config, func() error, error) {
	if database == "" {
		dir, err := os.MkdirTemp("", "qsbench")
		if err != nil {
			return store.Config{}, nil, err
		}
		return store.Config{Path: filepath.Join(dir, "bench.db")}, func() error { return os.RemoveAll(dir) }, nil
	}
	schema := fmt.Sprintf("qsbench%d", os.Getpid())
	if err := pgStatement(ctx, database, "CREATE SCHEMA "+schema); err != nil {
		return store.Config{}, nil, err
	}
	return store.Config{URL: withSearchPath(database, schema)},
		func() error { return pgStatement(ctx, database, "DROP SCHEMA "+schema+" CASCADE") }, nil
}

// withSearchPath adds the schema to a postgres:// address or a keyword string.
func withSearchPath(database, schema string) string {
	u, err := url.Parse(database)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return database + " search_path=" + schema
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// pgStatement runs one statement on a connection of its own.
func pgStatement(ctx context.Context, database, statement string) error {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// batch is month m of all series: a slow wave and a step every hour, some hours missing.
func (b *seriesBench) batch(m int) (series.Batch, int) {
	from := time.Date(2024, time.Month(8+m), 1, 1, 0, 0, 0, clock.Shanghai).UnixMilli()
	to := time.Date(2024, time.Month(9+m), 1, 0, 0, 0, 0, clock.Shanghai).UnixMilli()
	out, n := series.Batch{Origin: 1}, 0
	seed := uint64(m)*7919 + 1
	for k, id := range b.ids {
		s := series.Set{ID: id}
		unit, level := int64(1000), int64(60)
		if b.keys[k].Factor == "CO" {
			unit = 100
		}
		for t := from; t <= to; t += time.Hour.Milliseconds() {
			seed = seed*6364136223846793005 + 1442695040888963407
			r := int64(seed >> 33)
			if r%200 == 0 {
				continue
			}
			level = max(1, level+r%13-6)
			s.Times, s.Values = append(s.Times, t), append(s.Values, level*unit)
		}
		n += len(s.Times)
		out.Sets = append(out.Sets, s)
	}
	return out, n
}

// write stores all months and returns the number of values and the time of storing alone.
func (b *seriesBench) write(ctx context.Context) (n int, took time.Duration, err error) {
	for m := range b.months {
		batch, values := b.batch(m)
		watch := clock.Start()
		err := b.db.Update(ctx, func(tx *store.Tx) error {
			_, err := series.Append(ctx, tx, batch)
			return err
		})
		took += watch.Elapsed()
		if err != nil {
			return 0, 0, err
		}
		n += values
	}
	return n, took, nil
}

func (b *seriesBench) result(job string, n int, took time.Duration) seriesResult {
	return seriesResult{Job: job, Engine: string(b.db.Dialect()), Values: n, Seconds: took.Seconds(), PerSecond: perSecond(n, took)}
}

func perSecond(n int, took time.Duration) int64 { return int64(float64(n) / took.Seconds()) }

func benchSeriesWrite(ctx context.Context, b *seriesBench, _ int) (seriesResult, error) {
	n, took, err := b.write(ctx)
	if err != nil {
		return seriesResult{}, err
	}
	res := b.result("series-write", n, took)
	_, again, err := b.write(ctx)
	if err != nil {
		return seriesResult{}, err
	}
	res.Again = perSecond(n, again)
	err = b.db.View(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(ctx, "SELECT SUM(LENGTH(body)) FROM segment").Scan(&res.Bytes)
	})
	return res, err
}

func benchSeriesRead(ctx context.Context, b *seriesBench, runs int) (seriesResult, error) {
	n, _, err := b.write(ctx)
	if err != nil {
		return seriesResult{}, err
	}
	from := time.Date(2024, 8, 1, 1, 0, 0, 0, clock.Shanghai).UnixMilli()
	to := time.Date(2024, time.Month(8+b.months), 1, 0, 0, 0, 0, clock.Shanghai).UnixMilli()
	grid := series.NewGrid(time.Hour.Milliseconds(), from, to)
	dst := make([]int16, len(b.ids)*grid.N)
	into := func(tx *store.Tx) error {
		return series.ReadInto(ctx, tx, b.ids, grid, 0, 100, int16(-32768), dst)
	}
	columns := func(tx *store.Tx) error {
		_, err := series.Read(ctx, tx, b.ids, from, to, 0)
		return err
	}
	fastest, err := b.fastest(ctx, runs, into)
	if err != nil {
		return seriesResult{}, err
	}
	whole, err := b.fastest(ctx, runs, columns)
	if err != nil {
		return seriesResult{}, err
	}
	res := b.result("series-read", n, fastest)
	res.Columns = perSecond(n, whole)
	return res, nil
}

func (b *seriesBench) fastest(ctx context.Context, runs int, fn func(*store.Tx) error) (best time.Duration, err error) {
	for i := range runs {
		watch := clock.Start()
		if err := b.db.View(ctx, fn); err != nil {
			return 0, err
		}
		if took := watch.Elapsed(); i == 0 || took < best {
			best = took
		}
	}
	return best, nil
}
