package telemetry_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/store"
)

// BenchmarkImport55Cities is the whole way of the published file from disk into a durable
// SQLite file, and the same file once more. Beside it another writer stores a row again and
// again, as a login stores its session: the longest it had to wait is reported.
func BenchmarkImport55Cities(b *testing.B) {
	const path = sharedData + "air/air_hourly_55cities_2018-12_2020-06.csv.gz"
	f := telemetry.ImportFile{Name: "hourly.csv.gz", Size: size(b, path), Open: func() (io.ReadCloser, error) { return os.Open(path) }}
	for b.Loop() {
		db := openFile(b, filepath.Join(b.TempDir(), "q.db"))
		m := importsOn(b, db)
		longest := waits(b, db)
		watch := clock.Start()
		first, err := m.Run(system(b.Context()), f, telemetry.ImportOptions{Kind: "air-hourly"}, nil, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(first.Received)/watch.Elapsed().Seconds(), "first-values/s")
		b.ReportMetric(longest().Seconds()*1000, "longest-wait-ms")
		watch = clock.Start()
		again, err := m.Run(system(b.Context()), f, telemetry.ImportOptions{Kind: "air-hourly"}, nil, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(again.Received)/watch.Elapsed().Seconds(), "again-values/s")
		if first.Stored != first.Received || again.Unchanged != again.Received {
			b.Fatalf("first %v, again %v", first, again)
		}
	}
}

func openFile(tb testing.TB, path string) *store.DB {
	tb.Helper()
	db, err := store.Open(tb.Context(), store.Config{Path: path}, clock.NewManual(morning))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

// waits stores a row again and again until its result is asked for: the longest time that
// one of them took.
func waits(tb testing.TB, db *store.DB) (longest func() time.Duration) {
	tb.Helper()
	ctx, stop := context.WithCancel(tb.Context())
	ended := make(chan time.Duration)
	go func() {
		var most time.Duration
		for ctx.Err() == nil {
			watch := clock.Start()
			err := db.Update(tb.Context(), func(tx *store.Tx) error {
				_, err := tx.Exec(tb.Context(), "INSERT INTO import_progress (import_id, body) VALUES (0, '') ON CONFLICT (import_id) DO UPDATE SET body = ''")
				return err
			})
			if err != nil {
				tb.Error(err)
			}
			most = max(most, watch.Elapsed())
			_ = clock.System().Sleep(ctx, time.Millisecond) // ends with ctx's error
		}
		ended <- most
	}()
	return func() time.Duration { stop(); return <-ended }
}

func size(tb testing.TB, path string) int64 {
	tb.Helper()
	info, err := os.Stat(path)
	if err != nil {
		tb.Fatal(err)
	}
	return info.Size()
}
