package brief

import (
	"context"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/region"
)

// Register adds the operation.
func (s *Service) Register(a *rest.API) {
	rest.Register(a, rest.Spec{Method: "GET", Path: "/today", ID: "today", Tag: "today", Summary: "今天要我决定什么", Access: access.LoggedIn},
		func(ctx context.Context, in *struct {
			Region string `query:"region" maxLength:"12" doc:"12 位行政区代码；空为自己的范围"`
		}) (*struct{ Body *Today }, error) {
			r := region.Code(in.Region)
			if in.Region != "" {
				if !r.Valid() {
					return nil, fault.New(fault.Invalid, "region", "行政区代码应为 12 位").WithField("query.region", "应为 12 位行政区代码", in.Region)
				}
				if err := mayLook(ctx, r); err != nil {
					return nil, err
				}
			}
			t, err := s.Today(ctx, r)
			return &struct{ Body *Today }{t}, err
		})
}

// mayLook hides a region that the account has nothing to do with.
func mayLook(ctx context.Context, r region.Code) error {
	a, _ := access.From(ctx)
	for _, action := range []access.Action{access.MatterRead, access.AirRead, access.OrgRead} {
		if a.Can(action, r) {
			return nil
		}
	}
	return access.Hidden()
}
