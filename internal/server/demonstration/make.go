package demonstration

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/packs/demo"
	"qingshan/packs/demo/synth"
)

// act is something that happened in the city's past.
type act struct {
	at   time.Time
	what string // for the progress line
	do   func(context.Context) error
}

// Make fills an empty installation with the demonstration city, in the order in which
// things happened: clk, the installation's clock, is moved from one act to the next and
// stands at the start of the demonstration in the end. progress gets the finished share and
// what comes next. When it does not return nil, Inspect finds the installation Unfinished.
func (c *City) Make(ctx context.Context, clk *clock.Manual, progress func(done float64, what string)) error {
	ctx = access.With(ctx, access.System("demo"))
	c.clk = clk
	acts := c.acts()
	clk.Set(acts[0].at)
	if err := c.mark(ctx, settingMaking, demo.Mark); err != nil {
		return err
	}
	for i, a := range acts {
		progress(float64(i)/float64(len(acts)), a.what)
		clk.Set(a.at)
		if err := a.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", a.what, err)
		}
	}
	clk.Set(c.span.Start)
	progress(1, "")
	return c.finish(ctx)
}

func (c *City) mark(ctx context.Context, name, value string) error {
	return c.db.Update(ctx, func(tx *store.Tx) error { return writeSetting(ctx, tx, name, value) })
}

// finish writes the mark and takes the note of the unfinished work away, in one step.
func (c *City) finish(ctx context.Context) error {
	list := c.span.deliveries()
	last := list[len(list)-1].at
	return c.db.Update(ctx, func(tx *store.Tx) error {
		p := position{Seed: c.seed, Hour: last, Days: c.daysUpTo(last), Clock: c.span.Start.UnixMilli()}
		if err := writePosition(ctx, tx, p); err != nil {
			return err
		}
		if err := writeSetting(ctx, tx, settingMark, demo.Mark); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM setting WHERE name = $1`, settingMaking)
		return err
	})
}

// acts are all acts in the order of their time.
func (c *City) acts() []act {
	first := time.UnixMilli(c.span.Hours.Start())
	acts := []act{
		{first, "行政区、单位、岗位、账号", c.makeOrg},
		{first, "监测点位", c.makeSites},
		{first, "地图", c.makeMap},
	}
	acts = append(acts, c.targetActs(first)...)
	acts = append(acts, c.dustActs()...)
	acts = append(acts, c.gridActs(first)...)
	list := c.span.deliveries()
	after, days := synth.Hour(0), 0
	for _, d := range list {
		from, known := after, days
		acts = append(acts, act{arrival(d.at), "观测数据至 " + calendar.FormatHour(d.at.Ms()), func(ctx context.Context) error {
			if err := c.deliver(ctx, from, d.at, d.live); err != nil {
				return err
			}
			return c.deliverPanel(ctx, known, d.days)
		}})
		after, days = d.at, max(days, d.days)
	}
	acts = append(acts, c.matterActs(first)...)
	slices.SortStableFunc(acts, func(a, b act) int { return cmp.Compare(a.at.UnixMilli(), b.at.UnixMilli()) })
	return acts
}

// makeSites registers the stations, and every city of the country as a measured unit.
func (c *City) makeSites(ctx context.Context) error {
	stations, err := demo.Stations(c.land)
	if err != nil {
		return err
	}
	var specs []telemetry.SiteSpec
	for _, s := range stations {
		specs = append(specs, telemetry.SiteSpec{Code: s.Code, Name: s.Name, Kind: telemetry.Kind(s.Kind), Region: s.Region,
			Lon: s.Lon, Lat: s.Lat, Counted: s.Counted, Aliases: s.Aliases})
	}
	for _, city := range c.reg.Cities() {
		code, err := demo.CityRegion(city)
		if err != nil {
			return err
		}
		specs = append(specs, telemetry.SiteSpec{Code: CitySite(city.Adcode), Name: city.Name, Kind: telemetry.City, Region: code, Aliases: city.Aliases})
	}
	return c.db.Update(ctx, func(tx *store.Tx) error {
		for _, s := range specs {
			if _, _, err := c.sites.PutSiteIn(ctx, tx, s); err != nil {
				return fmt.Errorf("%s: %w", s.Name, err)
			}
		}
		return nil
	})
}
