package matter

import (
	"context"
	"net/http"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
)

// Rows shows matters as lists do, for rooms above.
func (s *Service) Rows(ctx context.Context, list []*Matter) ([]Row, error) {
	x, err := (&API{s}).dir(ctx)
	if err != nil {
		return nil, err
	}
	return x.rows(list), nil
}

// registerPeople adds who may be charged, and pressing several holders at once.
func (h *API) registerPeople(a *rest.API) {
	rest.Register(a, rest.Spec{Method: http.MethodGet, Path: "/matters/assignees", ID: "matterAssignees", Tag: "matter", Summary: "可以承办的岗位", Access: access.MatterAct},
		func(ctx context.Context, in *struct {
			Region string `query:"region" minLength:"12" maxLength:"12"`
		}) (*bodyOut[rest.List[Assignee]], error) {
			r, err := readRegion("query.region", in.Region)
			if err != nil {
				return nil, err
			}
			list, err := h.svc.Assignees(ctx, r)
			return &bodyOut[rest.List[Assignee]]{rest.NewList(list)}, err
		})
	rest.Register(a, rest.Spec{Method: http.MethodPost, Path: "/matters/remind", ID: "matterRemind", Tag: "matter", Summary: "催办", Access: access.MatterAssign},
		func(ctx context.Context, in *struct {
			Body struct {
				IDs  []string `json:"ids" minItems:"1" maxItems:"200"`
				Text string   `json:"text,omitempty" maxLength:"2000"`
			}
		}) (*bodyOut[rest.List[BulkResult]], error) {
			ids, err := readIDs("body.ids", in.Body.IDs)
			if err != nil {
				return nil, err
			}
			out := make([]BulkResult, 0, len(ids))
			for _, id := range ids {
				r, err := resultOf(id, h.svc.Remind(ctx, id, in.Body.Text))
				if err != nil {
					return nil, err
				}
				out = append(out, r)
			}
			return &bodyOut[rest.List[BulkResult]]{rest.NewList(out)}, nil
		})
}
