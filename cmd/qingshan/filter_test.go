package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// call runs the program on an input held in memory.
func call(in string, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = run(context.Background(), &env{strings.NewReader(in), &o, &e}, args)
	return code, o.String(), e.String()
}

var countLine = regexp.MustCompile(`(?m)^(\d+) read, (\d+) accepted, (\d+) rejected\n\z`)

// FuzzFilters feeds broken tables to every filter: never a panic or an internal error, the
// rows always add up, the answer is always readable CSV of the stated width.
func FuzzFilters(f *testing.F) {
	head := "id,time,date,city,station,so2,no2,co,o3,o3_8h,pm10,pm25,co_p95,o3_8h_p90,value,current,previous,aqi,primary\n"
	for _, seed := range []string{
		"", "\ufeff", head, "\ufeff" + head, head + "\n\n", head + "\"", head + "\"\"\"\n", head + "a,\"b\nc\",d\n",
		head + "x,2025-06-01T01,2025-06-01,c,s,1,2,0.3,4,5,6,7,0.9,87,1.5,2,3,50,PM10\n",
		head + "x,2025-06-01T24:00,2025-06-01,c,s,/,NA,--,*,-,NaN,,1e-3,1e9,.5,-2,+3,-1,O3;PM2.5\r\nx,2025-06-01T24:00,2025-06-01,c,s,1,1,1,1,1,1,1,1,1,1,1,1,1,\r\n",
		head + "\xff\xfe,2025-06-01T01\n", head + strings.Repeat(",", 18) + "\n", head + "x,0000-00-00T99,9999-12-31,c,s,99999999999999999999,0.0000000000000000000001,,,,,,,,,,,,\n",
		"id;time\n", "id,id\n", strings.ReplaceAll(head, ",", "\t"),
	} {
		f.Add(seed)
	}
	commands := [][]string{
		{"air", "aqi", "--report", "hourly"}, {"air", "aqi", "--report", "daily", "--format", "json"}, {"air", "daily"}, {"air", "daily", "--o3-windows", "01-24"},
		{"air", "city"}, {"air", "period", "--from", "2025-05-01", "--to", "2026-06-30", "--by", "month"}, {"air", "composite", "--standard", "2012"}, {"air", "rank"}, {"air", "change"},
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, c := range commands {
			code, out, errs := call(in, c...)
			if code == exitUsage {
				if strings.Count(errs, "\n") != 1 {
					t.Fatalf("%v: a refusal of several lines: %q", c, errs)
				}
				continue
			}
			m := countLine.FindStringSubmatch(errs)
			if m == nil {
				t.Fatalf("%v: no count line in %q", c, errs)
			}
			var read, accepted, rejected int
			fmt.Sscan(m[1]+" "+m[2]+" "+m[3], &read, &accepted, &rejected)
			if read != accepted+rejected || (code == exitRejected) != (rejected > 0) || code > exitRejected {
				t.Fatalf("%v: exit %d, %s", c, code, m[0])
			}
			if strings.Contains(strings.Join(c, " "), "json") {
				continue
			}
			rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
			if err != nil {
				t.Fatalf("%v: %v in %q", c, err, out)
			}
			if c[1] == "aqi" || c[1] == "rank" || c[1] == "change" || c[1] == "composite" {
				if len(rows) != accepted+1 {
					t.Fatalf("%v: %d accepted, %d rows", c, accepted, len(rows)-1)
				}
			}
		}
	})
}

// The scanner reads what the standard library writes, whatever is in the fields.
func TestCSVRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"a", "新乡", ",", "\"", "\n", " ", "1.5", "\t", ""}
	for range 2000 {
		var want [][]string
		for range 1 + rng.IntN(4) {
			row := []string{"x"}
			for range 1 + rng.IntN(4) {
				s := ""
				for range rng.IntN(5) {
					s += alphabet[rng.IntN(len(alphabet))]
				}
				row = append(row, s)
			}
			want = append(want, row)
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.UseCRLF = rng.IntN(2) == 0
		for _, r := range want {
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		s := newCSVScanner(b.Bytes())
		for i, row := range want {
			if err := s.next(); err != nil {
				t.Fatalf("row %d of %q: %v", i, b.String(), err)
			}
			var mine []byte
			for k, f := range s.fields {
				got, field := string(f), row[k]
				if w.UseCRLF { // the writer turns line ends inside fields into CR LF
					field = strings.ReplaceAll(field, "\n", "\r\n")
				}
				if got != field || len(s.fields) != len(row) {
					t.Fatalf("row %d of %q: field %d is %q", i, b.String(), k, got)
				}
				if k > 0 {
					mine = append(mine, ',')
				}
				mine = appendCSV(mine, got)
			}
			back := newCSVScanner(append(mine, '\n'))
			if err := back.next(); err != nil || len(back.fields) != len(row) {
				t.Fatalf("own writing %q: %v", mine, err)
			}
		}
	}
}

func TestCivilTimes(t *testing.T) {
	for in, want := range map[string]string{
		"2025-06-01T01": "2025-06-01 1", "2025-06-01 01:00": "2025-06-01 1", "2025-06-01T01:00:00": "2025-06-01 1", "2025-06-01T24:00": "2025-06-01 24",
		"2025-06-01T00:00": "2025-05-31 24", "2024-03-01T00": "2024-02-29 24", "2025-01-01 00": "2024-12-31 24",
	} {
		c, err := parseCivil([]byte(in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		day, label, err := c.label()
		if got := fmt.Sprintf("%s %d", day, label); err != nil || got != want {
			t.Errorf("%s: %s, %v", in, got, err)
		}
	}
	for _, in := range []string{"2025-06-01T1", "2025-06-01T01:00Z", "2025-06-01T24:01", "2025-06-01T01:60", "2025-02-29T01", "25-06-01", "2025/06/01", "2025-06-01T", "2025-06-01T01:", "2025-06-01T01:00:00:00", "2025-13-01", "2025-00-01", "2025-01-00"} {
		if c, err := parseCivil([]byte(in)); err == nil {
			t.Errorf("%s was read as %+v", in, c)
		}
	}
	for d := dayNumber(1899, 12, 30); d < 60000; d += 13 {
		y, m, day := d.Civil()
		if dayNumber(y, int(m), day) != d {
			t.Fatalf("%d-%d-%d is not day %d", y, m, day, d)
		}
	}
}

// A half-year of 55 cities (268,000 rows) must pass in well under two seconds.
func TestFilterSpeed(t *testing.T) {
	var in strings.Builder
	in.WriteString("id,time,so2,no2,co,o3,o3_8h,pm10,pm25\n")
	for i := range 268_000 {
		fmt.Fprintf(&in, "city%d,2019-01-%02dT%02d:00,%d,%d,0.%d,%d,,%d,%d\n", i/744, i/24%31+1, i%24, i%40, i%90, i%10, i%200, i%300, i%150)
	}
	for _, args := range [][]string{{"air", "aqi", "--report", "hourly"}, {"air", "daily"}} {
		from := cpuTime(t)
		code, _, errs := call(in.String(), args...)
		took := cpuTime(t) - from
		if code != exitOK {
			t.Fatalf("%v: exit %d: %s", args, code, errs[:min(len(errs), 200)])
		}
		t.Logf("%v: %v", args, took)
		if took > 2*time.Second {
			t.Errorf("%v took %v of processor time", args, took)
		}
	}
}

// cpuTime is what the process has used; unlike wall time it does not depend on who else is
// at work on the machine.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The bench solves the job of ../shared/checks/nationyear with the engine of the pages, to
// the last digit of its check line.
func TestNationCheckLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "nation.i16")
	gen := exec.Command("go", "run", ".", "-out", file)
	gen.Dir = "../../../shared/checks/nationyear"
	plain, err := gen.Output()
	if err != nil {
		t.Fatalf("the plain solution did not run: %v", err)
	}
	line := regexp.MustCompile(`"check":\{[^}]*\}`)
	want := line.Find(plain)
	for _, args := range [][]string{{"bench", "nation-year", "--cores", "1"}, {"bench", "nation-ytd", "--cores", "3"}} {
		code, out, errs := call("", append(args, "--runs", "1", "--input", file)...)
		if got := line.FindString(out); code != exitOK || got != string(want) || len(want) < 100 {
			t.Errorf("%v: exit %d %s\ngot  %s\nwant %s", args, code, errs, got, want)
		}
	}
}

// fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// A result that cannot be written is an internal error with one line, not a success.
func TestOutputThatFails(t *testing.T) {
	var errs bytes.Buffer
	code := run(context.Background(), &env{strings.NewReader("id,value\na,1\n"), fullDisk{}, &errs}, []string{"air", "rank"})
	if code != exitInternal || !strings.Contains(errs.String(), "could not be written") || strings.Count(errs.String(), "\n") != 1 {
		t.Errorf("exit %d, %q", code, errs.String())
	}
	errs.Reset()
	code = run(context.Background(), &env{panicReader{}, fullDisk{}, &errs}, []string{"air", "rank"})
	if code != exitInternal || strings.Contains(errs.String(), "goroutine") {
		t.Errorf("a panic: exit %d, %q", code, errs.String())
	}
}

type panicReader struct{}

func (panicReader) Read([]byte) (int, error) { panic("broken") }

// Compressed input is read, a cut one refused.
func TestGzipInput(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	fmt.Fprint(w, "id,value\na,2\nb,1\n")
	w.Close()
	code, out, _ := call(z.String(), "air", "rank")
	if code != exitOK || out != "id,value,rank\na,2,2\nb,1,1\n" {
		t.Errorf("exit %d, %q", code, out)
	}
	if code, _, errs := call(z.String()[:z.Len()-9], "air", "rank"); code != exitUsage || !strings.Contains(errs, "unexpected EOF") {
		t.Errorf("a file cut in the middle: exit %d, %q", code, errs)
	}
}
