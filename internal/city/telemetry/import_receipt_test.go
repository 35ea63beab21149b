package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/store"
)

const twice = `city,station,time,pm25,co
新乡,市委党校,2026-08-27T01,30,0.5
新乡,环保西院,2026-08-27T01,35,
新乡,开发区,2026-08-27T01,33,-3
新乡,没有的站,2026-08-27T01,5,0.1
新乡,河师大,2026-08-27T01,900,0.7
新乡,市委党校,2026-08-27T02,36,0.5
新乡,市委党校,2026-08-27T02,36,0.5
新乡,市委党校,2026-08-27T02,37,0.5
`

const twiceAgain = "received 15 = stored 0 + unchanged 10 + rejected 5 (missing 1)"

var asHours = telemetry.ImportOptions{Kind: "air-hourly"}

// opened counts how often an import opened its file: after the first import once when the
// receipt answered, twice when the file was read after it was hashed.
type opened struct{ n int }

func (o *opened) file(name, text string) telemetry.ImportFile {
	f := file(name, []byte(text))
	open := f.Open
	f.Open = func() (io.ReadCloser, error) { o.n++; return open() }
	return f
}

// taken is everything that an import leaves behind, but for its numbers and times.
func (r room) taken(m *telemetry.Imports, text string, o telemetry.ImportOptions) (all []string, opens int) {
	r.Helper()
	var of opened
	line, rejects := r.imported(m, r.ctx, of.file("a.csv", text), o)
	all = append([]string{line}, rejects...)
	list, _, err := m.List(r.ctx, 0, 1)
	if err != nil {
		r.Fatal(err)
	}
	x := list[0]
	all = append(all, fmt.Sprint(x.Status, x.Kind, x.File, x.Size, x.SHA256, x.Region, x.Options, x.ImportCounts))
	err = r.db.View(r.ctx, func(tx *store.Tx) error {
		for _, q := range []string{
			`SELECT b.stream_id || b.file || b.sha256 || ' ' || b.received || ' ' || b.stored || ' ' || b.revised || ' ' || b.unchanged || ' ' || b.rejected
				|| ' ' || b.suspect || ' ' || b.first_time || ' ' || b.last_time FROM batch b WHERE b.id = $1`,
			`SELECT region || ',' || site || ',' || factor || ',' || time || ',' || line || ',' || place || ',' || code || ',' || reason || ',' || raw || ',' || amount
				FROM reject WHERE batch_id = $1 ORDER BY id`,
		} {
			rows, err := tx.Query(r.ctx, q, x.Batch)
			if err != nil {
				return err
			}
			for rows.Next() {
				var s string
				if err := rows.Scan(&s); err != nil {
					return errors.Join(err, rows.Close())
				}
				all = append(all, s)
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
	return all, of.n
}

func TestTheSameFileAgainIsAnsweredAsIfRead(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		r.taken(m, twice, asHours)
		if n := r.count("import_receipt"); n != 1 {
			r.Fatalf("%d receipts", n)
		}
		known, opens := r.taken(m, twice, asHours)
		if opens != 1 || known[0] != twiceAgain {
			r.Errorf("%s, opened %d times", known[0], opens)
		}
		entries := r.count("audit_entry")
		if _, err := m.Run(r.ctx, file("a.csv", []byte(twice)), telemetry.ImportOptions{Kind: "air-hourly", DryRun: true}, nil, nil); err != nil {
			r.Error(err)
		}
		if n := r.count("audit_entry"); n != entries {
			r.Errorf("a dry run wrote %d audit entries", n-entries)
		}
		r.exec("DELETE FROM import_receipt")
		read, opens := r.taken(m, twice, asHours)
		if opens != 1 || !slices.Equal(known, read) {
			r.Errorf("opened %d times\nfrom the receipt %q\nread             %q", opens, known, read)
		}
		s, err := r.svc.Streams(r.ctx, "", 0)
		if err != nil || len(s) != 1 || s[0].Received != 3*15 || s[0].Stored != 8 || s[0].Unchanged != 2+2*10 || s[0].Rejected != 15 {
			r.Errorf("stream %+v %v", s, err)
		}
		r.booksBalance()
		if report, err := audit.Verify(r.ctx, r.db); err != nil || !report.OK {
			r.Errorf("audit %+v %v", report, err)
		}
	})
}

// exec changes the database behind the program's back.
func (r room) exec(statement string) {
	r.Helper()
	err := r.db.Update(r.ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(r.ctx, statement)
		return err
	})
	if err != nil {
		r.Fatal(err)
	}
}

// TestAReceiptHoldsOnlyWhileNothingChanged changes one thing between two imports of a file.
func TestAReceiptHoldsOnlyWhileNothingChanged(t *testing.T) {
	text := strings.Replace(twice, "900", "90", 1)
	for _, test := range []struct {
		name   string
		change func(r room)
		opt    telemetry.ImportOptions
		want   string
		opens  int
	}{
		{"nothing", func(room) {}, asHours, twiceAgain, 1},
		{"a correction", func(r room) { r.correct(28_000) }, asHours, twiceAgain, 2},
		{"a newer value from another source", func(r room) { r.ingest(feed(pm("N1", "2026-08-27T01", 44))) }, asHours,
			"received 15 = stored 1 + unchanged 9 + rejected 5 (missing 1)", 2},
		{"a value elsewhere", func(r room) { r.ingest(feed(pm("Z1", "2026-08-27T01", 44))) }, asHours, twiceAgain, 2},
		{"another name of a station", func(r room) {
			_, _, err := r.svc.PutSite(r.ctx, telemetry.SiteSpec{Code: "C1", Name: "获嘉县站", Kind: telemetry.County, Region: code("410724"),
				Aliases: []string{"没有的站"}})
			if err != nil {
				r.Fatal(err)
			}
		}, asHours, "received 15 = stored 2 + unchanged 10 + rejected 3 (missing 1)", 2},
		{"another mapping", func(room) {}, telemetry.ImportOptions{Kind: "air-hourly", Map: map[string]string{"co": "-"}},
			"received 8 = stored 0 + unchanged 6 + rejected 2 (missing 0)", 2},
		{"another kind of reading", func(room) {}, telemetry.ImportOptions{Kind: "air-hourly", Missing: []string{"-3"}},
			"received 14 = stored 0 + unchanged 10 + rejected 4 (missing 2)", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			both(t, func(r room) {
				m := importsOn(r.T, r.db)
				r.taken(m, text, asHours)
				test.change(r)
				got, opens := r.taken(m, text, test.opt)
				if got[0] != test.want || opens != test.opens {
					r.Errorf("%s, opened %d times; want %s and %d\n%q", got[0], opens, test.want, test.opens, got)
				}
				if got, opens = r.taken(m, text, test.opt); opens != 1 || !strings.Contains(got[0], "stored 0") {
					r.Errorf("a third time: %s, opened %d times", got[0], opens)
				}
				r.booksBalance()
			})
		})
	}
}

func (r room) correct(value int64) {
	r.Helper()
	c := telemetry.Correction{Site: "N1", Factor: "PM25", Stat: "hour", Time: at("2026-08-27T01"), Value: &value, Reason: "校准后复核"}
	if _, err := r.svc.Correct(r.ctx, c); err != nil {
		r.Fatal(err)
	}
}

func TestAReceiptIsOfOneProgramAndOneReader(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		r.taken(m, twice, asHours)
		var of opened
		county := r.as("410702", access.ImportRun)
		line, _ := r.imported(m, county, of.file("a.csv", twice), asHours)
		if line != "received 15 = stored 0 + unchanged 7 + rejected 8 (missing 1)" || of.n != 2 {
			r.Errorf("a county's account: %s, opened %d times", line, of.n)
		}
		if line, _ = r.imported(m, r.ctx, of.file("b.csv", twice+"\n"), asHours); of.n != 3 {
			r.Errorf("another file of another size: %s, opened %d times", line, of.n)
		}
		other := strings.Replace(twice, "01,30", "01,31", 1)
		if line, _ = r.imported(m, r.ctx, of.file("c.csv", other), asHours); of.n != 5 || !strings.Contains(line, "stored 1") {
			r.Errorf("another file of the same size: %s, opened %d times", line, of.n)
		}
	})
}

func TestNoReceiptOfWhatMayComeOutOtherwise(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		broken := errors.New("cable pulled")
		f := file("cut.csv", []byte(twice))
		f.Open = func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader([]byte(twice[:150])), failing{broken})), nil
		}
		if _, err := m.Run(r.ctx, f, asHours, nil, nil); !errors.Is(err, broken) {
			r.Fatal(err)
		}
		ctx, cancel := context.WithCancel(r.ctx)
		cancel()
		if _, err := m.Run(ctx, file("stopped.csv", []byte(twice)), asHours, nil, func(importer.Reject) {}); err == nil {
			r.Fatal("a stopped import ended well")
		}
		future := "city,station,time,pm25\n新乡,市委党校,2026-08-28T20,30\n新乡,市委党校,2026-08-27T20,30\n"
		r.taken(m, future, asHours)
		if n := r.count("import_receipt"); n != 0 {
			r.Fatalf("%d receipts", n)
		}
		r.clk.Set(morning.Add(24 * time.Hour))
		if got, _ := r.taken(m, future, asHours); got[0] != "received 2 = stored 1 + unchanged 1 + rejected 0 (missing 0)" {
			r.Errorf("when the future has come: %s", got[0])
		}
		r.correct(28_000)
		r.exec("DELETE FROM import_receipt")
		against := "city,station,time,pm25\n新乡,市委党校,2026-08-27T01,31\n新乡,市委党校,2026-08-27T03,31\n"
		r.taken(m, against, asHours)
		if n := r.count("import_receipt"); n != 0 {
			r.Errorf("%d receipts of a file that met a correction", n)
		}
		alone := "city,station,time,pm25\n新乡,河师大,2026-08-27T03,900\n" // judged by what others stored
		r.taken(m, alone, asHours)
		if _, opens := r.taken(m, alone, asHours); opens != 1 || r.count("import_receipt") != 1 {
			r.Errorf("a file judged by others' values: opened %d times, %d receipts", opens, r.count("import_receipt"))
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
