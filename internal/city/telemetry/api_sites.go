package telemetry

import (
	"context"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// SiteByCode names a site in a path.
type SiteByCode struct {
	ID string `path:"id" maxLength:"64" doc:"点位编码"`
}

type siteTagged struct {
	ETag string `header:"ETag"`
	Body siteOut
}

type siteEdit struct {
	rest.IfMatch
	SiteByCode
	Body struct {
		Name       *string   `json:"name,omitempty" maxLength:"200"`
		Kind       *string   `json:"kind,omitempty" enum:"national,county,micro,city"`
		Region     *string   `json:"region,omitempty" maxLength:"12" doc:"所在行政区，地级市或以下"`
		Lon        *float64  `json:"lon,omitempty"`
		Lat        *float64  `json:"lat,omitempty"`
		Background *bool     `json:"background,omitempty" doc:"对照点"`
		Counted    *bool     `json:"counted,omitempty" doc:"参与城市评价"`
		ValidFrom  *string   `json:"validFrom,omitempty" maxLength:"10" doc:"启用日，空为不限"`
		ValidTo    *string   `json:"validTo,omitempty" maxLength:"10" doc:"停运日，空为在用"`
		Aliases    *[]string `json:"aliases,omitempty" maxItems:"50" doc:"其他名称；改名时原名自动列入"`
	}
}

func (h *API) getSite(ctx context.Context, in *SiteByCode) (*siteTagged, error) {
	s, err := h.svc.Site(ctx, in.ID)
	return &siteTagged{rest.ETag(s.Version), h.named(ctx, s.Region).site(s)}, err
}

func (h *API) patchSite(ctx context.Context, in *siteEdit) (*siteTagged, error) {
	// Who may not see the site learns that it is not there, before anything else.
	if _, err := h.svc.Site(ctx, in.ID); err != nil {
		return nil, err
	}
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	b := &in.Body
	c := SiteChange{Name: b.Name, Lon: b.Lon, Lat: b.Lat, Background: b.Background, Counted: b.Counted, Aliases: b.Aliases}
	if b.Kind != nil {
		k := Kind(*b.Kind)
		c.Kind = &k
	}
	if b.Region != nil {
		r, err := region.Parse(*b.Region)
		if err != nil {
			return nil, fault.New(fault.Invalid, "region", "行政区代码有误").WithField("body.region", "应为地级市或以下的行政区代码", *b.Region)
		}
		c.Region = &r
	}
	if c.From, err = editedDay("body.validFrom", b.ValidFrom, Always); err != nil {
		return nil, err
	}
	if c.To, err = editedDay("body.validTo", b.ValidTo, Forever); err != nil {
		return nil, err
	}
	s, err := h.svc.ChangeSite(ctx, in.ID, version, c)
	return &siteTagged{rest.ETag(s.Version), h.named(ctx, s.Region).site(s)}, err
}

// editedDay reads a day of an edit; "" is the open end.
func editedDay(field string, text *string, open calendar.Day) (*calendar.Day, error) {
	if text == nil {
		return nil, nil
	}
	if *text == "" {
		return &open, nil
	}
	d, err := calendar.ParseDay(*text)
	if err != nil {
		return nil, fault.New(fault.Invalid, "day", "日期有误").WithField(field, "应写成 2026-08-28 这样的日期", *text)
	}
	return &d, nil
}
