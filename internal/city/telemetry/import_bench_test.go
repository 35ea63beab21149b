package telemetry_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/store"
)

// BenchmarkImport55Cities is the whole way of the published file from disk into a durable
// SQLite file, and the same file once more.
func BenchmarkImport55Cities(b *testing.B) {
	const path = sharedData + "air/air_hourly_55cities_2018-12_2020-06.csv.gz"
	f := telemetry.ImportFile{Name: "hourly.csv.gz", Size: size(b, path), Open: func() (io.ReadCloser, error) { return os.Open(path) }}
	for b.Loop() {
		m := newImports(b, store.Config{Path: filepath.Join(b.TempDir(), "q.db")})
		watch := clock.Start()
		first, err := m.Run(system(b.Context()), f, telemetry.ImportOptions{Kind: "air-hourly"}, nil, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(first.Received)/watch.Elapsed().Seconds(), "first-values/s")
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

func size(tb testing.TB, path string) int64 {
	tb.Helper()
	info, err := os.Stat(path)
	if err != nil {
		tb.Fatal(err)
	}
	return info.Size()
}
