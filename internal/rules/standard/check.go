package standard

import (
	"bytes"
	"fmt"
	"io"

	"qingshan/internal/rules/num"
)

func bytesReader(b []byte) io.Reader { return bytes.NewReader(b) }

// checker turns the things decoding cannot see into errors with file and line.
type checker struct {
	file string
	data []byte
}

// at reports an error at the line where key first stands (a section or an assignment), or
// at line 1 when it is missing altogether.
func (c checker) at(key, format string, args ...any) error {
	line := 1
	for i, l := range bytes.Split(c.data, []byte("\n")) {
		if bytes.HasPrefix(bytes.TrimSpace(l), []byte(key)) {
			line = i + 1
			break
		}
	}
	return fmt.Errorf("%s:%d: %s", c.file, line, fmt.Sprintf(format, args...))
}

// row is at for the n-th (from 0) entry that begins with key.
func (c checker) row(key string, n int, format string, args ...any) error {
	for i, l := range bytes.Split(c.data, []byte("\n")) {
		if bytes.HasPrefix(bytes.TrimSpace(l), []byte(key)) {
			if n == 0 {
				return fmt.Errorf("%s:%d: %s", c.file, i+1, fmt.Sprintf(format, args...))
			}
			n--
		}
	}
	return c.at(key, format, args...)
}

func (e *Edition) check(file string, data []byte) error {
	c := checker{file, data}
	switch {
	case e.ID == "":
		return c.at("id", "id is missing")
	case e.From == 0 || e.To == 0:
		return c.at("from", "from and to are needed")
	case e.To < e.From:
		return c.at("to", "to lies before from")
	case len(e.Documents) == 0:
		return c.at("[[document]]", "no document")
	}
	for _, check := range []func(checker) error{e.checkBreakpoints, e.checkAQI, e.checkOzone, e.checkDust, e.checkValidity, e.checkDecimals, e.checkIndex, e.checkLevels} {
		if err := check(c); err != nil {
			return err
		}
	}
	return nil
}

func (e *Edition) checkBreakpoints(c checker) error {
	b := &e.Breakpoints
	if len(b.IAQI) < 2 || b.IAQI[0] != 0 {
		return c.at("iaqi", "the IAQI row must begin with 0 and have two values at least")
	}
	for i := 1; i < len(b.IAQI); i++ {
		if b.IAQI[i] <= b.IAQI[i-1] || b.IAQI[i] > 9999 {
			return c.at("iaqi", "the IAQI row must rise")
		}
	}
	seen := map[[2]int]bool{}
	for n, r := range b.Rows {
		key := [2]int{int(r.Report), int(r.Item)}
		if seen[key] {
			return c.row("[[breakpoints.row]]", n, "%s %s stands twice", r.Report, r.Item)
		}
		seen[key] = true
		if len(r.Concentration) < 2 || len(r.Concentration) > len(b.IAQI) || r.Concentration[0].Units != 0 {
			return c.row("[[breakpoints.row]]", n, "%s %s: from 2 to %d concentrations, the first 0", r.Report, r.Item, len(b.IAQI))
		}
		for i := 1; i < len(r.Concentration); i++ {
			if num.Cmp(r.Concentration[i-1], r.Concentration[i]) >= 0 {
				return c.row("[[breakpoints.row]]", n, "%s %s: concentrations must rise", r.Report, r.Item)
			}
		}
		if !r.Above.None && r.Above.IAQI < b.IAQI[len(r.Concentration)-1] {
			return c.row("[[breakpoints.row]]", n, "%s %s: above is missing or lower than the table's end", r.Report, r.Item)
		}
	}
	for _, p := range (e.AQI.Daily | e.AQI.DailyOptional).List() {
		if !seen[[2]int{int(Daily), int(p)}] {
			return c.at("[breakpoints]", "no daily row for %s", p)
		}
	}
	for _, p := range e.AQI.Hourly.List() {
		if !seen[[2]int{int(Hourly), int(p)}] {
			return c.at("[breakpoints]", "no hourly row for %s", p)
		}
	}
	return nil
}

func (e *Edition) checkAQI(c checker) error {
	a := &e.AQI
	if a.Hourly == 0 || a.Daily == 0 {
		return c.at("[aqi]", "hourly and daily pollutants are needed")
	}
	if a.PublishAbove <= 0 || a.PrimaryAbove <= 0 || a.ExceedingAbove <= 0 {
		return c.at("[aqi]", "publish_above, primary_above and exceeding_above are needed")
	}
	return nil
}

func (e *Edition) checkOzone(c checker) error {
	o := &e.Ozone
	if o.Hours < 1 || o.Hours > 24 || o.LeastHours < 1 || o.LeastHours > o.Hours {
		return c.at("[ozone]", "1 ≤ least_hours ≤ hours ≤ 24 does not hold")
	}
	if o.FirstWindow < 1 || o.LastWindow < o.FirstWindow || o.LastWindow > 24 {
		return c.at("[ozone]", "1 ≤ first_window ≤ last_window ≤ 24 does not hold")
	}
	if o.LeastWindows < 1 || o.LeastWindows > o.LastWindow-o.FirstWindow+1 {
		return c.at("[ozone]", "least_windows must lie between 1 and the number of windows")
	}
	return nil
}

func (e *Edition) checkDust(c checker) error {
	if e.Dust.Items == 0 || e.Dust.AQI == 0 || e.Dust.Confidence == 0 {
		return c.at("[dust]", "items, aqi and confidence are needed")
	}
	return nil
}

func (e *Edition) checkValidity(c checker) error {
	v := &e.Validity
	if v.DayHours < 1 || v.DayHours > 24 || v.YearDays < 1 || v.MonthDays < 1 || v.FebruaryDays < 1 {
		return c.at("[validity]", "day_hours, year_days, month_days and february_days are needed")
	}
	one := num.D(1, 0)
	for _, s := range []num.Decimal{v.StationShare, v.FewStationShare} {
		if s.Sign() <= 0 || num.Cmp(s, one) > 0 {
			return c.at("[validity]", "a station share lies above 0 and up to 1")
		}
	}
	return nil
}

func (e *Edition) checkDecimals(c checker) error {
	for p := Pollutant(0); p < NPollutants; p++ {
		n := 0
		for _, r := range e.Decimals.Rows {
			if r.Item == p {
				n++
				if r.Hour < 0 || r.Day < 0 || r.Period < 0 || r.Hour > 4 || r.Day > 4 || r.Period > 6 || r.Period < r.Day {
					return c.at("[decimals]", "%s: decimals out of range", p)
				}
			}
		}
		if n != 1 {
			return c.at("[decimals]", "%s: %d rows, want 1", p, n)
		}
	}
	d := &e.Decimals
	for _, n := range []int{d.SingleIndex, d.Composite, d.Ratio, d.Change, d.ExceedMultiple} {
		if n < 0 || n > 6 {
			return c.at("[decimals]", "decimals lie between 0 and 6")
		}
	}
	return nil
}

func (e *Edition) checkIndex(c checker) error {
	defaults := 0
	for n, p := range e.Index.Profiles {
		if p.Default {
			defaults++
		}
		for w := range p.Weights {
			if _, err := ParsePollutant(w); err != nil {
				return c.row("[[index.profile]]", n, "weights: %v", err)
			}
		}
	}
	if defaults != 1 {
		return c.at("[[index.profile]]", "%d default profiles, want 1", defaults)
	}
	if len(e.Index.Items) == 0 {
		return c.at("[index]", "no items")
	}
	var seen Pollutants
	for n, it := range e.Index.Items {
		if seen.Has(it.Item) {
			return c.row("[[index.item]]", n, "%s stands twice", it.Item)
		}
		seen |= Of(it.Item)
		if l, ok := e.Limits.Find(it.Item, it.Against); !ok || l.ClassII.Sign() <= 0 {
			return c.row("[[index.item]]", n, "%s: there is no class II limit for %q", it.Item, it.Against)
		}
	}
	return nil
}

func (e *Edition) checkLevels(c checker) error {
	l := e.Levels.Rows
	if len(l) == 0 {
		return c.at("[levels]", "no levels")
	}
	for i := range l {
		if l[i].Level != i+1 || l[i].Category == "" || i > 0 && l[i].UpTo <= l[i-1].UpTo {
			return c.at("[levels]", "levels count from 1 and their bounds rise")
		}
	}
	return nil
}
