package calendar_test

import (
	"bufio"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"qingshan/internal/rules/calendar"
)

func counter(t testing.TB, c *calendar.Calendar, spans ...string) *calendar.Counter {
	t.Helper()
	if len(spans) == 0 {
		spans = []string{"08:30-12:00", "14:30-18:00"}
	}
	out, err := calendar.NewCounter(c, calendar.Hours{ID: "test", Spans: spans})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The vectors T23, T24 and T32 to T35 and the National Day holidays.
func TestTermTable(t *testing.T) {
	cal := withTestYears(t)
	by := map[string]*calendar.Counter{"b": counter(t, cal), "a": counter(t, cal, "08:00-12:00", "14:00-18:00")}
	f, err := os.Open("testdata/terms.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen := map[string]bool{}
	for sc, line := bufio.NewScanner(f), 1; sc.Scan(); line++ {
		w := strings.Fields(sc.Text())
		if len(w) == 0 || w[0] == "#" {
			continue
		}
		var pauses []calendar.Interval
		for p := range strings.SplitSeq(strings.Trim(w[3], "-"), ",") {
			if from, to, ok := strings.Cut(p, ".."); ok {
				pauses = append(pauses, calendar.Interval{From: at(t, from), To: at(t, to)})
			}
		}
		name := strings.Join(w[6:], " ")
		t.Run(name, func(t *testing.T) { // go test -run TestTermTable/T24
			due, err := by[w[5]].Due(at(t, w[0]), calendar.MustTerm(w[1]), w[2] == "rolls", pauses...)
			if err != nil || due.At != at(t, w[4]) || due.Rolled != (w[2] == "rolls") || due.CalendarVersion == "" {
				t.Errorf("terms.txt:%d: %s %+v %v, want %s", line, calendar.FormatTime(due.At), due, err, w[4])
			}
		})
		if len(w) > 6 {
			seen[w[6]] = true
		}
	}
	for _, v := range []string{"T23", "T24", "T32", "T33", "T34", "T35", "National"} {
		if !seen[v] {
			t.Errorf("no row for %s", v)
		}
	}
}

// T32: the reminder five days before the end of 2022-07-18 comes on 07-13.
func TestT32Reminder(t *testing.T) {
	c := counter(t, withTestYears(t))
	got, err := c.Before(at(t, "2022-07-18T18:00"), calendar.MustTerm("5cd"))
	if err != nil || calendar.DayOf(got).String() != "2022-07-13" {
		t.Errorf("%s, %v", calendar.FormatTime(got), err)
	}
}

func TestAmountText(t *testing.T) {
	c := counter(t, national(t))
	due := at(t, "2026-08-28T18:00") // a Friday
	for _, row := range []struct{ unit, now, zh, en string }{
		{"wd", "2026-08-26T13:00", "剩 2 工作日 3 小时", "2 working days 3 hours left"},
		{"wd", "2026-08-28T17:40", "剩 20 分钟", "20 minutes left"},
		{"wd", "2026-08-31T09:30", "超期 1 小时", "1 hour overdue"},
		{"cd", "2026-08-29T21:00", "超期 1 天 3 小时", "1 day 3 hours overdue"},
		{"h", "2026-08-28T15:20", "剩 2 小时 40 分", "2 hours 40 minutes left"},
		{"wh", "2026-08-28T16:00", "剩 2 工作小时", "2 working hours left"},
		{"min", "2026-08-28T17:59:30", "剩 不足 1 分钟", "less than a minute left"},
	} {
		a, err := c.Left(at(t, "2026-08-03T09:00"), at(t, row.now), due, calendar.MustTerm("1"+row.unit).Unit)
		if err != nil || a.LeftText() != row.zh || a.LeftTextEn() != row.en {
			t.Errorf("%s at %s: %s / %s, %v; want %s", row.unit, row.now, a.LeftText(), a.LeftTextEn(), err, row.zh)
		}
	}
}

func TestTermsRefused(t *testing.T) {
	for _, s := range []string{"", "wd", "0wd", "-1wd", "+1wd", "3", "3xx", "10001h", "3 wd", "1.5h"} {
		if _, err := calendar.ParseTerm(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
	c := counter(t, national(t))
	var missing *calendar.MissingYearError
	if _, err := c.Due(at(t, "2026-12-30T09:00"), calendar.MustTerm("3wd"), false); !errors.As(err, &missing) || missing.Year != 2027 {
		t.Errorf("past the known years: %v", err)
	}
	if _, err := c.Due(at(t, "2026-12-30T09:00"), calendar.MustTerm("5cd"), true); !errors.As(err, &missing) {
		t.Errorf("rolling past the known years: %v", err)
	}
	if _, err := c.Due(at(t, "2026-01-05T09:00"), calendar.MustTerm("5cd"), false, calendar.Interval{From: at(t, "2026-01-06T00:00"), To: 1 << 60}); err == nil {
		t.Error("a pause without end was counted")
	}
	other := counter(t, national(t), "09:00-12:00")
	if other.Version() == c.Version() || counter(t, national(t)).Version() != c.Version() {
		t.Error("the version does not follow the data")
	}
}

// A folder's notice takes the place of the one that came with the program, and
// a bad one is refused by file and line.
func TestOwnNotices(t *testing.T) {
	head := "year = 2027\nnumber = 'x'\nsource = 's'\nconfidence = 'C'\n[[holiday]]\nname = '元旦'\nfrom = '2027-01-01'\nto = '2027-01-03'\n"
	c, err := national(t).WithFS(fstest.MapFS{"holidays_2027.toml": {Data: []byte(head)}, "other.toml": {Data: []byte("x")}})
	if err != nil {
		t.Fatal(err)
	}
	if due, err := counter(t, c).Due(at(t, "2026-12-30T09:00"), calendar.MustTerm("3wd"), false); err != nil || due.Day.String() != "2027-01-05" {
		t.Errorf("%+v, %v", due, err)
	}
	for want, files := range map[string]fstest.MapFS{
		"holidays_2027.toml:2":         {"holidays_2027.toml": {Data: []byte("year = 2027\nunknown = 1\n")}},
		"stands in holidays_2027.toml": {"holidays_2027.toml": {Data: []byte(head)}, "holidays_2027b.toml": {Data: []byte(head)}},
	} {
		if _, err := national(t).WithFS(files); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

// What is used at the end is the term, what is left is nothing, and pauses may
// come in any order and overlap, over the turns of the years.
func TestTermInverse(t *testing.T) {
	c := counter(t, national(t))
	rapid.Check(t, func(t *rapid.T) {
		start := calendar.MustDay("2024-06-01").Start() + rapid.Int64Range(0, 700*1440).Draw(t, "minute")*calendar.MsPerMinute
		term := calendar.Term{N: rapid.IntRange(1, 30).Draw(t, "n"), Unit: calendar.TermUnit(rapid.IntRange(1, 5).Draw(t, "unit"))}
		pauses := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) calendar.Interval {
			from := start + rapid.Int64Range(-3000, 20000).Draw(t, "from")*calendar.MsPerMinute
			return calendar.Interval{From: from, To: from + rapid.Int64Range(-10, 6000).Draw(t, "len")*calendar.MsPerMinute}
		}), 0, 5).Draw(t, "pauses")
		due, err := c.Due(start, term, false, pauses...)
		if err != nil {
			t.Fatal(err)
		}
		used, err := c.Used(start, due.At, term.Unit, pauses...)
		if err != nil || used.Number() != float64(term.N) {
			t.Fatalf("%s ends %s with %v used, %v", term, calendar.FormatTime(due.At), used.Number(), err)
		}
		if left, err := c.Left(start, due.At, due.At, term.Unit, pauses...); err != nil || left.Time != 0 {
			t.Fatalf("%v left at the end, %v", left, err)
		}
		if left, err := c.Left(start, start, due.At, term.Unit, pauses...); err != nil || left.Number() != float64(term.N) {
			t.Fatalf("%v left at the start, %v", left.Number(), err)
		}
		shuffled := rapid.Permutation(pauses).Draw(t, "order")
		if again, _ := c.Due(start, term, false, append(shuffled, shuffled...)...); again != due {
			t.Fatalf("other order: %+v, want %+v", again, due)
		}
		if none, _ := c.Due(start, term, false); none.At > due.At {
			t.Fatal("a pause brought the end nearer")
		}
		rolled, err := c.Due(start, term, true, pauses...)
		if err != nil || rolled.At < due.At {
			t.Fatalf("rolled to %+v, %v", rolled, err)
		}
	})
}
