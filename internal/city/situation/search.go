package situation

import (
	"context"
	"net/url"
	"strings"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/rules/region"
)

// maxFound bounds what a search shows.
const maxFound = 20

// Found is one thing a search leads to.
type Found struct {
	Kind     string `json:"kind" enum:"site,region,city"`
	Title    string `json:"title"`
	Subtitle string `json:"subtitle"`
	Href     string `json:"href" doc:"address inside the interface"`
}

// Search finds stations, counties and cities by a part of their name or code. Only what the
// actor may read is found; cities of the nation are public.
func (s *Service) Search(ctx context.Context, text string) ([]Found, error) {
	if _, err := access.RequireAnywhere(ctx, access.AirRead); err != nil {
		return nil, err
	}
	text = strings.ToLower(strings.TrimSpace(text))
	out := []Found{}
	if text == "" {
		return out, nil
	}
	has := func(names ...string) bool {
		for _, n := range names {
			if strings.Contains(strings.ToLower(n), text) {
				return true
			}
		}
		return false
	}
	sites, err := s.sites.Sites(ctx, telemetry.SiteFilter{})
	if err != nil {
		return nil, err
	}
	counties := map[region.Code]bool{}
	for _, x := range sites {
		if x.Kind == telemetry.City {
			continue
		}
		if c, ok := x.Region.Ancestor(region.County); ok && !counties[c] {
			counties[c] = true
			if name := s.regionName(ctx, c); has(name, c.GB2260()) {
				out = append(out, Found{"region", name, "县（市、区）", "/air?" + url.Values{"region": {c.String()}}.Encode()})
			}
		}
		if has(append([]string{x.Name, x.Code}, x.Aliases...)...) {
			out = append(out, Found{"site", x.Name, kindText(string(x.Kind)) + " " + x.Code, "/air?" + url.Values{"site": {x.Code}}.Encode()})
		}
	}
	return s.addCities(ctx, out, has), nil
}

// addCities adds the cities of the ranking.
func (s *Service) addCities(ctx context.Context, out []Found, has func(...string) bool) []Found {
	city, err := s.defaultCity(ctx)
	if err != nil {
		return out
	}
	b, err := s.boardFor(ctx, city, zeroTime)
	if err != nil {
		return out
	}
	for _, c := range b.cities {
		if len(out) >= maxFound {
			break
		}
		if has(c.place.Name, c.short) {
			out = append(out, Found{"city", c.place.Name, c.province, "/ranking?" + url.Values{"list": {"nation"}, "find": {c.place.Code}}.Encode()})
		}
	}
	if len(out) > maxFound {
		out = out[:maxFound]
	}
	return out
}
