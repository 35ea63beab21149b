package telemetry

import (
	"context"
	"slices"
	"strings"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// siteDrafts is the register of sites with what an import would add to it. Nothing is written
// before store.
type siteDrafts struct {
	sites []Site
	at    map[string]int        // code → place in sites
	near  map[region.Code][]int // city → places of sites that lie, or once lay, in it
	specs []SiteSpec            // that change the register, in order
}

func newSiteDrafts(register []Site) *siteDrafts {
	d := &siteDrafts{sites: slices.Clone(register), at: make(map[string]int, len(register)), near: map[region.Code][]int{}}
	for i := range d.sites {
		d.index(i)
	}
	return d
}

func (d *siteDrafts) index(i int) {
	s := &d.sites[i]
	d.at[s.Code] = i
	if c := cityHolding(s.Region); !slices.Contains(d.near[c], i) {
		d.near[c] = append(d.near[c], i)
	}
}

// code finds a site by its code.
func (d *siteDrafts) code(code string) (Site, bool) {
	i, ok := d.at[code]
	if !ok {
		return Site{}, false
	}
	return d.sites[i], true
}

// put is Service.PutSiteIn on the drafts: the same outcomes and errors.
func (d *siteDrafts) put(ctx context.Context, spec SiteSpec) (Site, PutOutcome, error) {
	want, err := spec.clean()
	if err != nil {
		return Site{}, "", err
	}
	if _, err := access.Require(ctx, access.SiteWrite, want.Region); err != nil {
		return Site{}, "", err
	}
	var near []Site
	city := cityHolding(want.Region)
	for _, i := range d.near[city] {
		if cityHolding(d.sites[i].Region) == city {
			near = append(near, d.sites[i])
		}
	}
	var old *Site
	if s, ok := d.code(want.Code); ok {
		old = &s
	}
	p, err := planPut(ctx, want, old, near)
	if err != nil || p.what == SiteUnchanged {
		return p.site, p.what, err
	}
	d.specs = append(d.specs, spec)
	if i, ok := d.at[p.site.Code]; ok {
		d.sites[i] = p.site
		d.index(i)
	} else {
		d.sites = append(d.sites, p.site)
		d.index(len(d.sites) - 1)
	}
	return p.site, p.what, nil
}

// directory is a copy for finding the sites by name.
func (d *siteDrafts) directory() *Directory {
	sites := slices.Clone(d.sites)
	slices.SortFunc(sites, func(a, b Site) int { return strings.Compare(a.Code, b.Code) })
	return newDirectory(sites)
}

// store writes the changes into the register, which is still the one that the drafts began with.
func (d *siteDrafts) store(ctx context.Context, tx *store.Tx, svc *Service) error {
	for _, spec := range d.specs {
		if _, _, err := svc.PutSiteIn(ctx, tx, spec); err != nil {
			return err
		}
	}
	return nil
}
