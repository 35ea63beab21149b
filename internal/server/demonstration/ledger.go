package demonstration

import (
	"context"
	"strconv"
	"time"

	"qingshan/internal/city/org"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
	"qingshan/packs/demo"
	"qingshan/packs/demo/land"
)

// targetActs set each year's targets on 10 January at 09:00, those of the first year when
// the story begins.
func (c *City) targetActs(first time.Time) []act {
	targets, err := demo.Targets()
	if err != nil {
		return []act{{first, "目标", func(context.Context) error { return err }}}
	}
	var out []act
	for _, t := range targets {
		at := time.UnixMilli(calendar.Date(t.Year, time.January, 10).Start() + 9*calendar.MsPerHour)
		if at.Before(first) {
			at = first
		}
		out = append(out, act{at, strconv.Itoa(t.Year) + " 年目标", func(ctx context.Context) error {
			value := strconv.FormatFloat(float64(t.Value)/1000, 'f', -1, 64)
			_, err := c.air.SetTarget(ctx, t.Region, t.Year, t.Item, value, t.Source, 0)
			return err
		}})
	}
	return out
}

// dustActs confirm each dust day in the morning after it.
func (c *City) dustActs() []act {
	var out []act
	last, _ := delivered(c.span.Start).Day()
	for _, d := range demo.DustDays(c.world, c.span.Hours, last-1) {
		at := time.UnixMilli(d.End() + 10*calendar.MsPerHour)
		out = append(out, act{at, "沙尘日", func(ctx context.Context) error {
			return c.air.SetDust(ctx, demo.City, []calendar.Day{d}, demo.Mark+"：沙尘过程")
		}})
	}
	return out
}

// makeOrg enters the regions of the country and the city, and who is who.
func (c *City) makeOrg(ctx context.Context) error {
	places, err := demo.Places(c.land, c.reg)
	if err != nil {
		return err
	}
	who, err := c.Organisation()
	if err != nil {
		return err
	}
	seed := org.Seed{}
	for _, p := range places {
		seed.Regions = append(seed.Regions, org.Region{Code: p.Code, Name: p.Name})
	}
	for _, u := range who.Units {
		seed.Units = append(seed.Units, org.SeedUnit{Code: u.Code, Name: u.Name, Short: u.Short, Kind: u.Kind, Parent: u.Parent, Region: u.Region})
	}
	for _, p := range who.Posts {
		seed.Posts = append(seed.Posts, org.SeedPost{Code: p.Code, Unit: p.Unit, Name: p.Title, Role: p.Role, Scope: p.Scope})
	}
	for _, a := range who.Accounts {
		seed.Accounts = append(seed.Accounts, org.SeedAccount{Name: a.Name, Person: a.Person, Post: a.Post, Password: a.Password, MustChange: a.MustChange})
	}
	for _, h := range demo.GridHolders(c.land, who.Accounts) {
		seed.Holders = append(seed.Holders, org.SeedHolder{Post: h.Post, Person: h.Person, Account: h.Account, From: h.From, To: h.To})
	}
	_, err = c.people.Seed(ctx, seed)
	return err
}

// makeMap stores the shapes of the city.
func (c *City) makeMap(ctx context.Context) error {
	rivers, err := demo.Rivers(c.seed)
	if err != nil {
		return err
	}
	for _, l := range []struct {
		name   string
		shapes []byte
	}{
		{"county", c.land.GeoJSON(region.County, "")},
		{"town", c.land.GeoJSON(region.Town, "")},
		{"village", c.land.GeoJSON(region.Village, "")},
		{"river", land.RiverGeoJSON(rivers)},
	} {
		if err := c.air.SetLayer(ctx, demo.City, l.name, l.shapes); err != nil {
			return err
		}
	}
	return nil
}
