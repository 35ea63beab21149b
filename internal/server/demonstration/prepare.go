package demonstration

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/packs/demo"
)

// Ready is a made demonstration city, its database closed again.
type Ready struct {
	Resume time.Time // where the city's clock goes on
	Seed   uint64
	Fresh  bool // made just now
}

// Prepare makes the demonstration city when the installation is empty, again when making it
// was interrupted, and leaves a made one as it is. The files of evidence belong into folder.
// Errors: conflict when the
// installation holds somebody's data.
func Prepare(ctx context.Context, cfg store.Config, folder string, span Span, seed uint64, progress func(done float64, what string)) (Ready, error) {
	if cfg.URL == "" {
		if err := os.MkdirAll(filepath.Dir(cfg.Path), 0o750); err != nil {
			return Ready{}, err
		}
	}
	// Every act sets the clock to its own time before it writes.
	clk := clock.NewManual(time.UnixMilli(span.Hours.Start()))
	db, err := store.Open(ctx, cfg, clk)
	if err != nil {
		return Ready{}, err
	}
	state, err := Inspect(ctx, db)
	if err == nil && state == Unfinished {
		if err = db.Close(); err == nil {
			err = errors.Join(Clear(ctx, cfg), os.RemoveAll(folder))
		}
		if err != nil {
			return Ready{}, err
		}
		if db, err = store.Open(ctx, cfg, clk); err == nil {
			state = Empty
		}
	}
	if err != nil {
		return Ready{}, err
	}
	defer db.Close()
	switch state {
	case Foreign:
		return Ready{}, fault.New(fault.Conflict, "not_demo", "这里已有别的数据，不会改动；请为演示城市另选一个空目录或空数据库")
	case Empty:
		c, err := New(db, folder, span, seed)
		if err != nil {
			return Ready{}, err
		}
		if err := c.Make(ctx, clk, progress); err != nil {
			return Ready{}, err
		}
	}
	at, made, err := Resume(ctx, db)
	return Ready{at, made, state == Empty}, err
}

// Announce prints where the demonstration is found, what its clock shows and who may log in.
func Announce(w io.Writer, address string, at time.Time, speed float64, accounts []demo.Account) error {
	fmt.Fprintf(w, "青山 · %s城市（数据、边界、人物均为虚构）\n地址  http://%s\n时钟  %s，%g 倍速\n\n",
		demo.Mark, address, at.In(clock.Shanghai).Format("2006-01-02 15:04"), speed)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "name\tpassword\t")
	for _, a := range accounts {
		fmt.Fprintf(t, "%s\t%s\t%s\n", a.Name, a.Password, a.About)
	}
	return t.Flush()
}
