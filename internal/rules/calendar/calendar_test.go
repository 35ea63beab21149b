package calendar_test

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"qingshan/internal/rules/calendar"
)

func national(t testing.TB) *calendar.Calendar {
	t.Helper()
	c, err := calendar.National()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// withTestYears adds the years that the specification's vectors lie in.
func withTestYears(t testing.TB) *calendar.Calendar {
	t.Helper()
	files, _ := filepath.Glob("testdata/holidays_*.toml")
	if len(files) != 3 {
		t.Fatalf("%d test notices, want 3", len(files))
	}
	c := national(t)
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		n, err := calendar.ParseNotice(f, data)
		if err != nil {
			t.Fatal(err)
		}
		if c, err = c.With(n); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// The number of worked days of each shipped year: weekdays less the weekdays
// off by the notice plus the weekend days worked.
func TestNationalYears(t *testing.T) {
	c := national(t)
	for year, want := range map[int]int{2024: 251, 2025: 248, 2026: 248} {
		got, err := c.WorkdaysBetween(calendar.Date(year, 1, 1)-1, calendar.Date(year, 12, 31))
		if err != nil || got != want {
			t.Errorf("%d has %d working days, %v; want %d", year, got, err, want)
		}
		n, err := c.Notice(year)
		if err != nil || n.Confidence != "A" || !strings.HasPrefix(n.Number, "国办发明电〔") {
			t.Errorf("%d: notice %+v, %v", year, n, err)
		}
	}
}

func TestKind(t *testing.T) {
	c := national(t)
	for day, want := range map[string]string{
		"2024-02-04": "make-up 春节", "2024-02-09": "workday ", "2024-02-10": "holiday 春节", "2024-09-14": "make-up 中秋节",
		"2025-01-26": "make-up 春节", "2025-10-08": "holiday 国庆节、中秋节", "2025-10-11": "make-up 国庆节、中秋节", "2025-10-12": "weekend ",
		"2026-01-04": "make-up 元旦", "2026-02-23": "holiday 春节", "2026-02-28": "make-up 春节", "2026-08-28": "workday ",
	} {
		k, name, err := c.Kind(calendar.MustDay(day))
		if err != nil || k.String()+" "+name != want {
			t.Errorf("%s is %s %s, %v; want %s", day, k, name, err, want)
		}
	}
}

func TestMissingYear(t *testing.T) {
	c := national(t)
	check := func(what string, year int, err error) {
		t.Helper()
		var missing *calendar.MissingYearError
		if !errors.As(err, &missing) || missing.Year != year || !strings.Contains(err.Error(), strconv.Itoa(year)) {
			t.Errorf("%s: %v, want a missing year error for %d", what, err, year)
		}
	}
	_, err := c.IsWorkday(calendar.MustDay("2027-01-04"))
	check("IsWorkday", 2027, err)
	_, err = c.AddWorkdays(calendar.MustDay("2026-12-30"), 2)
	check("AddWorkdays", 2027, err)
	_, err = c.AddWorkdays(calendar.MustDay("2024-01-03"), -5)
	check("AddWorkdays backwards", 2023, err)
	_, err = c.Due(calendar.MustDay("2026-12-25"), 8, calendar.CalendarDays)
	check("Due rolling over the year's end", 2027, err)
	_, err = c.Notice(2019)
	check("Notice", 2019, err)

	if c.Settled(calendar.MustDay("2026-12-28")) || !c.Settled(calendar.MustDay("2026-12-01")) ||
		!c.Settled(calendar.MustDay("2025-12-31")) || c.Settled(calendar.MustDay("2027-03-01")) {
		t.Error("only the last days of the last known year are unsettled")
	}
}

func TestDueTable(t *testing.T) {
	c := withTestYears(t)
	f, err := os.Open("testdata/due.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := 0
	for sc, line := bufio.NewScanner(f), 1; sc.Scan(); line++ {
		fields := strings.Fields(sc.Text())
		if len(fields) == 0 || fields[0][0] == '#' {
			continue
		}
		n, err1 := strconv.Atoi(fields[1])
		unit, err2 := calendar.ParseUnit(fields[2])
		if err := errors.Join(err1, err2); err != nil {
			t.Fatalf("due.txt:%d: %v", line, err)
		}
		var pauses []calendar.Window
		for p := range strings.SplitSeq(strings.Trim(fields[3], "-"), ",") {
			if from, to, ok := strings.Cut(p, ".."); ok {
				pauses = append(pauses, calendar.Window{From: calendar.MustDay(from), To: calendar.MustDay(to)})
			}
		}
		due, err := c.Due(calendar.MustDay(fields[0]), n, unit, pauses...)
		if err != nil || due.Raw.String() != fields[4] || due.Rolled.String() != fields[5] {
			t.Errorf("due.txt:%d: %s %v, want %s %s: %s", line, due, err, fields[4], fields[5], strings.Join(fields[6:], " "))
		}
		rows++
	}
	if rows < 25 {
		t.Errorf("only %d rows read", rows)
	}
}

func TestNoticeRejects(t *testing.T) {
	head := "year = 2030\nnumber='x'\nsource='s'\nconfidence='C'\n"
	for name, body := range map[string]string{
		"no holiday":       head,
		"before it begins": head + "[[holiday]]\nname='a'\nfrom='2030-05-03'\nto='2030-05-01'",
		"named twice":      head + "[[holiday]]\nname='a'\nfrom='2030-05-01'\nto='2030-05-02'\n[[holiday]]\nname='b'\nfrom='2030-05-02'\nto='2030-05-03'",
		"not a day of":     head + "[[holiday]]\nname='a'\nfrom='2031-05-01'\nto='2031-05-02'",
		"is a Tuesday":     head + "[[holiday]]\nname='a'\nfrom='2030-05-01'\nto='2030-05-02'\nwork=['2030-05-07']",
		"needs number":     "year = 2030\n[[holiday]]\nname='a'\nfrom='2030-05-01'\nto='2030-05-02'",
		"n.toml:5":         head + "unknown = 1",
	} {
		if _, err := calendar.ParseNotice("n.toml", []byte(body)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Adding and taking away n working days, counting between and rolling agree
// with each other, over the turns of the years too.
func TestWorkdayInverse(t *testing.T) {
	c := national(t)
	rapid.Check(t, func(t *rapid.T) {
		start := calendar.MustDay("2024-06-01").Add(rapid.IntRange(0, 600).Draw(t, "start"))
		n := rapid.IntRange(-90, 90).Draw(t, "n")
		end, err := c.AddWorkdays(start, n)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.WorkdaysBetween(start, end); err != nil || got != n {
			t.Fatalf("%s + %d = %s, but %d between, %v", start, n, end, got, err)
		}
		if n == 0 {
			return
		}
		if ok, _ := c.IsWorkday(end); !ok {
			t.Fatalf("%s + %d ends on %s, a day off", start, n, end)
		}
		onWork, err := c.Roll(start)
		if err != nil {
			t.Fatal(err)
		}
		out, _ := c.AddWorkdays(onWork, n)
		if back, err := c.AddWorkdays(out, -n); err != nil || back != onWork {
			t.Fatalf("%s + %d - %d = %s, %v", onWork, n, n, back, err)
		}
	})
}

// Pauses may come in any order and in pieces: the end is the same, and the
// units used up to it are the term.
func TestPauseOrder(t *testing.T) {
	c := national(t)
	rapid.Check(t, func(t *rapid.T) {
		start := calendar.MustDay("2024-10-01").Add(rapid.IntRange(0, 300).Draw(t, "start"))
		n := rapid.IntRange(1, 40).Draw(t, "n")
		unit := calendar.Unit(rapid.IntRange(0, 1).Draw(t, "unit"))
		pauses := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) calendar.Window {
			from := start.Add(rapid.IntRange(-5, 60).Draw(t, "from"))
			return calendar.Window{From: from, To: from.Add(rapid.IntRange(0, 8).Draw(t, "len"))}
		}), 0, 5).Draw(t, "pauses")
		due, err := c.Due(start, n, unit, pauses...)
		if err != nil {
			t.Fatal(err)
		}
		var pieces []calendar.Window
		for _, p := range rapid.Permutation(pauses).Draw(t, "order") {
			for d := p.From; d <= p.To; d++ {
				pieces = append(pieces, calendar.Window{From: d, To: d})
			}
		}
		if again, err := c.Due(start, n, unit, pieces...); err != nil || again != due {
			t.Fatalf("in pieces: %v %v, want %v", again, err, due)
		}
		if used, err := c.Used(start, due.Raw, unit, pauses...); err != nil || used != n {
			t.Fatalf("%d units used up to the end, want %d, %v", used, n, err)
		}
		if used, _ := c.Used(start, due.Raw-1, unit, pauses...); used != n-1 {
			t.Fatalf("%d units used the day before the end, want %d", used, n-1)
		}
		if plain, _ := c.Due(start, n, unit); plain.Raw > due.Raw || due.Rolled < due.Raw {
			t.Fatalf("a pause brought the end forward: %v, without %v", due, plain)
		}
	})
}
