package telemetry_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/standard"
)

const sharedData = "../../../../shared/data/"

func system(ctx context.Context) context.Context { return access.With(ctx, access.System("test")) }

func importsOn(t testing.TB, db *store.DB) *telemetry.Imports {
	t.Helper()
	rules, err := telemetry.BuiltinRules()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := standard.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return telemetry.NewImports(telemetry.New(db, rules), db, reg, telemetry.ImportConfig{Dir: t.TempDir(), MaxUpload: 1 << 20})
}

// file is a file in memory.
func file(name string, data []byte) telemetry.ImportFile {
	return telemetry.ImportFile{Name: name, Size: int64(len(data)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}

func real(name string) telemetry.ImportFile {
	return telemetry.ImportFile{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(sharedData + name) }}
}

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// imported runs a file and gives the account line and the rejects.
func (r room) imported(m *telemetry.Imports, ctx context.Context, f telemetry.ImportFile, o telemetry.ImportOptions) (string, []string) {
	r.Helper()
	var rejects []string
	rep, err := m.Run(ctx, f, o, nil, func(x importer.Reject) {
		if x.Reason.Code == "" {
			rejects = nil
			return
		}
		rejects = append(rejects, fmt.Sprintf("%d %s: %s", x.Line, x.Column, x.Reason))
	})
	if err != nil {
		r.Fatalf("%s: %v", f.Name, err)
	}
	if rep.Received != rep.Stored+rep.Unchanged+rep.Rejected {
		r.Errorf("%+v does not balance", rep)
	}
	return rep.String(), rejects
}

// count is the number of rows of a table.
func (r room) count(table string) (n int) {
	r.Helper()
	err := r.db.View(r.ctx, func(tx *store.Tx) error {
		return tx.QueryRow(r.ctx, "SELECT COUNT(*) FROM "+table).Scan(&n)
	})
	if err != nil {
		r.Fatal(err)
	}
	return n
}

// value is the newest revision of an observation, as text with its marks.
func (r room) value(site, factor, stat, label string) (out string) {
	r.Helper()
	err := r.db.View(r.ctx, func(tx *store.Tx) error {
		ids, err := series.Find(r.ctx, tx, []series.Key{{Site: site, Factor: factor, Stat: stat}})
		if err != nil || ids[0] == 0 {
			return err
		}
		points, err := series.History(r.ctx, tx, ids[0], at(label))
		if err == nil && len(points) > 0 {
			p := points[len(points)-1]
			out = strings.TrimSpace(fmt.Sprintf("%s r%d %s", telemetry.FormatValue(p.Value), p.Revision, p.Flag))
		}
		return err
	})
	if err != nil {
		r.Fatal(err)
	}
	return out
}

const hourly = `city,group,time,aqi,pm25,pm10,co,o3_8h
新乡,2+26,2026-08-27T00,60,30,60,0.5,
新乡,2+26,2026-08-27T01,61,31,61,0.6,80
新乡,2+26,2026-08-27T02,62,-2,NA,0.7,80
郑州市,henan,2026-08-27T01,70,40,70,0.8,90
未知市,x,2026-08-27T01,70,40,70,,
新乡,2+26,2026-08-29T01,70,40,70,0.8,90
`

func TestImportHourly(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		before := r.count("audit_entry")
		dry, _ := r.imported(m, r.ctx, file("a.csv", []byte(hourly)), telemetry.ImportOptions{Kind: "air-hourly", DryRun: true})
		want := "received 26 = stored 17 + unchanged 0 + rejected 9 (missing 4)"
		if dry != want {
			r.Errorf("dry run: %s, want %s", dry, want)
		}
		if n := r.count("segment") + r.count("batch") + r.count("import_run") + r.count("audit_entry") - before; n != 0 {
			r.Errorf("a dry run wrote %d rows", n)
		}
		got, rejects := r.imported(m, r.ctx, file("a.csv.gz", packed(r.T, hourly)), telemetry.ImportOptions{Kind: "air-hourly"})
		if got != want {
			r.Errorf("%s, want %s", got, want)
		}
		reasons := "4 pm25: -2 is negative|6 city: unknown station or city \"未知市\"|7 time: 2026-08-29T01 is in the future"
		if s := strings.Join(rejects, "|"); s != reasons {
			r.Errorf("rejects %s", s)
		}
		for _, v := range [][4]string{{"410700", "PM25", "hour", "30 r0"}, {"410100", "PM10", "hour", ""}} {
			if got := r.value(v[0], v[1], v[2], "2026-08-27T00"); got != v[3] {
				r.Errorf("%v: %q", v, got)
			}
		}
		if got := r.value("410100", "O3", "hour8", "2026-08-27T01"); got != "90 r0" { // 郑州 was registered
			r.Errorf("郑州 O3-8h: %q", got)
		}
		again, _ := r.imported(m, r.ctx, file("a.csv.gz", packed(r.T, hourly)), telemetry.ImportOptions{Kind: "air-hourly"})
		if again != "received 26 = stored 0 + unchanged 17 + rejected 9 (missing 4)" {
			r.Errorf("again: %s", again)
		}
		r.booksBalance()
		list, total, err := m.List(r.ctx, 0, 10)
		if err != nil || total != 2 || list[1].String() != want || len(list[1].SHA256) != 64 || list[1].Rows != 6 || list[1].RejectedRows != 3 {
			r.Errorf("history %d %+v %v", total, list, err)
		}
		report, err := audit.Verify(r.ctx, r.db)
		if err != nil || !report.OK {
			r.Errorf("audit %+v %v", report, err)
		}
	})
}

func TestImportEveryFormat(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		for _, test := range []struct {
			name, text, want string
			opt              telemetry.ImportOptions
		}{
			{"wide", "date,hour,type,新乡,N1,未知\n20260827,1,PM2.5,30,31,1\n20260827,1,CO,0.5,,\n", "received 4 = stored 3 + unchanged 0 + rejected 1 (missing 2)",
				telemetry.ImportOptions{Kind: "air-hourly", Map: map[string]string{}}},
			{"station", "city,station,time,aqi,level,primary,pm25,co\n新乡,环保西院(启用200101),2026-08-27T01,5,优,,6,0.1\n新乡,没有的站,2026-08-27T01,5,优,,6,0.1\n",
				"received 6 = stored 3 + unchanged 0 + rejected 3 (missing 0)", telemetry.ImportOptions{Kind: "air-hourly"}},
			{"daily", "city,date,so2_24h,co_24h,o3_8h_max24h,n_hours_o3\n新乡,2026-08-26,9,0.5,60,24\n新乡,2026-08-28,9,0.5,60,24\n",
				"received 8 = stored 4 + unchanged 0 + rejected 4 (missing 0)", telemetry.ImportOptions{Kind: "air-daily"}},
			{"aqistudy", "city,date,aqi,aqi_range,level,pm25,pm10,so2,co,no2,o3_8h,rank\n新乡,2015-01-01,66,53~87,良,0,71.3,2,0,8.6,3,122\n",
				"received 4 = stored 4 + unchanged 0 + rejected 0 (missing 2)", telemetry.ImportOptions{Kind: "air-daily"}},
			{"sites", "监测点编码,监测点名称,城市,经度,纬度,对照点\n1001A,万寿西宫,北京,116.36,39.87,\n1002A,定陵,北京,116.22,40.29,Y\n1001A,东四,北京,116.4,39.9,\n1003A,x,火星,116.4,39.9,\n",
				"received 4 = stored 2 + unchanged 0 + rejected 2 (missing 0)", telemetry.ImportOptions{Kind: "sites"}},
			{"sites again", "监测点编码,监测点名称,城市,经度,纬度,对照点\n1001A,万寿西宫,北京,116.36,39.87,\n1002A,定陵,北京,116.22,40.29,Y\n",
				"received 2 = stored 0 + unchanged 2 + rejected 0 (missing 0)", telemetry.ImportOptions{Kind: "sites"}},
			{"station by its list", "city,station,time,pm25\n北京,定陵(对照点),2026-08-27T01,5\n", "received 1 = stored 1 + unchanged 0 + rejected 0 (missing 0)",
				telemetry.ImportOptions{Kind: "air-hourly"}},
			{"new stations", "city,station,time,pm25\n武汉,东湖(对照点),2026-08-27T01,5\n章丘,某站,2026-08-27T01,5\n", "received 2 = stored 1 + unchanged 0 + rejected 1 (missing 0)",
				telemetry.ImportOptions{Kind: "air-hourly", CreateStations: true}},
		} {
			got, rejects := r.imported(m, r.ctx, file(test.name, []byte(test.text)), test.opt)
			if got != test.want {
				r.Errorf("%s: %s\nwant %s\n%q", test.name, got, test.want, rejects)
			}
		}
		for _, v := range [][5]string{{"410700", "PM25", "hour", "2026-08-27T01", "30 r0"}, {"N1", "PM25", "hour", "2026-08-27T01", "31 r0"},
			{"N2", "PM25", "hour", "2026-08-27T01", "6 r0"}, {"410700", "O3_8h", "day", "2026-08-26T24", "60 r0"},
			{"410700", "SO2", "day", "2026-08-26T24", "9 r0"}, {"410700", "PM10", "day", "2015-01-01T24", "71.3 r0"},
			{"1002A", "PM25", "hour", "2026-08-27T01", "5 r0"}, {"420100-东湖", "PM25", "hour", "2026-08-27T01", "5 r0"}} {
			if got := r.value(v[0], v[1], v[2], v[3]); got != v[4] {
				r.Errorf("%v: %q", v, got)
			}
		}
		s, err := r.svc.Site(r.ctx, "420100-东湖")
		if err != nil || !s.Background || s.Counted {
			r.Errorf("东湖 %+v %v", s, err)
		}
	})
}

func TestImportKeepsCorrectionsAndMarksOutliers(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		text := "city,station,time,pm25\n新乡,市委党校,2026-08-27T01,30\n新乡,环保西院,2026-08-27T01,35\n新乡,开发区,2026-08-27T01,33\n新乡,河师大,2026-08-27T01,900\n"
		opt := telemetry.ImportOptions{Kind: "air-hourly"}
		r.imported(m, r.ctx, file("a", []byte(text)), opt)
		if got := r.value("N4", "PM25", "hour", "2026-08-27T01"); got != "900 r0 suspect" {
			r.Errorf("ten times its neighbours: %q", got)
		}
		value := int64(28_000)
		_, err := r.svc.Correct(r.ctx, telemetry.Correction{Site: "N1", Factor: "PM25", Stat: "hour", Time: at("2026-08-27T01"), Value: &value, Reason: "校准后复核"})
		if err != nil {
			r.Fatal(err)
		}
		got, _ := r.imported(m, r.ctx, file("a", []byte(text)), opt)
		if got != "received 4 = stored 0 + unchanged 4 + rejected 0 (missing 0)" {
			r.Errorf("the same again: %s", got)
		}
		got, rejects := r.imported(m, r.ctx, file("a", []byte(strings.Replace(text, "01,30", "01,31", 1))), opt)
		if got != "received 4 = stored 0 + unchanged 3 + rejected 1 (missing 0)" || len(rejects) != 1 ||
			rejects[0] != "2 pm25: a person's correction stands (28)" {
			r.Errorf("a new value against a correction: %s %q", got, rejects)
		}
		if got := r.value("N1", "PM25", "hour", "2026-08-27T01"); !strings.HasPrefix(got, "28 r1 corrected") {
			r.Errorf("the correction: %q", got)
		}
		r.booksBalance()
	})
}

func TestImportOnlyForOnesOwnRegion(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		text := "city,station,time,pm25\n新乡,市委党校,2026-08-27T01,30\n郑州,岗李水库,2026-08-27T01,35\n武汉,,2026-08-27T01,3\n"
		xinxiang := r.as("4107", access.ImportRun)
		got, rejects := r.imported(m, xinxiang, file("a", []byte(text)), telemetry.ImportOptions{Kind: "air-hourly", CreateStations: true})
		if got != "received 3 = stored 1 + unchanged 0 + rejected 2 (missing 0)" {
			r.Errorf("%s %q", got, rejects)
		}
		for _, x := range rejects {
			if !strings.Contains(x, "unknown station or city") {
				r.Errorf("a reject tells of another region: %s", x)
			}
		}
		zhengzhou := access.With(r.Context(), access.Actor{Account: 8, Name: "wang"}.WithGrants(
			access.Grant{Kind: access.ScopeRegion, Region: code("4101"), Actions: []access.Action{access.ImportRun}}))
		if list, total, err := m.List(zhengzhou, 0, 10); err != nil || total != 0 || len(list) != 0 {
			r.Errorf("another city sees %d imports, %v", total, err)
		}
		_, err := m.Get(zhengzhou, 1)
		wantFault(r.T, "another city's import", err, fault.NotFound, "not_found")
		if _, err := m.Get(xinxiang, 1); err != nil {
			r.Error(err)
		}
		_, err = m.Run(r.as("4107", access.AirRead), file("a", []byte(text)), telemetry.ImportOptions{}, nil, nil)
		wantFault(r.T, "without the right", err, fault.Forbidden, "forbidden")
	})
}
