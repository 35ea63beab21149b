package importer_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"qingshan/internal/platform/importer"
)

// cellOf reads one cell as a concentration and gives what was stored or why not.
func cellOf(t *testing.T, cell string) string {
	t.Helper()
	r, _, err := read(t, []byte("city,time,pm10\n新乡,2020-03-26T01,"+cell+"\n"), importer.Options{Kind: "air-hourly"})
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case len(r.values) == 1:
		return strings.Fields(r.values[0])[3]
	case len(r.rejects) == 1:
		return r.rejects[0]
	}
	return "missing"
}

// TestDecimalsAreExact compares with exact rational arithmetic, half-even at thousandths.
func TestDecimalsAreExact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringMatching(`[0-9]{1,4}(\.[0-9]{0,17})?(e-?[0-2])?`).Draw(rt, "text")
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			rt.Fatalf("not a number: %q", text)
		}
		scaled := new(big.Rat).Mul(exact, big.NewRat(1000, 1))
		want := halfEven(scaled)
		if want > 20_000_000 {
			return
		}
		if got := cellOf(t, text); got != importer.FormatThousandths(want) {
			rt.Errorf("%s: got %s, want %s", text, got, importer.FormatThousandths(want))
		}
	})
}

func halfEven(r *big.Rat) int64 {
	q, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	cmp := new(big.Int).Lsh(rest, 1).Cmp(r.Denom())
	if cmp > 0 || cmp == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(1))
	}
	return q.Int64()
}

func TestTimes(t *testing.T) {
	for _, test := range []struct{ kind, text, want string }{
		{"air-hourly", "2020-03-26T01", "2020-03-26T01:00"},
		{"air-hourly", "2020-03-26 01:00", "2020-03-26T01:00"},
		{"air-hourly", "2020-03-26  01:00:00", "2020-03-26T01:00"},
		{"air-hourly", "2020-03-26T01:00:00.0", "2020-03-26T01:00"},
		{"air-hourly", "2020-03-26T01:00:00+08:00", "2020-03-26T01:00"},
		{"air-hourly", "2020/3/6 1:00", "2020-03-06T01:00"},
		{"air-hourly", "2020.03.06 01", "2020-03-06T01:00"},
		{"air-hourly", "2020032601", "2020-03-26T01:00"},
		{"air-hourly", "20200326 01", "2020-03-26T01:00"},
		{"air-hourly", "2020年3月6日 1时", "2020-03-06T01:00"},
		{"air-hourly", "2020-03-26T00", "2020-03-25T24:00"},
		{"air-hourly", "2020-03-26T24", "2020-03-26T24:00"},
		{"air-hourly", "2020-03-26T24:00", "2020-03-26T24:00"},
		{"air-hourly", "2020-02-29T01", "2020-02-29T01:00"},
		{"air-hourly", "2019-02-29T01", "no time"},
		{"air-hourly", "2020-03-26", "no time"},
		{"air-hourly", "2020-03-26T24:01", "no time"},
		{"air-hourly", "2020-03-26T25", "no time"},
		{"air-hourly", "2020-03-26T01:60", "no time"},
		{"air-hourly", "2020-03-26T01:00Z", "no time"},
		{"air-hourly", "2020-03/26T01", "no time"},
		{"air-hourly", "01/02/2020 03:00", "no time"},
		{"air-hourly", "20-03-26T01", "no time"},
		{"air-hourly", "2020-03-26T01:30", "no time"},
		{"air-hourly", "2020-03-26T01:00:01", "no time"},
		{"air-hourly", "", "no time"},
		{"air-daily", "2020-03-26", "2020-03-26T24:00"},
		{"air-daily", "20200326", "2020-03-26T24:00"},
		{"air-daily", "2020/3/26 0:00", "2020-03-26T24:00"},
		{"air-daily", "2020-03-26T00:00:00", "2020-03-26T24:00"},
		{"air-daily", "2020年03月26日", "2020-03-26T24:00"},
		{"air-daily", "2020-03-26 01:00", "no time"},
		{"air-daily", "2020-3", "no time"},
		{"air-daily", "2020-03-26 ", "2020-03-26T24:00"},
	} {
		r, _, err := read(t, []byte("city,date,time,pm10\n新乡,"+test.text+","+test.text+",1\n"),
			importer.Options{Kind: test.kind, Map: map[string]string{"date": dateOf(test.kind), "time": timeOf(test.kind)}})
		if err != nil {
			t.Fatal(err)
		}
		got := "no time"
		if len(r.values) == 1 {
			got = strings.Fields(r.values[0])[2]
		}
		if got != test.want {
			t.Errorf("%s %q: %s, want %s (%q)", test.kind, test.text, got, test.want, r.rejects)
		}
	}
}

func dateOf(kind string) string {
	return map[string]string{"air-hourly": "-", "air-daily": "date"}[kind]
}
func timeOf(kind string) string {
	return map[string]string{"air-hourly": "time", "air-daily": "-"}[kind]
}

func TestNames(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"科技学院", "科技学院"},
		{"世纪广场　", "世纪广场"},
		{" １００１Ａ ", "1001A"},
		{"上兰(对照点)", "上兰 background"},
		{"岗李水库（对照点）", "岗李水库 background"},
		{"上清寺(启用170928)", "上清寺 from 2017-09-28"},
		{"外国语学校（20181128启用）", "外国语学校 from 2018-11-28"},
		{"东关招商场(190211启用)", "东关招商场 from 2019-02-11"},
		{"某站(停运200101)", "某站 until 2020-01-01"},
		{"某站(启用190101)(停运200101)", "某站 from 2019-01-01 until 2020-01-01"},
		{"中国农业大学(145)", "中国农业大学(145)"},
		{"南峰招待所（原起重机厂）", "南峰招待所(原起重机厂)"},
		{"安庆大学(191227更为评价点)", "安庆大学(191227更为评价点)"},
		{"某站(启用999999)", "某站(启用999999)"},
		{"(对照点)", "(对照点)"},
	} {
		n := importer.ParseStationName(test.in)
		got := n.Base
		if n.Background {
			got += " background"
		}
		if !n.From.IsZero() {
			got += " from " + n.From.Format("2006-01-02")
		}
		if !n.Until.IsZero() {
			got += " until " + n.Until.Format("2006-01-02")
		}
		if got != test.want {
			t.Errorf("%q: %q, want %q", test.in, got, test.want)
		}
	}
}

// FuzzImport: whatever the bytes are, nothing panics and every value is accounted for.
func FuzzImport(f *testing.F) {
	for _, name := range []string{"hourly-long", "hourly-wide", "daily-published", "daily-aqistudy", "station-hourly", "semicolon-chinese", "prsa", "broken-rows"} {
		f.Add(inputOf(f, name))
	}
	f.Add([]byte("code,name,city,lon,lat,background,remark\n1001A,万寿西宫,北京,116.3621,39.8784,N,\n"))
	f.Add(pack(f, []byte(small)))
	f.Add([]byte("\xef\xbb\xbfdate,hour,type,\xd0\xc2\xcf\xe7\n20190101,0,AQI,60"))
	f.Add([]byte("city,time,pm25\n\"a\n\n\",\"\",\"\"\"\n,,\x00\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		src, err := importer.Open("f", strings.NewReader(string(data)), int64(len(data)), importer.Limits{MaxBytes: 1 << 20, MaxLine: 256})
		if err != nil {
			return
		}
		p, err := importer.NewParser(src, importer.Options{Now: now, BlockValues: 7})
		if err != nil {
			return
		}
		a := &account{places: &places{}}
		if p.Plan().Layout == importer.Sites {
			_, err = p.RunSites(t.Context(), a)
		} else {
			err = p.Run(t.Context(), a.places, a)
		}
		if err != nil {
			return
		}
		c := p.Counts()
		if a.accepted+a.rejected+c.Repeated != c.Received || a.rejected != c.Rejected || c.RejectedRows > c.Rows || c.RejectedRows > a.rejected {
			t.Errorf("accepted %d, rejected %d, counts %+v", a.accepted, a.rejected, c)
		}
	})
}

type account struct {
	places             *places
	accepted, rejected int64
}

func (a *account) Values(b *importer.Block) error {
	n := 0
	for _, c := range b.Columns {
		n += len(c.Times)
		if len(c.Times) != len(c.Values) {
			return fmt.Errorf("%d times, %d values", len(c.Times), len(c.Values))
		}
	}
	if n != b.Count {
		return fmt.Errorf("a block of %d values says %d", n, b.Count)
	}
	a.accepted += int64(n)
	b.Release()
	return nil
}

func (a *account) Reject(r importer.Reject) error { a.rejected += r.Values; return nil }
func (a *account) Site(importer.Site) (importer.Outcome, importer.Reason, error) {
	a.accepted++
	return importer.Stored, importer.Reason{}, nil
}
