package importer_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/importer"
	"qingshan/internal/rules/calendar"
)

var now = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)

// places knows every name it is given, in the order of their first use, except those that
// begin with 未知.
type places struct {
	names []string
}

func (p *places) Place(n importer.Name, _ calendar.Day) (int, bool, importer.Reason) {
	name := strings.Trim(n.City+"/"+n.Published+"/"+n.Code, "/")
	if strings.HasPrefix(name, "未知") {
		return 0, false, importer.Reason{}
	}
	for i, have := range p.names {
		if have == name {
			return i, true, importer.Reason{}
		}
	}
	p.names = append(p.names, name)
	return len(p.names) - 1, true, importer.Reason{}
}

// recorder writes down all that a parser gives, in text.
type recorder struct {
	plan    *importer.Plan
	places  *places
	count   int64
	values  []string
	rejects []string
}

func (r *recorder) Values(b *importer.Block) error {
	for _, c := range b.Columns {
		for i, t := range c.Times {
			r.count++
			if len(r.values) < 1000 {
				r.values = append(r.values, fmt.Sprintf("%s %s %s %s", r.places.names[c.Place], r.plan.Values[c.Field].ID,
					calendar.FormatHour(t), importer.FormatThousandths(c.Values[i])))
			}
		}
	}
	b.Release()
	return nil
}

func (r *recorder) Reject(x importer.Reject) error {
	r.rejects = append(r.rejects, fmt.Sprintf("%d %s: %s (%d)", x.Line, x.Column, x.Reason, x.Values))
	return nil
}

// read parses a text completely.
func read(t *testing.T, data []byte, opt importer.Options) (*recorder, *importer.Parser, error) {
	t.Helper()
	src, err := importer.Open("f.csv", bytes.NewReader(data), int64(len(data)), importer.Limits{})
	if err != nil {
		return nil, nil, err
	}
	if opt.Now.IsZero() {
		opt.Now = now
	}
	p, err := importer.NewParser(src, opt)
	if err != nil {
		return nil, nil, err
	}
	pl := &places{}
	r := &recorder{plan: p.Plan(), places: pl}
	if err := p.Run(t.Context(), pl, r); err != nil {
		return r, p, err
	}
	c := p.Counts()
	if c.Received != r.count+c.Repeated+c.Rejected {
		t.Errorf("received %d, but %d values + %d repeated + %d rejected", c.Received, r.count, c.Repeated, c.Rejected)
	}
	return r, p, nil
}

func pack(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const shared = "../../../../shared/data/"

func readShared(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(shared + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestRealFiles: the published files we hold. 天津 has 淮河道 twice in the station feed with
// different values and nothing to tell the two apart: the second one is refused.
func TestRealFiles(t *testing.T) {
	for _, test := range []struct {
		file     string
		kind     string
		layout   importer.Layout
		profile  string
		rows     int64
		received int64
		rejected int64
		unmapped string
	}{
		{"air/air_hourly_55cities_2018-12_2020-06.csv.gz", "air-hourly", importer.Long, "", 268641, 4025833, 0, "group"},
		{"air/air_daily_published_366cities_2018-12_2020-06.csv.gz", "air-daily", importer.Long, "", 74095, 666550, 0, ""},
		{"air/air_station_hourly_aqi_primary_2020-03-26_04-08.csv.gz", "air-hourly", importer.Long, "", 94319, 737299, 422, "level primary"},
		{"air/air_daily_aqistudy_2014-12_2017-01.csv.gz", "air-daily", importer.Long, "aqistudy-daily", 351014, 2103274, 0, "aqi aqi_range level rank"},
		{"benchmark/PRSA_Data_Gucheng_20130301-20170228.csv.gz", "air-hourly", importer.Long, "prsa", 26304, 154204, 0, "No TEMP PRES DEWP RAIN wd WSPM"},
	} {
		t.Run(test.file, func(t *testing.T) {
			_, p, err := read(t, readShared(t, test.file), importer.Options{})
			if err != nil {
				t.Fatal(err)
			}
			plan, c := p.Plan(), p.Counts()
			profile := ""
			if plan.Profile != nil {
				profile = plan.Profile.ID
			}
			if plan.Kind.ID != test.kind || plan.Layout != test.layout || profile != test.profile || strings.Join(plan.Unmapped(), " ") != test.unmapped {
				t.Errorf("taken for %s %s %q, unmapped %q", plan.Kind.ID, plan.Layout, profile, plan.Unmapped())
			}
			if c.Rows != test.rows {
				t.Errorf("%d rows, want %d", c.Rows, test.rows)
			}
			if c.Received != test.received || c.Rejected != test.rejected {
				t.Errorf("%d values, %d refused; want %d and %d", c.Received, c.Rejected, test.received, test.rejected)
			}
		})
	}
}

func BenchmarkParse55Cities(b *testing.B) {
	data := readShared(b, "air/air_hourly_55cities_2018-12_2020-06.csv.gz")
	values := int64(0)
	for b.Loop() {
		src, err := importer.Open("f", bytes.NewReader(data), int64(len(data)), importer.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		p, err := importer.NewParser(src, importer.Options{Now: now})
		if err != nil {
			b.Fatal(err)
		}
		if err := p.Run(b.Context(), &places{}, discard{}); err != nil {
			b.Fatal(err)
		}
		values += p.Counts().Received
	}
	b.ReportMetric(float64(values)/b.Elapsed().Seconds(), "values/s")
}

type discard struct{}

func (discard) Values(b *importer.Block) error { b.Release(); return nil }
func (discard) Reject(importer.Reject) error   { return nil }
