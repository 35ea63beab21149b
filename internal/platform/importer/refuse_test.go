package importer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"qingshan/internal/platform/importer"
)

const small = "city,time,pm25\n新乡,2020-03-26T01,50\n郑州,2020-03-26T01,51\n安阳,2020-03-26T01,52\n"

func encode(t *testing.T, enc interface{ String(string) (string, error) }, s string) []byte {
	t.Helper()
	out, err := enc.String(s)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(out)
}

// TestRefusals: files of which nothing may be stored, each with a reason that says why.
func TestRefusals(t *testing.T) {
	gz := pack(t, []byte(strings.Repeat(small, 100)))
	flipped := bytes.Clone(gz)
	flipped[len(flipped)/2] ^= 0x55
	crc := bytes.Clone(gz)
	crc[len(crc)-6] ^= 1
	traditional := "城市,時間,說明,pm25\n臺北,2020-03-26T01,細懸浮微粒濃度說明欄位,50\n"
	for _, test := range []struct {
		name string
		data []byte
		opt  importer.Options
		want string
	}{
		{"empty", nil, importer.Options{}, "f.csv: the file is empty"},
		{"empty gzip", pack(t, nil), importer.Options{}, "f.csv: the file is empty"},
		{"only a mark", []byte("\ufeff"), importer.Options{}, "f.csv: the file is empty"},
		{"no rows", []byte("city,time,pm25\n"), importer.Options{}, "f.csv: the file has a header but no rows"},
		{"picture", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01"), importer.Options{}, "f.csv: not a text file"},
		{"workbook", []byte("PK\x03\x04\x14\x00"), importer.Options{}, "f.csv: a ZIP archive or Excel workbook; save it as CSV"},
		{"gzip cut", gz[:len(gz)-20], importer.Options{}, "f.csv: the gzip file ends in the middle; nothing was stored"},
		{"gzip cut in the header", gz[:6], importer.Options{}, "f.csv: the gzip file ends in the middle; nothing was stored"},
		{"gzip damaged", flipped, importer.Options{}, "*the gzip file is damaged"},
		{"gzip checksum", crc, importer.Options{}, "f.csv: the gzip file is damaged (gzip: invalid checksum); nothing was stored"},
		{"gzip in gzip", pack(t, gz), importer.Options{}, "f.csv: gzip inside gzip"},
		{"UTF-16", encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(), small), importer.Options{},
			"f.csv: the text is neither UTF-8 nor GB 18030 (UTF-16)"},
		{"Big5", encode(t, traditionalchinese.Big5.NewEncoder(), traditional), importer.Options{}, "*the text is neither UTF-8 nor GB 18030"},
		{"Latin-1", []byte("city,time,pm25\nM\xfcnchen,2020-03-26T01,5\nK\xf6ln,2020-03-26T01,5\n"), importer.Options{}, "*the text is neither UTF-8 nor GB 18030"},
		{"cut in a row", []byte("city,time,so2,pm25\n新乡,2020-03-26T01,50,1\n新乡,2020-03-26T02,5"), importer.Options{},
			"f.csv: the file ends in the middle of line 3; nothing was stored"},
		{"cut in a quote", []byte("city,time,so2,pm25\n新乡,2020-03-26T01,50,1\n新乡,2020-03-26T02,5,\"1"), importer.Options{},
			"f.csv: the file ends in the middle of line 3; nothing was stored"},
		{"wrong columns", []byte("name,phone\na,1\n"), importer.Options{}, "f.csv:1: what the file holds was not recognised from its header (name,phone)"},
		{"wrong kind", []byte(small), importer.Options{Kind: "sites"}, "f.csv:1: the header lacks code, name and city"},
		{"unknown kind", []byte(small), importer.Options{Kind: "soup"}, "f.csv:1: what the file holds was not recognised from its header (soup)"},
		{"no time", []byte("city,pm25\n新乡,1\n"), importer.Options{Kind: "air-hourly"}, "f.csv:1: the header lacks time, or date and hour"},
		{"no place", []byte("time,pm25\n2020-03-26T01,1\n"), importer.Options{Kind: "air-hourly"}, "f.csv:1: the header lacks city, station or code"},
		{"no value", []byte("city,time\n新乡,2020-03-26T01\n"), importer.Options{Kind: "air-hourly"}, "f.csv:1: the header lacks a column with values"},
		{"column twice", []byte("city,time,pm25,PM2.5\n新乡,2020-03-26T01,1,2\n"), importer.Options{Kind: "air-hourly"}, "f.csv:1: the columns pm25, PM2.5 mean the same"},
		{"city twice", []byte("city,城市,time,pm25\na,b,2020-03-26T01,1\n"), importer.Options{Kind: "air-hourly"}, "f.csv:1: the columns city, 城市 mean the same"},
		{"wrong unit", []byte("city,time,aqi,pm25(mg/m3),co(ug/m3),o3_8h\n新乡,2020-03-26T01,1,2,3,4\n"), importer.Options{Map: map[string]string{"pm25(mg/m3)": "nothing"}},
			"f.csv:1: what the file holds was not recognised from its header (city,time,aqi,pm25(mg/m3),co(ug/m3),o3_8h)"},
		{"unknown field", []byte(small), importer.Options{Kind: "air-hourly", Map: map[string]string{"pm25": "xx"}}, `f.csv:1: no field "xx"`},
		{"unknown column", []byte(small), importer.Options{Kind: "air-hourly", Map: map[string]string{"pm99": "pm25"}}, `f.csv:1: the file has no column "pm99"`},
		{"unknown profile", []byte(small), importer.Options{Profile: "xx"}, `f.csv:1: no profile "xx"`},
		{"old Mac", []byte("city,time,pm25\r新乡,2020-03-26T01,5\r"), importer.Options{}, "f.csv:1: header: line ends are CR alone"},
		{"open quote in the header", []byte("city,\"time,pm25\n新乡,2020-03-26T01,5\n"), importer.Options{}, "f.csv:1: header: quote never closed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, _, err := read(t, test.data, test.opt)
			if err == nil {
				t.Fatalf("accepted: %q", r.values)
			}
			part, anywhere := strings.CutPrefix(test.want, "*")
			if anywhere && !strings.Contains(err.Error(), part) || !anywhere && err.Error() != test.want {
				t.Errorf("%q\nwant %q", err, test.want)
			}
			var f *importer.FileError
			if !errors.As(err, &f) {
				t.Fatalf("%T is no *FileError", err)
			}
			if zh := f.Chinese(); zh == "" || strings.Contains(zh, "%!") {
				t.Errorf("Chinese text %q", zh)
			}
		})
	}
}

func open(t *testing.T, r io.Reader, lim importer.Limits) (*recorder, error) {
	t.Helper()
	src, err := importer.Open("f.csv", r, 0, lim)
	if err != nil {
		return nil, err
	}
	p, err := importer.NewParser(src, importer.Options{Now: now})
	if err != nil {
		return nil, err
	}
	pl := &places{}
	rec := &recorder{plan: p.Plan(), places: pl}
	return rec, p.Run(t.Context(), pl, rec)
}

// zeros gives an endless CSV, cheaply.
type zeros struct{ n int }

func (z *zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
		if z.n&0xfff == 0xfff {
			p[i] = '\n'
		}
		z.n++
	}
	return len(p), nil
}

func TestZipBombIsRefusedEarly(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(small)
	if _, err := io.CopyN(&b, &zeros{}, 64<<20); err != nil {
		t.Fatal(err)
	}
	bomb := pack(t, b.Bytes())
	_, err := open(t, bytes.NewReader(bomb), importer.Limits{})
	if err == nil || !strings.Contains(err.Error(), "it unpacks to more than 200 times its size") {
		t.Errorf("a bomb of %d bytes: %v", len(bomb), err)
	}
	_, err = open(t, io.MultiReader(strings.NewReader(small), &zeros{}), importer.Limits{MaxBytes: 3 << 20})
	if err == nil || !strings.Contains(err.Error(), "more than 3 MiB of text") {
		t.Errorf("an endless file: %v", err)
	}
}

func TestSameTextInEveryEncoding(t *testing.T) {
	gb := encode(t, simplifiedchinese.GB18030.NewEncoder(), small)
	gbk := encode(t, simplifiedchinese.GBK.NewEncoder(), small)
	crlf := []byte(strings.ReplaceAll(small, "\n", "\r\n"))
	lead := strings.Repeat("Anyang,2020-03-26T01,x\n", 20_000) // 460 KB of ASCII before the first other byte
	for name, data := range map[string][]byte{"UTF-8": []byte(small), "BOM": []byte("\ufeff" + small), "GB 18030": gb, "GBK": gbk,
		"gzip": pack(t, gb), "CRLF": crlf, "no last line end": []byte(strings.TrimSuffix(small, "\n"))} {
		for how, wrap := range map[string]func(io.Reader) io.Reader{"whole": func(r io.Reader) io.Reader { return r },
			"bytewise": iotest.OneByteReader, "data with error": iotest.DataErrReader, "halves": iotest.HalfReader} {
			r, err := open(t, wrap(bytes.NewReader(data)), importer.Limits{})
			if err != nil {
				t.Errorf("%s %s: %v", name, how, err)
				continue
			}
			want := "新乡 pm25 2020-03-26T01:00 50|郑州 pm25 2020-03-26T01:00 51|安阳 pm25 2020-03-26T01:00 52"
			if got := strings.Join(r.values, "|"); got != want || len(r.rejects) > 0 {
				t.Errorf("%s %s: %q %q", name, how, got, r.rejects)
			}
		}
	}
	head, rest, _ := strings.Cut(small, "\n")
	late := append([]byte(head+"\n"+lead), encode(t, simplifiedchinese.GBK.NewEncoder(), rest)...)
	r, err := open(t, bytes.NewReader(late), importer.Limits{})
	if err != nil || len(r.values) != 3 || len(r.rejects) != 20_000 {
		t.Errorf("GBK after much ASCII: %v, %d values, %d rejects", err, len(r.values), len(r.rejects))
	}
}

func TestBadBytesCostTheirRowOnly(t *testing.T) {
	gb := encode(t, simplifiedchinese.GBK.NewEncoder(), strings.Repeat(small[15:], 30))
	gb = append([]byte("city,time,pm25\n"), append(gb, "\xff\xff,2020-03-26T02,1\n"...)...)
	r, err := open(t, bytes.NewReader(gb), importer.Limits{})
	if err != nil || len(r.rejects) != 1 || !strings.Contains(r.rejects[0], "bytes that are not GB 18030") {
		t.Errorf("%v %q", err, r.rejects)
	}
	utf := "\ufeff" + small + "a\xffb,2020-03-26T02,1\nNUL\x00,2020-03-26T02,1\n" + strings.Repeat("x", 3<<20) + ",2020-03-26T02,1\n" +
		strings.Repeat("y", 70_000) + "\n新乡,2020-03-26T03,7\n"
	r, err = open(t, strings.NewReader(utf), importer.Limits{})
	want := `5 : bytes that are not UTF-8 (1)|6 : NUL byte in the row (1)|7 : the record is longer than 65536 bytes (1)|8 : the record is longer than 65536 bytes (1)`
	if got := strings.Join(r.rejects, "|"); err != nil || got != want || len(r.values) != 4 {
		t.Errorf("%v %q, %d values", err, got, len(r.values))
	}
}

func TestEveryCutOfAPackedFileStoresNothing(t *testing.T) {
	gz := pack(t, []byte(small))
	for n := range gz {
		if _, err := open(t, bytes.NewReader(gz[:n]), importer.Limits{}); err == nil {
			t.Errorf("%d of %d bytes were accepted", n, len(gz))
		}
	}
}

func TestReadErrorsAndCancelStopTheImport(t *testing.T) {
	boom := errors.New("disk is gone")
	_, err := open(t, io.MultiReader(strings.NewReader(small), iotest.ErrReader(boom)), importer.Limits{})
	if !errors.Is(err, boom) || !strings.Contains(err.Error(), "the file could not be read: disk is gone") {
		t.Errorf("read error: %v", err)
	}
	src, err := importer.Open("f", io.MultiReader(strings.NewReader(small), &zeros{}), 0, importer.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := importer.NewParser(src, importer.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Run(ctx, &places{}, discard{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestBlockSizeDoesNotChangeTheValues(t *testing.T) {
	var text strings.Builder
	text.WriteString("city,time,pm25,pm10,co\n")
	for h := range 200 {
		for c := range 7 {
			fmt.Fprintf(&text, "城%d,2020-03-%02dT%02d,%d,%d.5,%d\n", c, 1+h/24, h%24, h+c, h, h%9)
		}
	}
	sum := func(block int) (n int, s int64) {
		src, err := importer.Open("f", strings.NewReader(text.String()), 0, importer.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := importer.NewParser(src, importer.Options{Now: now, BlockValues: block})
		if err != nil {
			t.Fatal(err)
		}
		c := &checksum{}
		if err := p.Run(t.Context(), &places{}, c); err != nil {
			t.Fatal(err)
		}
		return c.n, c.sum
	}
	n, s := sum(1 << 20)
	if n != 4200 {
		t.Fatalf("%d values", n)
	}
	for _, block := range []int{1, 2, 3, 100, 1001} {
		if n2, s2 := sum(block); n2 != n || s2 != s {
			t.Errorf("blocks of %d: %d values with sum %d, want %d with %d", block, n2, s2, n, s)
		}
	}
}

type checksum struct {
	discard
	n   int
	sum int64
}

func (c *checksum) Values(b *importer.Block) error {
	for _, col := range b.Columns {
		for i, t := range col.Times {
			c.n++
			c.sum += (t/3600000*31 + int64(col.Place)*7 + int64(col.Field)) * col.Values[i]
		}
	}
	b.Release()
	return nil
}
