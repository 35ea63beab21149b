package situation_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qingshan/internal/city/situation"
	"qingshan/internal/rules/calendar"
)

// What was published for the city itself fills days without stations' data and shifts no day
// that the stations measured, whatever file it came in.
func TestPublishedValuesFillDaysWithoutStations(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.usual()
		r.target("pm10", "85")
		measured := r.ofTheCity()

		r.fill("410700", calendar.MustDay("2025-03-01"), calendar.HourEnd(calendar.MustDay("2025-03-31"), 24), 1)
		r.fill("410700", calendar.MustDay("2026-08-27"), morning.Add(-time.Hour).UnixMilli(), 1)
		r.fillDays("410700", calendar.MustDay("2026-05-01"), calendar.MustDay("2026-05-31"), 200000)
		r.air.Forget()
		if d := cmp.Diff(measured, r.ofTheCity(), cmpopts.IgnoreFields(situation.Meta{}, "Version"), cmpopts.IgnoreUnexported(situation.Station{})); d != "" {
			t.Errorf("published values of the city moved what its stations measured:\n%s", d)
		}

		r.fill("410700", calendar.MustDay("2024-11-01"), calendar.HourEnd(calendar.MustDay("2024-11-30"), 24), 1)
		r.fillDays("410700", calendar.MustDay("2024-10-01"), calendar.MustDay("2024-11-30"), 45000)
		r.air.Forget()
		for day, want := range map[string]struct{ pm25, formula string }{
			"2024-10-15": {"45", "公布的城市日值"},
			"2024-11-15": {"40", "公布的城市小时值"}, // the published hours stand before the published day
			"2026-05-15": {"42", "各评价点位日值"},
		} {
			d, err := r.air.Day(r.system(), city, day, time.Time{})
			must(t, err)
			f := d.City.Values["pm25"]
			if f.Value != want.pm25 {
				t.Errorf("%s: PM2.5 %q, want %s", day, f.Value, want.pm25)
			}
			e, err := r.air.Explain(r.system(), city, f.Key, time.Time{})
			must(t, err)
			if !contains(e.Formula, want.formula) {
				t.Errorf("%s: explained by %q, want %q", day, e.Formula, want.formula)
			}
			if len(e.Inputs) == 0 || e.Inputs[0].Source == "" {
				t.Errorf("%s: the explanation names no source: %+v", day, e.Inputs)
			}
		}
	})
}

// ofTheCity is what the pages say of the city over the measured time.
func (r *rig) ofTheCity() []any {
	r.t.Helper()
	out := answers(r, r.air)
	p, err := r.air.Targets(r.system(), city, 2026, "", time.Time{})
	must(r.t, err)
	return append(out, p.Answer, p.Items)
}
