package telemetry_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/rules/region"
)

// What is kept of the register and of the revisions answers as what is read anew, for
// everybody, whatever changes: appends, new series, sites that move to another county, new
// names of sites.
func TestKeptListsFollowEverything(t *testing.T) {
	both(t, func(r room) {
		r.clk.Set(morning.Add(40 * 24 * time.Hour))
		rnd := rand.New(rand.NewPCG(3, 5))
		county := r.as("410702", access.DataRead, access.AirRead)
		name := func() string { return "N1 " + string(rune('A'+rnd.IntN(20))) }
		r.ingest(feed(pm("N1", "2026-08-28T08:00", 30, 31, 32), pm("N2", "2026-08-28T08:00", 40, 41), pm("N3", "2026-08-28T08:00", 40, 41)))
		for step := range 12 {
			switch rnd.IntN(4) {
			case 0: // revisions, also of another month
				at := []string{"2026-08-28T08:00", "2026-09-28T08:00"}[rnd.IntN(2)]
				r.ingest(feed(pm([]string{"N1", "N2", "N3"}[rnd.IntN(3)], at, int64(20+rnd.IntN(9)), int64(20+rnd.IntN(9)))))
			case 1: // a factor that was never measured there
				c := pm("N2", "2026-08-28T08:00", int64(rnd.IntN(50)))
				c.Factor = []string{"PM10", "SO2", "NO2"}[rnd.IntN(3)]
				r.ingest(feed(c))
			case 2, 3: // a site is renamed or moves
				s, err := r.svc.Site(r.ctx, "N1")
				if err != nil {
					t.Fatal(err)
				}
				to, called := []region.Code{"410702000000", "410703000000"}[rnd.IntN(2)], name()
				if _, err := r.svc.ChangeSite(r.ctx, "N1", s.Version, telemetry.SiteChange{Region: &to, Name: &called}); err != nil {
					t.Fatal(err)
				}
			}
			fresh := telemetry.New(r.db, r.svc.Rules())
			for who, ctx := range map[string]context.Context{"all": r.ctx, "county": county} {
				for _, limit := range []int{2, 50, 2} {
					got, err := r.svc.Revisions(ctx, "", telemetry.Place{}, limit)
					want, err2 := fresh.Revisions(ctx, "", telemetry.Place{}, limit)
					if d := cmp.Diff(want, got); d != "" || err != nil || err2 != nil {
						t.Fatalf("step %d, %s: %v %v %s", step, who, err, err2, d)
					}
				}
			}
		}
	})
}
