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
	StationCity  = "N1"
	StationA     = "A1"
	StationB     = "B1"
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

// Measure registers one station in the city and one in each county, and delivers their last
// three days of hours, made up, through the ordinary intake.
func (a *App) Measure(t testing.TB) {
	t.Helper()
	ctx, sites := System(t), a.Server.Rooms().Sites
	for _, s := range []telemetry.SiteSpec{
		{Code: StationCity, Name: "国控站", Kind: telemetry.National, Region: District, Counted: true},
		{Code: StationA, Name: "新乡县站", Kind: telemetry.County, Region: CountyA},
		{Code: StationB, Name: "获嘉县站", Kind: telemetry.County, Region: CountyB},
	} {
		if _, _, err := sites.PutSite(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	a.Deliver(t, stationHours, StationCity, StationA, StationB)
}

// Deliver hands in the newest hours of stations.
func (a *App) Deliver(t testing.TB, hours int64, stations ...string) {
	t.Helper()
	last := a.Clock.Now().Truncate(time.Hour).UnixMilli() - calendar.MsPerHour
	b := telemetry.Batch{Delivery: telemetry.Delivery{Stream: "test", Kind: telemetry.Feed}}
	for _, station := range stations {
		for i, factor := range telemetry.HourFactors() {
			c := telemetry.Column{Site: station, Factor: factor, Stat: "hour"}
			for at := last - (hours-1)*calendar.MsPerHour; at <= last; at += calendar.MsPerHour {
				c.Times = append(c.Times, at)
				c.Values = append(c.Values, (int64(i)+at/calendar.MsPerHour%7+5)*1000)
			}
			b.Columns = append(b.Columns, c)
		}
	}
	account, err := a.Server.Rooms().Sites.Ingest(System(t), b)
	if err != nil {
		t.Fatal(err)
	}
	if account.Rejected > 0 {
		t.Fatalf("delivery: %+v", account)
	}
}
