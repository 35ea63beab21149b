package telemetry

import (
	"context"
	"errors"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// stations drafts the rows of a station list.
func (r *importRun) stations(ctx context.Context, p *importer.Parser) error {
	s := &siteSink{ctx: ctx, run: r, cities: map[region.Code]bool{}}
	err := r.view(ctx, func(tx *store.Tx) error {
		register, err := readSites(ctx, tx, "")
		if err != nil {
			return err
		}
		s.drafts = newSiteDrafts(register)
		s.areas, err = org.KnownRegions(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	n, err := p.RunSites(ctx, s)
	if err != nil {
		return err
	}
	r.drafts = s.drafts
	c := p.Counts()
	r.report.Received, r.report.Rejected = c.Received, c.Rejected
	r.report.Stored, r.report.Unchanged = n.Stored, n.Unchanged
	r.report.Region = s.region
	if !s.any {
		r.report.Region = r.home()
	}
	return nil
}

// siteSink puts each row of a list into the drafts of the register.
type siteSink struct {
	ctx    context.Context
	run    *importRun
	drafts *siteDrafts
	region region.Code
	any    bool
	cities map[region.Code]bool // registered as measured units already
	areas  map[region.Code]string
}

func (s *siteSink) Reject(x importer.Reject) error { s.run.reject(x); return nil }

// Site implements importer.SiteSink. A station is national and lies in its city unless the
// list or the register knows better.
func (s *siteSink) Site(row importer.Site) (importer.Outcome, importer.Reason, error) {
	unknown := importer.Reason{Code: "site_region", Arg: row.City}
	city, ok := cityOf(s.run.m.reg, row.City)
	if !ok {
		return importer.Refused, unknown, nil
	}
	cs, err := citySpec(city)
	if err != nil {
		return 0, unknown, err
	}
	if !s.run.actor.Can(access.SiteWrite, cs.Region) {
		return importer.Refused, importer.Reason{Code: "no_right", Arg: row.City}, nil
	}
	if !s.cities[cs.Region] { // stations are found by their city's name
		if _, _, err := s.drafts.put(s.ctx, cs); err != nil {
			return 0, unknown, err
		}
		s.cities[cs.Region] = true
	}
	spec, why := s.spec(row, stationRegion(cs.Region))
	if why.Code == "" {
		why = s.county(row, cs.Region, &spec)
	}
	if why.Code != "" {
		return importer.Refused, why, nil
	}
	site, what, err := s.drafts.put(s.ctx, spec)
	var f *fault.Error
	switch {
	case errors.As(err, &f) && (f.Kind == fault.Conflict || f.Kind == fault.Invalid || f.Kind == fault.NotFound):
		return importer.Refused, importer.Reason{Code: "site_refused", Arg: refusalText(f)}, nil
	case err != nil:
		return 0, unknown, err
	}
	s.widen(site.Region)
	if what == SiteUnchanged {
		return importer.Unchanged, importer.Reason{}, nil
	}
	return importer.Stored, importer.Reason{}, nil
}

// spec is the register's entry for a row: what the list does not say keeps what is known.
// Only national stations make a city's value unless the list says otherwise.
func (s *siteSink) spec(row importer.Site, prefecture region.Code) (SiteSpec, importer.Reason) {
	spec := SiteSpec{Code: row.Code, Name: row.Published, Kind: National, Region: prefecture,
		Lon: degrees(row.Lon), Lat: degrees(row.Lat), Background: row.Background}
	if row.Kind != "" {
		spec.Kind = Kind(row.Kind)
	}
	spec.Counted = spec.Kind == National && !row.Background
	if old, known := s.drafts.code(row.Code); known {
		if p, ok := old.Region.Ancestor(region.Prefecture); !ok || p != prefecture {
			return spec, importer.Reason{Code: "site_refused", Arg: "编码 " + row.Code + " 已登记在其他城市"}
		}
		spec.Region, spec.From, spec.To = old.Region, old.From, old.To
		if row.Kind == "" || Kind(row.Kind) == old.Kind {
			spec.Kind = old.Kind
			if !row.Background {
				spec.Counted = old.Counted || old.Background && old.Kind == National
			}
		}
	}
	if row.Counted != "" {
		spec.Counted = row.Counted == "yes"
	}
	return spec, importer.Reason{}
}

// county puts the station into the county that the list names, by its name or code. The
// county must be registered and lie in the city.
func (s *siteSink) county(row importer.Site, city region.Code, spec *SiteSpec) importer.Reason {
	if row.County == "" {
		return importer.Reason{}
	}
	unknown := importer.Reason{Code: "site_county", Arg: row.County}
	if code, err := region.Parse(row.County); err == nil {
		if !region.Contains(city, code) {
			return unknown
		}
		spec.Region = code
		return importer.Reason{}
	}
	var found []region.Code
	for code, name := range s.areas {
		if code != city && region.Contains(city, code) && code.Level() <= region.County && importer.CleanName(name) == row.County {
			found = append(found, code)
		}
	}
	if len(found) != 1 {
		return unknown
	}
	spec.Region = found[0]
	return importer.Reason{}
}

func degrees(millionths int64) float64 { return float64(millionths) / 1e6 }

func refusalText(f *fault.Error) string {
	if len(f.Fields) > 0 {
		return f.Fields[0].Message
	}
	return f.Message
}

func (s *siteSink) widen(r region.Code) {
	if !s.any {
		s.region, s.any = r, true
		return
	}
	s.region = common(s.region, r)
}
