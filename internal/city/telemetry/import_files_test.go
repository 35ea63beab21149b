package telemetry_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// TestImportStoresNothingOfABadFile: whatever stops a file, the database is as before.
func TestImportStoresNothingOfABadFile(t *testing.T) {
	long := hourly[:strings.Index(hourly, "\n")+1]
	for h := range 2000 {
		long += fmt.Sprintf("新乡,2+26,2026-0%d-%02dT%02d,60,%d,60,0.5,7\n", 1+h/24/28, 1+h/24%28, h%24, h%90)
	}
	gz := packed(t, long)
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		before := r.count("audit_entry")
		for name, data := range map[string][]byte{"import_truncated_gzip": gz[:len(gz)-30], "import_cut": []byte(long[:len(long)-9]),
			"import_binary": []byte("\x00\x01\x02\x03\x04\x05\x06"), "import_header_lacks": []byte("a,b\n1,2\n"), "import_empty": nil} {
			_, err := m.Run(r.ctx, file("f", data), telemetry.ImportOptions{Kind: "air-hourly"}, nil, nil)
			wantFault(r.T, name, err, fault.Invalid, name)
		}
		boom := telemetry.ImportFile{Name: "gone", Open: func() (io.ReadCloser, error) { return nil, os.ErrNotExist }}
		_, err := m.Run(r.ctx, boom, telemetry.ImportOptions{Kind: "air-hourly"}, nil, nil)
		wantFault(r.T, "gone", err, fault.Invalid, "import_open")
		stopped, cancel := context.WithCancel(r.ctx)
		slow := telemetry.ImportFile{Name: "slow", Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(long), canceller(cancel), strings.NewReader(long))), nil
		}}
		if _, err := m.Run(stopped, slow, telemetry.ImportOptions{Kind: "air-hourly"}, nil, nil); err == nil {
			r.Error("a cancelled import succeeded")
		}
		_, err = m.Run(r.Context(), file("f", []byte(hourly)), telemetry.ImportOptions{Kind: "air-hourly"}, nil, nil)
		wantFault(r.T, "nobody", err, fault.Unauthenticated, "login_required")
		if n := r.count("segment") + r.count("batch") + r.count("reject") + r.count("import_run") + r.count("audit_entry") - before; n != 0 {
			r.Errorf("%d rows were written", n)
		}
		if got, _ := r.imported(m, r.ctx, file("f", []byte(long)), telemetry.ImportOptions{Kind: "air-hourly"}); !strings.HasPrefix(got, "received 10000 = stored 10000") {
			r.Errorf("the whole file afterwards: %s", got)
		}
	})
}

type canceller context.CancelFunc

func (c canceller) Read([]byte) (int, error) { c(); return 0, io.EOF }

func TestImportOnAFullDiskStoresNothing(t *testing.T) {
	r := newRoom(t, store.Config{Path: t.TempDir() + "/q.db"})
	m := importsOn(t, r.db)
	limit := func(pages int) {
		err := r.db.Update(r.ctx, func(tx *store.Tx) error {
			var n int
			return tx.QueryRow(r.ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages)).Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var pages int
	if err := r.db.View(r.ctx, func(tx *store.Tx) error { return tx.QueryRow(r.ctx, "PRAGMA page_count").Scan(&pages) }); err != nil {
		t.Fatal(err)
	}
	limit(pages + 20)
	f := real("air/air_daily_published_366cities_2018-12_2020-06.csv.gz")
	_, err := m.Run(r.ctx, f, telemetry.ImportOptions{Kind: "air-daily"}, nil, nil)
	wantFault(t, "full disk", err, fault.Unavailable, "disk")
	if n := r.count("segment") + r.count("batch") + r.count("import_run"); n != 0 {
		t.Errorf("%d rows were written", n)
	}
	limit(1 << 30)
	if got, _ := r.imported(m, r.ctx, f, telemetry.ImportOptions{Kind: "air-daily"}); !strings.HasPrefix(got, "received 666550 = stored ") {
		t.Errorf("after room was made: %s", got)
	}
	r.booksBalance()
}

// TestImportRealFiles imports the published files whole, one after the other, into an empty
// register: cities of the table register themselves, 31 county-level cities and stations
// that are on no list are refused.
func TestImportRealFiles(t *testing.T) {
	db, err := store.Open(t.Context(), store.Config{Path: t.TempDir() + "/q.db"}, clock.NewManual(morning))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	m := importsOn(t, db)
	for _, test := range []struct{ kind, file, want string }{
		{"sites", "stations/air_stations_2p26_henan_fenwei.csv", "received 292 = stored 292 + unchanged 0 + rejected 0 (missing 0)"},
		{"sites", "stations/air_stations_2p26_henan_fenwei.csv", "received 292 = stored 0 + unchanged 292 + rejected 0 (missing 0)"},
		{"air-hourly", "air/air_hourly_55cities_2018-12_2020-06.csv.gz", "received 4025833 = stored 4025833 + unchanged 0 + rejected 0 (missing 3782)"},
		{"air-hourly", "air/air_hourly_55cities_2018-12_2020-06.csv.gz", "received 4025833 = stored 0 + unchanged 4025833 + rejected 0 (missing 3782)"},
		{"air-daily", "air/air_daily_published_366cities_2018-12_2020-06.csv.gz", "received 666550 = stored 614641 + unchanged 0 + rejected 51909 (missing 305)"},
		{"air-daily", "air/air_daily_aqistudy_2014-12_2017-01.csv.gz", "received 2103531 = stored 1895988 + unchanged 0 + rejected 207543 (missing 2810)"},
		{"air-hourly", "air/air_station_hourly_aqi_primary_2020-03-26_04-08.csv.gz", "received 737299 = stored 105860 + unchanged 0 + rejected 631439 (missing 17253)"},
	} {
		rep, err := m.Run(system(t.Context()), real(test.file), telemetry.ImportOptions{Kind: test.kind}, nil, nil)
		if err != nil {
			t.Fatalf("%s: %v", test.file, err)
		}
		if got := rep.String(); got != test.want {
			t.Errorf("%s: %s, want %s", test.file, got, test.want)
		}
	}
}
