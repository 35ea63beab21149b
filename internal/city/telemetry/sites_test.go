package telemetry_test

import (
	"slices"
	"testing"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/importer"
	"qingshan/internal/rules/calendar"
)

func TestNamesCarryRemarks(t *testing.T) {
	both(t, func(r room) {
		s, _, err := r.svc.PutSite(r.ctx, telemetry.SiteSpec{Code: "N9", Name: "　红旗　站（启用220101）(停运251231)", Kind: telemetry.National, Region: code("410702"), Counted: true})
		if err != nil {
			r.Fatal(err)
		}
		if s.Name != "红旗站" || s.From != calendar.MustDay("2022-01-01") || s.To != calendar.MustDay("2025-12-31") {
			r.Errorf("%+v", s)
		}
		z, err := r.svc.Site(r.ctx, "Z1")
		if err != nil || !z.Background || z.Counted || z.Name != "岗李水库" || z.To != telemetry.Forever {
			r.Errorf("%+v %v", z, err)
		}
	})
}

func TestASiteListedTwiceIsMergedOrRefused(t *testing.T) {
	both(t, func(r room) {
		put := func(s telemetry.SiteSpec) (telemetry.Site, telemetry.PutOutcome, error) {
			s.Kind, s.Counted = telemetry.National, true
			return r.svc.PutSite(r.ctx, s)
		}
		n2 := telemetry.SiteSpec{Code: "N2", Name: "环保西院", Region: code("410703")}
		if _, what, err := put(n2); err != nil || what != telemetry.SiteUnchanged {
			r.Errorf("the same again: %v %v", what, err)
		}
		n2.Name = "市环保局西院(启用190101)"
		s, what, err := put(n2)
		if err != nil || what != telemetry.SiteUpdated || s.Name != "市环保局西院" || !slices.Equal(s.Aliases, []string{"市环保局西院", "环保西院"}) {
			r.Errorf("under its alias: %+v %v %v", s, what, err)
		}
		n2.Name = "人民公园"
		_, _, err = put(n2)
		wantFault(r.T, "another name", err, fault.Conflict, "site_code_taken")
		_, _, err = put(telemetry.SiteSpec{Code: "N8", Name: "环保　西院", Region: code("410711")})
		wantFault(r.T, "another code", err, fault.Conflict, "site_twice")
		_, what, err = put(telemetry.SiteSpec{Code: "N8", Name: "环保西院(停运181231)", Region: code("410711")})
		if err != nil || what != telemetry.SiteCreated {
			r.Errorf("the station that stood there before: %v %v", what, err)
		}
		_, what, err = put(telemetry.SiteSpec{Code: "N7", Name: "环保西院", Region: code("410105")})
		if err != nil || what != telemetry.SiteCreated {
			r.Errorf("the same name in another city: %v %v", what, err)
		}
	})
}

func TestBadSitesAreRefused(t *testing.T) {
	both(t, func(r room) {
		_, _, err := r.svc.PutSite(r.ctx, telemetry.SiteSpec{Code: " ", Name: "", Kind: "x", Region: code("41"), Lon: 35, Lat: 113, From: 20, To: 10})
		wantFault(r.T, "bad site", err, fault.Invalid, "site")
		var f *fault.Error
		if e, ok := err.(*fault.Error); ok {
			f = e
		}
		if f == nil || len(f.Fields) != 6 {
			r.Errorf("fields %+v", f)
		}
	})
}

func TestDirectoryFindsByNameAndDay(t *testing.T) {
	both(t, func(r room) {
		for _, s := range []telemetry.SiteSpec{
			{Code: "O1", Name: "老站(停运191231)", Kind: telemetry.National, Region: code("410702")},
			{Code: "O2", Name: "老站(启用200101)", Kind: telemetry.National, Region: code("410702")},
			{Code: "410100", Name: "郑州市", Kind: telemetry.City, Region: code("4101")},
			{Code: "110000", Name: "北京市", Kind: telemetry.City, Region: code("11")},
			{Code: "B1", Name: "定陵(对照点)", Kind: telemetry.National, Region: code("110114")},
			{Code: "B2", Name: "万寿西宫", Kind: telemetry.National, Region: code("11")},
			{Code: "419001", Name: "济源市", Kind: telemetry.City, Region: code("419001")},
			{Code: "J1", Name: "市委党校", Kind: telemetry.National, Region: code("419001")},
		} {
			if _, _, err := r.svc.PutSite(r.ctx, s); err != nil {
				r.Fatal(err)
			}
		}
		d, err := r.svc.Directory(r.ctx)
		if err != nil {
			r.Fatal(err)
		}
		for _, c := range []struct {
			name importer.Name
			day  string
			want string // code, or reason
		}{
			{importer.Name{Code: "N1"}, "2026-01-01", "N1"},
			{importer.Name{Code: "N0"}, "2026-01-01", "unknown_place"},
			{importer.Name{City: "新乡"}, "2026-01-01", "410700"},
			{importer.Name{City: "新乡市"}, "2026-01-01", "410700"},
			{importer.Name{City: "洛阳"}, "2026-01-01", "unknown_place"},
			{importer.Name{City: "新乡市", Station: "市环保局西院"}, "2026-01-01", "N2"},
			{importer.Name{City: "新乡", Station: "环保　西院(启用190101)"}, "2026-01-01", "N2"},
			{importer.Name{City: "新乡", Station: "老站"}, "2019-12-31", "O1"},
			{importer.Name{City: "新乡", Station: "老站"}, "2020-01-01", "O2"},
			{importer.Name{City: "新乡", Station: "老站"}, "", "ambiguous_place"},
			{importer.Name{City: "郑州", Station: "老站"}, "2020-01-01", "unknown_place"},
			{importer.Name{City: "郑州", Station: "岗李水库（对照点）"}, "2020-01-01", "Z1"},
			{importer.Name{City: "北京", Station: "定陵"}, "2020-01-01", "B1"},
			{importer.Name{City: "北京", Station: "万寿西宫"}, "2020-01-01", "B2"},
			{importer.Name{City: "济源", Station: "市委党校"}, "2020-01-01", "J1"},
			{importer.Name{Station: "市委党校"}, "2020-01-01", "ambiguous_place"},
			{importer.Name{Station: "河师大"}, "2020-01-01", "N4"},
			{importer.Name{Code: "O1"}, "2020-01-01", "station_closed"},
		} {
			day := calendar.Day(-1)
			if c.day != "" {
				day = calendar.MustDay(c.day)
			}
			s, ok, why := d.Find(c.name, day)
			got := why.Code
			if ok {
				got = s.Code
			}
			if got != c.want {
				r.Errorf("%+v on %s: %s, want %s", c.name, c.day, got, c.want)
			}
		}
	})
}

func TestACountySeesItsOwnSites(t *testing.T) {
	both(t, func(r room) {
		ctx := r.as("410702", access.AirRead, access.DataRead, access.SiteWrite)
		sites, err := r.svc.Sites(ctx, telemetry.SiteFilter{})
		if err != nil || len(sites) != 2 || sites[0].Code != "N1" || sites[1].Code != "N3" {
			r.Errorf("%+v %v", sites, err)
		}
		_, err = r.svc.Sites(ctx, telemetry.SiteFilter{Region: code("4107")})
		wantFault(r.T, "the whole city", err, fault.NotFound, "not_found")
		_, err = r.svc.Site(ctx, "N2")
		wantFault(r.T, "another county's site", err, fault.NotFound, "not_found")
		_, err = r.svc.Site(ctx, "none")
		wantFault(r.T, "no site", err, fault.NotFound, "not_found")
		_, _, err = r.svc.PutSite(ctx, telemetry.SiteSpec{Code: "N2", Name: "环保西院", Kind: telemetry.National, Region: code("410702")})
		wantFault(r.T, "taking another county's site", err, fault.NotFound, "not_found")
		_, err = r.svc.Sites(r.as("410702", access.OrgRead), telemetry.SiteFilter{})
		wantFault(r.T, "without the right", err, fault.Forbidden, "forbidden")
		_, err = r.svc.Sites(r.Context(), telemetry.SiteFilter{})
		wantFault(r.T, "nobody", err, fault.Unauthenticated, "login_required")
	})
}
