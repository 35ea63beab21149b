package grid

import (
	"context"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
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
