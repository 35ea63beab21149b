package telemetry

import (
	"context"
	"fmt"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// SiteSpec is a site as a list or a person gives it.
type SiteSpec struct {
	Code       string
	Name       string // may carry remarks: (对照点), (启用yymmdd), (停运yymmdd)
	Kind       Kind
	Region     region.Code
	Lon, Lat   float64
	Background bool
	Counted    bool
	From, To   calendar.Day // To 0: open
	Aliases    []string
}

// PutOutcome says what PutSite did.
type PutOutcome string

// The outcomes.
const (
	SiteCreated   PutOutcome = "created"
	SiteUpdated   PutOutcome = "updated"
	SiteUnchanged PutOutcome = "unchanged"
)

// clean normalises a spec: names without blanks of any width, remarks read and taken off.
func (p SiteSpec) clean() (Site, error) {
	n := importer.ParseStationName(p.Name)
	s := Site{Code: importer.CleanName(p.Code), Name: n.Base, Kind: p.Kind, Region: p.Region, Lon: p.Lon, Lat: p.Lat,
		Background: p.Background || n.Background, From: p.From, To: p.To}
	if !n.From.IsZero() {
		s.From = calendar.Date(n.From.Date())
	}
	if !n.Until.IsZero() {
		s.To = calendar.Date(n.Until.Date())
	}
	if s.To == 0 {
		s.To = Forever
	}
	s.Counted = p.Counted && !s.Background
	for _, a := range p.Aliases {
		if base := importer.ParseStationName(a).Base; base != "" && base != s.Name && !slices.Contains(s.Aliases, base) {
			s.Aliases = append(s.Aliases, base)
		}
	}
	slices.Sort(s.Aliases)
	return s, s.check()
}

func (s *Site) check() error {
	bad := fault.New(fault.Invalid, "site", "监测点位信息有误")
	if s.Code == "" || len(s.Code) > 64 {
		bad.WithField("code", "点位编码不能为空，最长 64 字节", s.Code)
	}
	if s.Name == "" || len(s.Name) > 200 {
		bad.WithField("name", "点位名称不能为空，最长 200 字节", s.Name)
	}
	if !slices.Contains(kinds, s.Kind) {
		bad.WithField("kind", "类型应为 national、county、micro 或 city", string(s.Kind))
	}
	if !isCityOrBelow(s.Region) {
		bad.WithField("region", "行政区应为地级（或直辖市）及以下的 12 位代码", string(s.Region))
	}
	if s.From > s.To || s.To > Forever {
		bad.WithField("validTo", "停运日期早于启用日期", s.To.String())
	}
	if (s.Lon != 0 || s.Lat != 0) && (s.Lon < 73 || s.Lon > 136 || s.Lat < 3 || s.Lat > 54) {
		bad.WithField("lon", "坐标不在中国范围内，请检查经纬度是否写反", fmt.Sprintf("%g,%g", s.Lon, s.Lat))
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// PutSite registers a site or brings its entry up to date; another known name of the site
// becomes an alias. A station listed twice is refused: the same code with a name that is
// not one of the site's, or the same name in the same prefecture under another code while
// both are in operation. Needs site.write in the region (and in the region it moves from).
func (s *Service) PutSite(ctx context.Context, spec SiteSpec) (site Site, what PutOutcome, err error) {
	want, err := spec.clean()
	if err != nil {
		return Site{}, "", err
	}
	if _, err := access.Require(ctx, access.SiteWrite, want.Region); err != nil {
		return Site{}, "", err
	}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		site, what, err = s.PutSiteIn(ctx, tx, spec)
		return err
	})
	return site, what, err
}

// PutSiteIn is PutSite inside a transaction of the caller's.
func (s *Service) PutSiteIn(ctx context.Context, tx *store.Tx, spec SiteSpec) (Site, PutOutcome, error) {
	want, err := spec.clean()
	if err != nil {
		return Site{}, "", err
	}
	if _, err := access.Require(ctx, access.SiteWrite, want.Region); err != nil {
		return Site{}, "", err
	}
	near, err := sitesIn(ctx, tx, []region.Code{cityHolding(want.Region)})
	if err != nil {
		return Site{}, "", err
	}
	have, err := readSites(ctx, tx, "WHERE code = $1", want.Code)
	if err != nil {
		return Site{}, "", err
	}
	var old *Site
	if len(have) > 0 {
		old = &have[0]
	}
	p, err := planPut(ctx, want, old, near)
	if err != nil {
		return Site{}, "", err
	}
	if err := p.write(ctx, tx); err != nil {
		return Site{}, "", err
	}
	return p.site, p.what, nil
}

// sitePut is what a spec makes of the register.
type sitePut struct {
	site  Site
	old   *Site // nil: a new site
	what  PutOutcome
	fresh []string // aliases that it adds
}

// planPut decides what a site does to its entry and to the sites near: those of its city.
func planPut(ctx context.Context, want Site, old *Site, near []Site) (sitePut, error) {
	if err := twinOf(want, near); err != nil {
		return sitePut{}, err
	}
	if old == nil {
		return sitePut{site: want, what: SiteCreated}, nil
	}
	if _, err := access.Require(ctx, access.SiteWrite, old.Region); err != nil {
		return sitePut{}, err
	}
	return mergeSite(*old, want)
}

// mergeSite brings an entry up to date with what is now said of the same code.
func mergeSite(old, want Site) (sitePut, error) {
	if !slices.Contains(old.names(), want.Name) && !slices.ContainsFunc(want.Aliases, func(a string) bool { return slices.Contains(old.names(), a) }) {
		return sitePut{}, fault.Newf(fault.Conflict, "site_code_taken",
			"编码 %s 已登记为“%s”，与“%s”不符；如为改名，请把原名列为别名", old.Code, old.Name, want.Name)
	}
	merged := want
	merged.ID, merged.Version = old.ID, old.Version
	if merged.Lon == 0 && merged.Lat == 0 {
		merged.Lon, merged.Lat = old.Lon, old.Lat
	}
	var fresh []string
	for _, a := range append([]string{old.Name}, want.Aliases...) {
		if a != merged.Name && !slices.Contains(old.Aliases, a) {
			fresh = append(fresh, a)
		}
	}
	merged.Aliases = append(slices.Clone(old.Aliases), fresh...)
	slices.Sort(merged.Aliases)
	if len(fresh) == 0 && same(old, merged) {
		return sitePut{site: old, old: &old, what: SiteUnchanged}, nil
	}
	return sitePut{merged, &old, SiteUpdated, fresh}, nil
}

// write brings the register up to date and records it.
func (p *sitePut) write(ctx context.Context, tx *store.Tx) error {
	switch p.what {
	case SiteCreated:
		if err := insertSite(ctx, tx, &p.site); err != nil {
			return err
		}
		return recordSite(ctx, tx, "site.create", "登记监测点位 "+p.site.Name, nil, &p.site)
	case SiteUpdated:
		if err := updateSite(ctx, tx, &p.site, p.fresh); err != nil {
			return err
		}
		return recordSite(ctx, tx, "site.update", "更新监测点位 "+p.site.Name, p.old, &p.site)
	}
	return nil
}

func same(a, b Site) bool {
	return a.Name == b.Name && a.Kind == b.Kind && a.Region == b.Region && a.Lon == b.Lon && a.Lat == b.Lat &&
		a.Background == b.Background && a.Counted == b.Counted && a.From == b.From && a.To == b.To
}

// refuseTwin refuses a site whose name another code has in the same prefecture at the same time.
func refuseTwin(ctx context.Context, tx *store.Tx, want Site) error {
	near, err := sitesIn(ctx, tx, []region.Code{cityHolding(want.Region)})
	if err != nil {
		return err
	}
	return twinOf(want, near)
}

func twinOf(want Site, near []Site) error {
	for _, o := range near {
		if o.Code == want.Code || (o.Kind == City) != (want.Kind == City) || o.To < want.From || want.To < o.From {
			continue
		}
		for _, n := range want.names() {
			if slices.Contains(o.names(), n) {
				return fault.Newf(fault.Conflict, "site_twice", "“%s”已以编码 %s 登记，且运行期重叠，同一点位不能登记两次", n, o.Code)
			}
		}
	}
	return nil
}

// SiteFilter selects sites.
type SiteFilter struct {
	Region region.Code // "" = all that the actor may see
	Kind   Kind        // "" = all
}

// Sites lists the sites of a region, by code. Needs air.read.
func (s *Service) Sites(ctx context.Context, f SiteFilter) (out []Site, err error) {
	regions, err := visible(ctx, access.AirRead, f.Region)
	if err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		out, err = sitesIn(ctx, tx, regions)
		return err
	})
	if f.Kind != "" {
		out = slices.DeleteFunc(out, func(x Site) bool { return x.Kind != f.Kind })
	}
	return out, err
}

// Site finds a site by its code. Needs air.read in its region; not found otherwise.
func (s *Service) Site(ctx context.Context, code string) (site Site, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		site, err = siteFor(ctx, tx, access.AirRead, code)
		return err
	})
	return site, err
}

// siteFor finds a site that the actor may use for the action.
func siteFor(ctx context.Context, tx *store.Tx, action access.Action, code string) (Site, error) {
	if _, err := access.RequireAnywhere(ctx, action); err != nil {
		return Site{}, err
	}
	found, err := readSites(ctx, tx, "WHERE code = $1", code)
	if err != nil {
		return Site{}, err
	}
	if len(found) == 0 {
		return Site{}, access.Hidden()
	}
	_, err = access.Require(ctx, action, found[0].Region)
	return found[0], err
}

// Directory is a copy of the whole register for finding sites by name. Needs import.run
// somewhere: what an import may write is checked for each site.
func (s *Service) Directory(ctx context.Context) (d *Directory, err error) {
	if _, err := access.RequireAnywhere(ctx, access.ImportRun); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		d, err = directoryIn(ctx, tx)
		return err
	})
	return d, err
}

func directoryIn(ctx context.Context, tx *store.Tx) (*Directory, error) {
	sites, err := readSites(ctx, tx, "")
	if err != nil {
		return nil, err
	}
	return newDirectory(sites), nil
}
