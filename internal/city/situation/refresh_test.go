package situation_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qingshan/internal/city/situation"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
	"qingshan/internal/rules/standard"
)

// After any late, corrected and deleted hours the board that followed them answers exactly as
// one that is made new from the store: days, months, the year, ranks and the newest hour.
func TestFollowingEqualsMakingNew(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.usual()
		_, err := r.air.Now(r.system(), city, time.Time{}, nil)
		must(t, err)
		reg, err := standard.Builtin()
		must(t, err)
		rnd := rand.New(rand.NewPCG(7, 11))
		first := calendar.MustDay("2025-11-01")
		for step := range 5 {
			for range 6 {
				label := calendar.HourEnd(first.Add(rnd.IntN(300)), 1+rnd.IntN(24))
				site, factor := []string{"N1", "N2", "C1", "C2"}[rnd.IntN(4)], six[rnd.IntN(len(six))]
				v := int64(rnd.IntN(60)) * 1000
				if rnd.IntN(3) == 0 { // a feed brings another value for an old hour
					b := telemetry.Batch{Delivery: telemetry.Delivery{Stream: "late", Kind: telemetry.Feed},
						Columns: []telemetry.Column{{Site: site, Factor: factor, Stat: "hour", Times: []int64{label}, Values: []int64{v}}}}
					_, err := r.tel.Ingest(r.system(), b)
					must(t, err)
					continue
				}
				c := telemetry.Correction{Site: site, Factor: factor, Stat: "hour", Time: label, Reason: "复核后更正"}
				if rnd.IntN(2) == 0 { // else the hour is taken out
					c.Value = &v
				}
				_, err := r.tel.Correct(r.system(), c)
				must(t, err)
			}
			changed, err := r.air.Refresh(r.system())
			must(t, err)
			if !changed {
				t.Fatalf("step %d: the changes did not reach the board", step)
			}
			fresh, err := situation.New(r.db, r.tel, reg, situation.Config{City: city, Name: func(_ context.Context, c region.Code) string {
				return map[region.Code]string{city: "新乡市", countyA: "新乡县", countyB: "获嘉县"}[c]
			}})
			must(t, err)
			if d := cmp.Diff(answers(r, fresh), answers(r, r.air), cmpopts.IgnoreFields(situation.Meta{}, "Version"), cmpopts.IgnoreUnexported(situation.Station{})); d != "" {
				t.Fatalf("step %d:\n%s", step, d)
			}
		}
	})
}

func answers(r *rig, s *situation.Service) (out []any) {
	r.t.Helper()
	n, err := s.Now(r.system(), city, time.Time{}, []string{"N1"})
	must(r.t, err)
	d, err := s.Days(r.system(), city, "2025-11-01", "2026-08-27", time.Time{})
	must(r.t, err)
	for _, year := range []int{2025, 2026} {
		m, err := s.Months(r.system(), city, year, "", time.Time{})
		must(r.t, err)
		out = append(out, m)
	}
	for _, list := range []string{"nation", "county"} {
		k, err := s.Ranking(r.system(), city, list, "ytd", "", "", time.Time{})
		must(r.t, err)
		out = append(out, k)
	}
	return append(out, n, d)
}
