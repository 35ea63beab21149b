package org

import (
	"context"
	"strconv"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/region"
)

// Register adds the room's operations.
func (s *Service) Register(a *rest.API) {
	s.registerExports(a)
	s.registerSession(a)
	s.registerOIDC(a)
	s.registerRegions(a)
	s.registerUnits(a)
	s.registerPosts(a)
	s.registerAccounts(a)
	s.registerAudit(a)
}

// out is an answer with a body.
type out[T any] struct{ Body T }

// tagged is an answer of one record, with its version.
type tagged[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

func newTagged[T any](version int64, body T) *tagged[T] {
	return &tagged[T]{ETag: rest.ETag(version), Body: body}
}

// text is an id as the interface carries it; "" for none.
func text(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// number reads an id; one that is none belongs to nothing that exists.
func number(id string) (int64, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 {
		return 0, access.Hidden()
	}
	return n, nil
}

// optional is number for an id that may be absent.
func optional(id string) (int64, error) {
	if id == "" {
		return 0, nil
	}
	return number(id)
}

// code reads a region of a query; "" stays "", a bad one does not exist.
func code(text string) (region.Code, error) {
	if text == "" {
		return "", nil
	}
	c, err := region.Parse(text)
	if err != nil {
		return "", access.Hidden()
	}
	return c, nil
}

// bodyCode reads a region of a body.
func bodyCode(field, text string) (region.Code, error) {
	c, err := region.Parse(text)
	if err != nil {
		return "", invalid(field, "行政区代码应为 12 位数字", text)
	}
	return c, nil
}

// Named is a record that is referred to.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Place is a region that is referred to.
type Place struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// RegionRow is a region of the tree.
type RegionRow struct {
	Code     string `json:"code"`
	Name     string `json:"name"`
	Level    string `json:"level" doc:"province、prefecture、county、town、village"`
	Parent   string `json:"parent"`
	Children int    `json:"children" doc:"直接下级的个数"`
}

func (s *Service) registerRegions(a *rest.API) {
	rest.Register(a, rest.Spec{Method: "GET", Path: "/org/regions", ID: "orgRegionList", Tag: "org", Access: access.OrgRead,
		Summary: "行政区：某区的直接下级；不给 parent 则为可见的最上级"},
		func(ctx context.Context, in *struct {
			Parent string `query:"parent" maxLength:"12"`
		}) (*out[rest.Page[RegionRow]], error) {
			parent, err := code(in.Parent)
			if err != nil {
				return nil, err
			}
			list, err := s.Regions(ctx, parent)
			if err != nil {
				return nil, err
			}
			rows := make([]RegionRow, len(list))
			for i, r := range list {
				rows[i] = RegionRow{string(r.Code), r.Name, r.Code.Level().String(), string(r.Parent), r.Children}
			}
			return &out[rest.Page[RegionRow]]{rest.NewPage(rows, "", len(rows))}, nil
		})
	rest.Register(a, rest.Spec{Method: "GET", Path: "/org/roles", ID: "orgRoleList", Tag: "org", Access: access.OrgRead, Summary: "角色及其权限"},
		func(ctx context.Context, _ *struct{}) (*out[[]RoleRow], error) {
			list, err := s.Roles(ctx)
			rows := []RoleRow{}
			for _, r := range list {
				rows = append(rows, RoleRow{r.ID, r.Name, r.NameEn, r.Description, string(r.Scope), r.Permissions})
			}
			return &out[[]RoleRow]{rows}, err
		})
}

// RoleRow is a role.
type RoleRow struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	NameEn      string          `json:"nameEn"`
	Description string          `json:"description"`
	ScopeKind   string          `json:"scopeKind" enum:"all,region,unit,own"`
	Permissions []access.Action `json:"permissions"`
}
