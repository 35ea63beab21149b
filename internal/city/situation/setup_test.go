package situation_test

import (
	"testing"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// A look into the past sees the targets of that time, and none before the first.
func TestTargetsAreAsKnownThen(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		until := morning.Add(-time.Hour).UnixMilli()
		for _, s := range []string{"N1", "N2"} {
			r.fill(s, calendar.MustDay("2026-01-01"), until, until)
		}
		r.target("pm25", "42")
		first := r.clk.Now()
		r.clk.Advance(time.Hour)
		_, err := r.air.SetTarget(r.system(), city, 2026, "pm25", "40", "调整通知", 1)
		must(t, err)
		for _, c := range []struct {
			asOf       time.Time
			value, src string
		}{{first.Add(-time.Minute), "", ""}, {first.Add(time.Minute), "42", "演示"}, {time.Time{}, "40", "调整通知"}} {
			p, err := r.air.Targets(r.system(), city, 0, "", c.asOf)
			must(t, err)
			if got := p.Items[0]; got.Target.Value != c.value || got.TargetSource != c.src {
				t.Errorf("as of %s: target %q from %q, want %q from %q", c.asOf, got.Target.Value, got.TargetSource, c.value, c.src)
			}
		}
	})
}

// A dust day is confirmed, takes particulates out of the assessed values, is taken back, and
// a look into the past still sees it.
func TestDustDaysComeAndGo(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.usual()
		day := calendar.MustDay("2026-03-10")
		pm10 := func(asOf time.Time) int {
			t.Helper()
			m, err := r.air.Months(r.system(), city, 2026, "assessed", asOf)
			must(t, err)
			return m.Items[2].PM10.Valid
		}
		must(t, r.air.SetDust(r.system(), city, []calendar.Day{day}, "总站审核"))
		known := r.clk.Now()
		r.clk.Advance(time.Hour)
		must(t, r.air.SetDust(r.system(), city, []calendar.Day{day}, "总站审核〔2026〕5号"))
		r.clk.Advance(time.Hour)
		days, err := r.air.DustDays(r.system(), city, 2026, time.Time{})
		must(t, err)
		if len(days) != 1 || days[0].Date != "2026-03-10" || days[0].Source != "总站审核〔2026〕5号" || pm10(time.Time{}) != 30 {
			t.Errorf("days %+v, PM10 days %d", days, pm10(time.Time{}))
		}
		must(t, r.air.TakeDustBack(r.system(), city, day, "复核不成立"))
		if n := pm10(time.Time{}); n != 31 {
			t.Errorf("taken back: %d PM10 days", n)
		}
		old, err := r.air.DustDays(r.system(), city, 0, known.Add(time.Minute))
		must(t, err)
		if len(old) != 1 || old[0].Source != "总站审核" || pm10(known.Add(time.Minute)) != 30 {
			t.Errorf("as known then: %+v, PM10 days %d", old, pm10(known.Add(time.Minute)))
		}
		must(t, r.air.SetDust(r.system(), city, []calendar.Day{day}, "再次认定"))
		for name, c := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"no source":   {r.air.SetDust(r.system(), city, []calendar.Day{day}, " "), fault.Invalid},
			"to come":     {r.air.SetDust(r.system(), city, []calendar.Day{calendar.MustDay("2026-12-01")}, "x"), fault.Invalid},
			"a county":    {r.air.SetDust(r.system(), countyA, []calendar.Day{day}, "x"), fault.Invalid},
			"no dust day": {r.air.TakeDustBack(r.system(), city, day+1, "x"), fault.NotFound},
			"no reason":   {r.air.TakeDustBack(r.system(), city, day, ""), fault.Invalid},
			"no right":    {r.air.TakeDustBack(r.as(city, access.AirRead), city, day, "x"), fault.Forbidden},
		} {
			if !fault.Is(c.err, c.kind) {
				t.Errorf("%s: %v, want %v", name, c.err, c.kind)
			}
		}
	})
}

func TestMapLayersAreChecked(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		square := `[[[113.8,35.2],[114.0,35.2],[114.0,35.4],[113.8,35.2]]]`
		one := func(code, shape, coordinates string) string {
			return `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"新乡县","code":"` + code + `"},"geometry":{"type":"` + shape + `","coordinates":` + coordinates + `}}]}`
		}
		must(t, r.air.SetLayer(r.system(), city, "county", []byte(one("410721000000", "Polygon", square))))
		must(t, r.air.SetLayer(r.system(), city, "village", []byte(one("410721100201", "Point", `[113.9,35.3]`))))
		m, err := r.air.Map(r.system(), city)
		must(t, err)
		if len(m.Boundaries["features"].([]any)) != 1 || len(m.BBox) != 4 || m.BBox[0] != 113.8 || m.BBox[3] != 35.4 {
			t.Errorf("map %+v", m)
		}
		p, err := r.air.Places(r.system(), city)
		must(t, err)
		if len(p.Villages["features"].([]any)) != 1 {
			t.Errorf("villages %+v", p.Villages)
		}
		for name, c := range map[string]struct {
			city           region.Code
			layer, geojson string
			kind           fault.Kind
		}{
			"no layer":      {city, "lake", one("410721000000", "Polygon", square), fault.Invalid},
			"no GeoJSON":    {city, "county", `{"type":"Polygon"}`, fault.Invalid},
			"empty":         {city, "county", `{"type":"FeatureCollection","features":[]}`, fault.Invalid},
			"another city":  {city, "county", one("410821000000", "Polygon", square), fault.Invalid},
			"the city":      {city, "county", one("410700000000", "Polygon", square), fault.Invalid},
			"a point":       {city, "county", one("410721000000", "Point", `[113.9,35.3]`), fault.Invalid},
			"open ring":     {city, "county", one("410721000000", "Polygon", `[[[113.8,35.2],[114.0,35.2],[114.0,35.4],[113.8,35.3]]]`), fault.Invalid},
			"turned round":  {city, "county", one("410721000000", "Polygon", `[[[35.2,113.8],[35.2,114.0],[35.4,114.0],[35.2,113.8]]]`), fault.Invalid},
			"flat":          {city, "county", one("410721000000", "Polygon", `[[113.8,35.2],[114.0,35.2]]`), fault.Invalid},
			"of a county":   {countyA, "county", one("410721000000", "Polygon", square), fault.Invalid},
			"village shape": {city, "village", one("410721100201", "Polygon", square), fault.Invalid},
		} {
			if err := r.air.SetLayer(r.system(), c.city, c.layer, []byte(c.geojson)); !fault.Is(err, c.kind) {
				t.Errorf("%s: %v, want %v", name, err, c.kind)
			}
		}
		if err := r.air.SetLayer(r.as(city, access.AirRead), city, "county", []byte(one("410721000000", "Polygon", square))); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a reader: %v", err)
		}
	})
}

// What is done to a prefecture's air is told to those who may read its audit.
func TestAuditNamesTheRegion(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.target("good_days", "300")
		must(t, r.air.SetDust(r.system(), city, []calendar.Day{calendar.MustDay("2026-03-10")}, "总站审核"))
		must(t, r.air.TakeDustBack(r.system(), city, calendar.MustDay("2026-03-10"), "复核不成立"))
		must(t, r.air.SetLayer(r.system(), city, "river", []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"卫河"},"geometry":{"type":"LineString","coordinates":[[113.8,35.2],[114.0,35.3]]}}]}`)))
		seen := map[string]string{}
		must(t, r.db.View(t.Context(), func(tx *store.Tx) error {
			rows, err := tx.Query(t.Context(), `SELECT action, region, summary FROM audit_entry ORDER BY seq`)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var action, reg, summary string
				if err := rows.Scan(&action, &reg, &summary); err != nil {
					return err
				}
				seen[action] = reg + " " + summary
			}
			return rows.Err()
		}))
		for action, want := range map[string]string{
			"target.set": "410700000000 2026 年 优良天数 目标设为 300 天", "dust.set": "410700000000 认定 1 个沙尘影响日",
			"dust.remove": "410700000000 撤销沙尘影响日 2026-03-10", "map.set": "410700000000 更新地图图层“河流”，1 个要素",
		} {
			if seen[action] != want {
				t.Errorf("%s: %q, want %q", action, seen[action], want)
			}
		}
	})
}
