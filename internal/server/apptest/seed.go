package apptest

import (
	"testing"
	"time"

	"qingshan/internal/city/org"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// The regions of the seed: a city, the district of its station, and two counties.
const (
	City     region.Code = "410700000000"
	District region.Code = "410702000000"
	CountyA  region.Code = "410721000000"
	CountyB  region.Code = "410724000000"
)

// The accounts of the seed. Password is that of all of them.
const (
	Admin        = "admin"         // administrator of the city
	Office       = "office"        // campaign office of the city
	Reader       = "county-a"      // campaign office of county A: reads only
	AdminA       = "county-a-head" // administrator of county A
	AdminB       = "county-b-head" // administrator of county B
	ReaderB      = "county-b"      // campaign office of county B
	Password     = "Weihe-3917-liu-mei"
	StationCity  = "S-city"
	StationA     = "S-xinxiang"
	StationB     = "S-huojia"
	UnitOfB      = "county-b"
	stationHours = 72
)

func organisation() org.Seed {
	return org.Seed{
		Regions: []org.Region{{Code: City, Name: "新乡市"}, {Code: District, Name: "红旗区"},
			{Code: CountyA, Name: "新乡县"}, {Code: CountyB, Name: "获嘉县"}},
		Units: []org.SeedUnit{
			{Code: "office", Name: "市攻坚办", Kind: "campaign", Region: City},
			{Code: "county-a", Name: "新乡县攻坚办", Kind: "campaign", Parent: "office", Region: CountyA},
			{Code: UnitOfB, Name: "获嘉县攻坚办", Kind: "campaign", Parent: "office", Region: CountyB},
		},
		Posts: []org.SeedPost{
			{Code: "p-admin", Unit: "office", Name: "系统管理", Role: "administrator", Scope: City},
			{Code: "p-office", Unit: "office", Name: "调度岗", Role: "campaign_office", Scope: City},
			{Code: "p-a", Unit: "county-a", Name: "调度岗", Role: "county", Scope: CountyA},
			{Code: "p-a-admin", Unit: "county-a", Name: "系统管理", Role: "administrator", Scope: CountyA},
			{Code: "p-b", Unit: UnitOfB, Name: "调度岗", Role: "county", Scope: CountyB},
			{Code: "p-b-admin", Unit: UnitOfB, Name: "系统管理", Role: "administrator", Scope: CountyB},
		},
		Accounts: []org.SeedAccount{
			{Name: Admin, Person: "管理", Post: "p-admin", Password: Password},
			{Name: Office, Person: "调度", Post: "p-office", Password: Password},
			{Name: Reader, Person: "甲县", Post: "p-a", Password: Password},
			{Name: AdminA, Person: "甲管", Post: "p-a-admin", Password: Password},
			{Name: ReaderB, Person: "乙县", Post: "p-b", Password: Password},
			{Name: AdminB, Person: "乙管", Post: "p-b-admin", Password: Password},
		},
	}
}

// Measure registers one station in the city and one in each county, and three cities, and
// delivers the stations' last three days of hours and the cities' year, made up, through the
// ordinary intake. One value of county B is too high to be true and is rejected.
func (a *App) Measure(t testing.TB) {
	t.Helper()
	ctx, sites := System(t), a.Server.Rooms().Sites
	for _, s := range []telemetry.SiteSpec{
		{Code: StationCity, Name: "国控站", Kind: telemetry.National, Region: District, Counted: true},
		{Code: StationA, Name: "新乡县站", Kind: telemetry.County, Region: CountyA},
		{Code: StationB, Name: "获嘉县站", Kind: telemetry.County, Region: CountyB},
		{Code: "410700", Name: "新乡", Kind: telemetry.City, Region: City},
		{Code: "410800", Name: "焦作", Kind: telemetry.City, Region: "410800000000"},
		{Code: "410500", Name: "安阳", Kind: telemetry.City, Region: "410500000000"},
	} {
		if _, _, err := sites.PutSite(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	a.Deliver(t, stationHours, StationCity, StationA, StationB)
	a.deliverDays(t, "410700", "410800", "410500")
	wrong := telemetry.Column{Site: StationB, Factor: "PM25", Stat: "hour", Times: []int64{a.lastHour() - 100*calendar.MsPerHour}, Values: []int64{900_000_000}}
	account, err := sites.Ingest(ctx, telemetry.Batch{Delivery: delivery(), Columns: []telemetry.Column{wrong}})
	if err != nil || account.Rejected != 1 {
		t.Fatalf("a wrong value: %+v %v", account, err)
	}
}

func delivery() telemetry.Delivery { return telemetry.Delivery{Stream: "test", Kind: telemetry.Feed} }

// lastHour is the label of the newest hour that is over by an hour.
func (a *App) lastHour() int64 {
	return a.Clock.Now().Truncate(time.Hour).UnixMilli() - calendar.MsPerHour
}

// Deliver hands in the newest hours of stations.
func (a *App) Deliver(t testing.TB, hours int64, stations ...string) {
	t.Helper()
	b := telemetry.Batch{Delivery: delivery()}
	for _, station := range stations {
		for i, factor := range telemetry.HourFactors() {
			c := telemetry.Column{Site: station, Factor: factor, Stat: "hour"}
			for at := a.lastHour() - (hours-1)*calendar.MsPerHour; at <= a.lastHour(); at += calendar.MsPerHour {
				c.Times = append(c.Times, at)
				c.Values = append(c.Values, (int64(i)+at/calendar.MsPerHour%7+5)*1000)
			}
			b.Columns = append(b.Columns, c)
		}
	}
	a.ingest(t, b)
}

// deliverDays hands in the published days of cities since January of last year.
func (a *App) deliverDays(t testing.TB, cities ...string) {
	t.Helper()
	b := telemetry.Batch{Delivery: delivery()}
	today := calendar.DayOf(a.Clock.Now().UnixMilli())
	for i, city := range cities {
		for _, factor := range []string{"SO2", "NO2", "CO", "O3_8h", "PM10", "PM25"} {
			c := telemetry.Column{Site: city, Factor: factor, Stat: "day"}
			for d := calendar.Date(today.Year()-1, time.January, 1); d < today; d++ {
				c.Times, c.Values = append(c.Times, d.End()), append(c.Values, int64(i+1)*10_000)
				if factor == "CO" {
					c.Values[len(c.Values)-1] = 700
				}
			}
			b.Columns = append(b.Columns, c)
		}
	}
	a.ingest(t, b)
}

func (a *App) ingest(t testing.TB, b telemetry.Batch) {
	t.Helper()
	account, err := a.Server.Rooms().Sites.Ingest(System(t), b)
	if err != nil || account.Rejected > 0 {
		t.Fatalf("delivery: %+v %v", account, err)
	}
}
