package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/standard"
	"qingshan/internal/server"
)

// importFlags are the options of import beside those of the installation.
type importFlags struct {
	telemetry.ImportOptions
	rejects  string
	maxBytes int64
	maxRatio int64
}

func importCommand() command {
	c := command{
		name:    "import",
		about:   "Import files (CSV, gzip or plain): " + strings.Join(importer.KindNames(), ", ") + ". Each file is stored whole or not at all.",
		usage:   "KIND FILE… --data DIR | --database URL",
		example: "qingshan import air-hourly hourly.csv.gz --data /var/lib/qingshan --dry-run",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		f := importFlags{ImportOptions: telemetry.ImportOptions{Map: map[string]string{}, Set: map[string]string{}}}
		cfg, rest, code, done := c.configured(e, args, f.bind)
		if done {
			return code
		}
		if len(rest) < 2 {
			return c.usageError(e, "wants a kind (%s) and at least one file", strings.Join(importer.KindNames(), ", "))
		}
		f.Kind = rest[0]
		if !slices.Contains(importer.KindNames(), f.Kind) {
			return c.usageError(e, "no kind %q; this version imports: %s", f.Kind, strings.Join(importer.KindNames(), ", "))
		}
		return c.importFiles(ctx, e, cfg, f, rest[1:])
	}
	return c
}

func (f *importFlags) bind(fs *flag.FlagSet) {
	fs.BoolVar(&f.DryRun, "dry-run", false, "tell what would happen and write nothing")
	fs.StringVar(&f.rejects, "rejects", "", "write refused rows with a reason column to `FILE`")
	fs.StringVar(&f.Profile, "profile", "", "known form of a file, e.g. prsa, cnemc-archive, begin-labels; none = do not look for one")
	fs.BoolVar(&f.CreateStations, "create-stations", false, "register unknown stations of known cities by their name")
	fs.Func("map", "`COLUMN=FIELD`: what a column holds; FIELD - ignores it (may be repeated)", pair(f.Map))
	fs.Func("set", "`FIELD=TEXT`: for every row, e.g. city=新乡 (may be repeated)", pair(f.Set))
	fs.Func("missing", "a further `TOKEN` that means no value, e.g. -999 (may be repeated)", func(s string) error {
		f.Missing = append(f.Missing, s)
		return nil
	})
	fs.Int64Var(&f.maxBytes, "max-bytes", 0, "refuse more than `N` bytes of unpacked text (default 4 GiB)")
	fs.Int64Var(&f.maxRatio, "max-ratio", 0, "refuse gzip that unpacks to more than `N` times its size (default 200)")
}

// pair reads NAME=VALUE into m; the last = divides, for headers may hold one.
func pair(m map[string]string) func(string) error {
	return func(s string) error {
		i := strings.LastIndexByte(s, '=')
		if i <= 0 {
			return fmt.Errorf("want NAME=VALUE, not %q", s)
		}
		m[s[:i]] = s[i+1:]
		return nil
	}
}

func (c command) importFiles(ctx context.Context, e *env, cfg *server.Config, f importFlags, files []string) (code int) {
	imports, closeDB, err := openImports(ctx, cfg, f)
	if err != nil {
		return c.fail(e, err)
	}
	defer func() {
		if err := closeDB(); err != nil && code < exitUsage {
			code = c.fail(e, err)
		}
	}()
	out, err := newImportOutput(e, f.rejects)
	if err != nil {
		return c.fail(e, err)
	}
	ctx = access.With(ctx, access.System("import"))
	var total telemetry.ImportCounts
	for _, file := range files {
		rep, err := out.run(ctx, imports, file, f)
		if err != nil {
			_ = out.close() // the first error says what to do
			return c.fail(e, err)
		}
		total.Rows += rep.Rows
		total.RejectedRows += rep.RejectedRows
	}
	if err := out.close(); err != nil {
		fmt.Fprintf(e.stderr, "qingshan import: the rejects could not be written: %v\n", err)
		return exitInternal
	}
	if f.DryRun {
		fmt.Fprintln(e.stderr, "dry run: nothing was written")
	}
	fmt.Fprintf(e.stderr, "%d read, %d accepted, %d rejected\n", total.Rows, total.Rows-total.RejectedRows, total.RejectedRows)
	if total.RejectedRows > 0 {
		return exitRejected
	}
	return exitOK
}

// openImports opens the installation's database for writing. It fails when a server holds it.
func openImports(ctx context.Context, cfg *server.Config, f importFlags) (*telemetry.Imports, func() error, error) {
	sc := cfg.Store()
	if sc.URL == "" {
		if err := os.MkdirAll(filepath.Dir(sc.Path), 0o750); err != nil {
			return nil, nil, err
		}
	}
	rules, err := telemetry.BuiltinRules()
	if err != nil {
		return nil, nil, err
	}
	reg, err := standard.Builtin()
	if err != nil {
		return nil, nil, err
	}
	db, err := store.Open(ctx, sc, clock.System())
	if err != nil {
		return nil, nil, err
	}
	limits := importer.Limits{MaxBytes: f.maxBytes, MaxRatio: f.maxRatio}
	return telemetry.NewImports(telemetry.New(db, rules), db, reg, telemetry.ImportConfig{Limits: limits}), db.Close, nil
}

// importFile is a file on the disk.
func importFile(path string) (telemetry.ImportFile, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return telemetry.ImportFile{}, err
	case info.IsDir():
		return telemetry.ImportFile{}, &os.PathError{Op: "import", Path: path, Err: errors.New("is a folder")}
	}
	return telemetry.ImportFile{Name: path, Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(path) }}, nil
}
