package matter

import (
	"context"
	"slices"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/rules/region"
)

// Assignee is a post that may be charged with matters of a region.
type Assignee struct {
	Post string `json:"post"`
	Unit string `json:"unit"`
	Text string `json:"text" doc:"单位和岗位"`
	Role string `json:"role"`
	Held bool   `json:"held" doc:"有人在岗；空岗不能承办"`
}

// assigneeRoles are those who act on matters for a place, the nearest to the ground first.
var assigneeRoles = []string{"grid_officer", "grid_chief", "grid_supervisor", "township", "county", "bureau", "inspector", "campaign_office"}

// Assignees lists the posts that may be charged with matters of a region: those whose scope
// covers it, and the grid's and towns' posts inside it. Needs matter.act in the region.
// Errors: not found for a region outside of the actor's scope.
func (s *Service) Assignees(ctx context.Context, r region.Code) ([]Assignee, error) {
	me, err := s.self(ctx, access.MatterAct)
	if err != nil {
		return nil, err
	}
	if !me.Can(access.MatterRead, r) {
		return nil, access.Hidden()
	}
	var out []Assignee
	seen := map[int64]bool{}
	add := func(seats []*org.Seat) {
		for _, p := range seats {
			if !seen[p.ID] {
				seen[p.ID] = true
				out = append(out, Assignee{idText(p.ID), idText(p.Unit), p.UnitName + " " + p.Name, p.Role, p.Held()})
			}
		}
	}
	for _, role := range assigneeRoles {
		add(me.dir.Covering(role, r))
	}
	if r.Level() >= region.Prefecture {
		inside := []*org.Seat{}
		for _, p := range me.dir.Posts {
			if p.Scope != "" && p.Scope != r && region.Contains(r, p.Scope) && (p.Role == "township" || p.Role == "county") {
				inside = append(inside, p)
			}
		}
		slices.SortFunc(inside, func(a, b *org.Seat) int { return int(a.ID - b.ID) })
		add(inside)
	}
	return out, nil
}
