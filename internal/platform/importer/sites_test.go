package importer_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"qingshan/internal/platform/importer"
)

func inputOf(t testing.TB, name string) []byte {
	t.Helper()
	ar, err := txtar.ParseFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range ar.Files {
		if f.Name == "in.csv" {
			return f.Data
		}
	}
	t.Fatalf("%s has no in.csv", name)
	return nil
}

type list struct {
	known map[string]importer.Site
	rows  []string
}

func (l *list) Site(s importer.Site) (importer.Outcome, importer.Reason, error) {
	l.rows = append(l.rows, fmt.Sprintf("%s %s %s %d %d %v", s.Code, s.Name, s.City, s.Lon, s.Lat, s.Background))
	if s.City == "未知市" {
		return importer.Refused, importer.Reason{Code: "site_region", Arg: s.City}, nil
	}
	line := s.Line
	s.Line = 0
	if have, ok := l.known[s.Code]; ok && have == s {
		return importer.Unchanged, importer.Reason{}, nil
	}
	l.known[s.Code] = s
	s.Line = line
	return importer.Stored, importer.Reason{}, nil
}

func (l *list) Reject(r importer.Reject) error {
	l.rows = append(l.rows, fmt.Sprintf("%d %s: %s", r.Line, r.Column, r.Reason))
	return nil
}

func readSites(t *testing.T, data []byte, l *list) string {
	t.Helper()
	src, err := importer.Open("s.csv", bytes.NewReader(data), 0, importer.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := importer.NewParser(src, importer.Options{Now: now, Kind: "sites"})
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.RunSites(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	c := p.Counts()
	if c.Received != n.Stored+n.Unchanged+c.Rejected {
		t.Errorf("%+v %+v do not add up", c, n)
	}
	return fmt.Sprintf("received %d = stored %d + unchanged %d + rejected %d", c.Received, n.Stored, n.Unchanged, c.Rejected)
}

func TestStationList(t *testing.T) {
	text := `监测点编码,监测点名称,城市,经度,纬度,对照点
1001A,万寿西宫,北京,116.3621,39.8784,
1002A,定陵(对照点),北京,116.2202,40.2915,
1001A,东四,北京,116.4174,39.9289,N
2388A,科技学院,新乡,35.2,113.9,N
2389A,某站,新乡,13.9,35.2,N
2390A,某站,新乡,东,35.2,N
2391A,某站,新乡,--,--,Y
2392A,,新乡,113.9,35.2,N
2393A,某站,,113.9,35.2,N
2394A,某站,新乡,113.9,35.2,也许
23/94,某站,新乡,113.9,35.2,N
2395A,某站,未知市,113.9,35.2,N
`
	l := &list{known: map[string]importer.Site{}}
	if got, want := readSites(t, []byte(text), l), "received 12 = stored 3 + unchanged 0 + rejected 9"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	want := `1001A 万寿西宫 北京 116362100 39878400 false
1002A 定陵 北京 116220200 40291500 true
4 监测点编码: station 1001A stands twice; the first is line 2
5 经度: longitude and latitude are swapped (35.2 113.9)
6 经度: 13.9 35.2 is not a place in China
7 经度: "东" is not a number
2391A 某站 新乡 0 0 true
9 监测点名称: no station name
10 城市: no city or station
11 对照点: "也许" is neither yes nor no
12 监测点编码: "23/94" is not a station code
2395A 某站 未知市 113900000 35200000 false
13 : unknown city "未知市"`
	if got := strings.Join(l.rows, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := readSites(t, []byte(text), l), "received 12 = stored 0 + unchanged 3 + rejected 9"; got != want {
		t.Errorf("again: %s, want %s", got, want)
	}
}

func TestRealStationList(t *testing.T) {
	data := readShared(t, "stations/air_stations_2p26_henan_fenwei.csv")
	l := &list{known: map[string]importer.Site{}}
	if got, want := readSites(t, data, l), "received 292 = stored 292 + unchanged 0 + rejected 0"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestPreview(t *testing.T) {
	src, err := importer.Open("f.csv", bytes.NewReader(readShared(t, "air/air_station_hourly_aqi_primary_2020-03-26_04-08.csv.gz")), 0, importer.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := importer.NewParser(src, importer.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.Preview()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintln(&b, v.Kind, v.Layout, v.Encoding, v.Packed, v.Unmapped, len(v.Rows), len(v.Broken))
	for _, c := range v.Columns {
		fmt.Fprintf(&b, "%s|%s|%s|%s|%s\n", c.Name, c.Field, c.Label, c.Unit, strings.Join(c.Sample, " "))
	}
	want := `air-hourly long UTF-8 true [level primary] 20 0
city|city|城市||七台河
station|station|站点名称||新建矿广场
time|time|时间||2020-03-26T18 2020-03-26T20 2020-03-26T21
aqi|aqi|AQI||33 16 53
level||||优 良 轻度污染
primary||||pm25 pm10 pm10;pm25
pm25|pm25|细颗粒物|µg/m³|23 37 43
pm10|pm10|可吸入颗粒物|µg/m³|26 83 80
so2|so2|二氧化硫|µg/m³|13 8 16
no2|no2|二氧化氮|µg/m³|11 9 12
co|co|一氧化碳|mg/m³|0.4 0.3 0.5
o3_1h|o3|臭氧 1 小时|µg/m³|77 50 54
o3_8h|o3_8h|臭氧 8 小时滑动平均|µg/m³|83 74 71
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
