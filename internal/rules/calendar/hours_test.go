package calendar_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"qingshan/internal/rules/calendar"
)

const summer = `id = "summer"
name = "夏季作息"
spans = ["08:00-12:00", "15:00-18:30"]
source = "市政府办公室通知"
confidence = "B"
`

// An installation's office hours take the place of the program's; deadlines are counted by
// them, and a counter with other hours has another version.
func TestHoursOfAnInstallation(t *testing.T) {
	h, own, err := calendar.HoursFS(fstest.MapFS{})
	if err != nil || own || len(h.Spans) != 2 {
		t.Fatalf("%+v, %v, %v", h, own, err)
	}
	mine, own, err := calendar.HoursFS(fstest.MapFS{"office_hours.toml": {Data: []byte(summer)}})
	if err != nil || !own || mine.Name != "夏季作息" || mine.Confidence != "B" {
		t.Fatalf("%+v, %v, %v", mine, own, err)
	}
	cal, err := calendar.National()
	if err != nil {
		t.Fatal(err)
	}
	ends := map[string]string{}
	versions := map[string]bool{}
	for _, x := range []calendar.Hours{h, mine} {
		c, err := calendar.NewCounter(cal, x)
		if err != nil {
			t.Fatal(err)
		}
		start, err := calendar.ParseTime("2026-07-06T17:00")
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.Due(start, calendar.MustTerm("2wh"), false)
		if err != nil {
			t.Fatal(err)
		}
		ends[x.ID], versions[c.Version()] = calendar.FormatTime(d.At), true
	}
	if ends["default"] != "2026-07-07T09:30" || ends["summer"] != "2026-07-07T08:30" || len(versions) != 2 {
		t.Errorf("two hours from 17:00 end %v, %d versions", ends, len(versions))
	}
	for what, row := range map[string][2]string{
		"no source":     {`source = "市政府办公室通知"`, `source = ""`},
		"unknown key":   {`id = "summer"`, "id = \"summer\"\nfrom = \"2026-05-01\""},
		"no spans":      {`["08:00-12:00", "15:00-18:30"]`, `[]`},
		"out of order":  {`["08:00-12:00", "15:00-18:30"]`, `["15:00-18:30", "08:00-12:00"]`},
		"no such clock": {`"08:00-12:00"`, `"08:00-12:75"`},
	} {
		_, _, err := calendar.HoursFS(fstest.MapFS{"office_hours.toml": {Data: []byte(strings.Replace(summer, row[0], row[1], 1))}})
		if err == nil || !strings.Contains(err.Error(), "office_hours.toml") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
