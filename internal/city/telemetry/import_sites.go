package telemetry

import (
	"context"
	"errors"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// stations registers the rows of a station list.
func (r *importRun) stations(ctx context.Context, tx *store.Tx, p *importer.Parser) error {
	s := &siteSink{ctx: ctx, tx: tx, run: r, cities: map[region.Code]bool{}}
	n, err := p.RunSites(ctx, s)
	if err != nil {
		return err
	}
	c := p.Counts()
	r.report.Received, r.report.Rejected = c.Received, c.Rejected
	r.report.Stored, r.report.Unchanged = n.Stored, n.Unchanged
	r.report.Region = s.region
	if !s.any {
		r.report.Region = r.home()
	}
	return nil
}

// siteSink puts each row of a list into the register.
type siteSink struct {
	ctx    context.Context
	tx     *store.Tx
	run    *importRun
	region region.Code
	any    bool
	cities map[region.Code]bool // registered as measured units already
}

func (s *siteSink) Reject(x importer.Reject) error { s.run.reject(x); return nil }

// Site implements importer.SiteSink. A national code ends in A, a county's in B or C; other
// forms are taken as national unless the register knows better.
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
		if _, _, err := s.run.m.svc.PutSiteIn(s.ctx, s.tx, cs); err != nil {
			return 0, unknown, err
		}
		s.cities[cs.Region] = true
	}
	spec, why, err := s.spec(row, stationRegion(cs.Region))
	if err != nil || why.Code != "" {
		return importer.Refused, why, err
	}
	site, what, err := s.run.m.svc.PutSiteIn(s.ctx, s.tx, spec)
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
func (s *siteSink) spec(row importer.Site, prefecture region.Code) (SiteSpec, importer.Reason, error) {
	spec := SiteSpec{Code: row.Code, Name: row.Published, Kind: National, Region: prefecture,
		Lon: degrees(row.Lon), Lat: degrees(row.Lat), Background: row.Background, Counted: !row.Background}
	have, err := readSites(s.ctx, s.tx, "WHERE code = $1", row.Code)
	if err != nil || len(have) == 0 {
		return spec, importer.Reason{}, err
	}
	old := have[0]
	if p, ok := old.Region.Ancestor(region.Prefecture); !ok || p != prefecture {
		return spec, importer.Reason{Code: "site_refused", Arg: "编码 " + row.Code + " 已登记在其他城市"}, nil
	}
	spec.Kind, spec.Region, spec.From, spec.To = old.Kind, old.Region, old.From, old.To
	if !row.Background {
		spec.Counted = old.Counted || old.Background
	}
	return spec, importer.Reason{}, nil
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
