package grid

import (
	"context"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/geo"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

type region12 = region.Code

// allSites are the monitoring sites that have a place and are in operation, whoever asks: a
// caller shows only those of its own regions.
func (s *Service) allSites(ctx context.Context) ([]telemetry.Site, error) {
	list, err := s.sites.Sites(access.With(ctx, access.System("grid")), telemetry.SiteFilter{})
	if err != nil {
		return nil, err
	}
	day := calendar.DayOf(s.db.Clock().Now().UnixMilli())
	out := list[:0]
	for _, x := range list {
		if x.Kind != telemetry.City && (x.Lon != 0 || x.Lat != 0) && x.On(day) {
			out = append(out, x)
		}
	}
	return out, nil
}

// siteCells are the cells that a site belongs to: the one decided by a person, else those
// that hold it.
func (st *state) siteCells(x telemetry.Site) []int64 {
	if c := st.bound[Object{ofSite, x.ID}]; c != 0 && st.cells[c] != nil {
		return []int64{c}
	}
	var out []int64
	for _, at := range st.leafIndex.Find(nil, geo.Degrees(x.Lon, x.Lat)) {
		out = append(out, st.leaves[at].ID)
	}
	return out
}
