package org

import (
	"context"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/region"
)

// UnitRow is a unit.
type UnitRow struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Short   string `json:"short"`
	Kind    string `json:"kind"`
	Region  string `json:"region"`
	Parent  string `json:"parent" doc:"上级单位，空为无"`
	Version int64  `json:"version"`
}

func unitRow(u Unit) UnitRow {
	return UnitRow{text(u.ID), u.Name, u.Short, u.Kind, string(u.Region), text(u.Parent), u.Version}
}

// ByID is the id in a path.
type ByID struct {
	ID string `path:"id" maxLength:"20"`
}

type unitIn struct {
	Body struct {
		Name   string `json:"name" maxLength:"400"`
		Short  string `json:"short,omitempty" maxLength:"200"`
		Kind   string `json:"kind,omitempty" maxLength:"200"`
		Region string `json:"region" maxLength:"12"`
		Parent string `json:"parent,omitempty" maxLength:"20"`
	}
}

type unitEdit struct {
	rest.IfMatch
	ByID
	Body struct {
		Name   *string `json:"name,omitempty" maxLength:"400"`
		Short  *string `json:"short,omitempty" maxLength:"200"`
		Kind   *string `json:"kind,omitempty" maxLength:"200"`
		Parent *string `json:"parent,omitempty" maxLength:"20"`
	}
}

func (s *Service) registerUnits(a *rest.API) {
	rest.Register(a, rest.Spec{Method: "GET", Path: "/org/units", ID: "orgUnitList", Tag: "org", Access: access.OrgRead, Summary: "单位"},
		func(ctx context.Context, in *struct {
			Region string `query:"region" maxLength:"12" doc:"只列该行政区的单位；空为全部可见的"`
		}) (*out[rest.Page[UnitRow]], error) {
			r, err := code(in.Region)
			if err != nil {
				return nil, err
			}
			list, err := s.Units(ctx, r)
			rows := make([]UnitRow, len(list))
			for i, u := range list {
				rows[i] = unitRow(u)
			}
			return &out[rest.Page[UnitRow]]{rest.NewPage(rows, "", len(rows))}, err
		})
	rest.Register(a, rest.Spec{Method: "GET", Path: "/org/units/{id}", ID: "orgUnitGet", Tag: "org", Access: access.OrgRead, Summary: "一个单位"},
		func(ctx context.Context, in *ByID) (*tagged[UnitRow], error) {
			id, err := number(in.ID)
			if err != nil {
				return nil, err
			}
			u, err := s.Unit(ctx, id)
			return newTagged(u.Version, unitRow(u)), err
		})
	rest.Register(a, rest.Spec{Method: "POST", Path: "/org/units", ID: "orgUnitAdd", Tag: "org", Access: access.OrgWrite, Status: 201, Summary: "新增单位"}, s.postUnit)
	rest.Register(a, rest.Spec{Method: "PATCH", Path: "/org/units/{id}", ID: "orgUnitChange", Tag: "org", Access: access.OrgWrite, Summary: "修改单位"}, s.patchUnit)
}

func (s *Service) postUnit(ctx context.Context, in *unitIn) (*tagged[UnitRow], error) {
	r, err := bodyCode("region", in.Body.Region)
	if err != nil {
		return nil, err
	}
	parent, err := bodyID("parent", in.Body.Parent)
	if err != nil {
		return nil, err
	}
	u, err := s.AddUnit(ctx, Unit{Name: in.Body.Name, Short: in.Body.Short, Kind: in.Body.Kind, Region: r, Parent: parent})
	return newTagged(u.Version, unitRow(u)), err
}

func (s *Service) patchUnit(ctx context.Context, in *unitEdit) (*tagged[UnitRow], error) {
	id, err := number(in.ID)
	if err != nil {
		return nil, err
	}
	// Who may not see the unit learns that it is not there, before anything else.
	if _, err := s.Unit(ctx, id); err != nil {
		return nil, err
	}
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c := UnitChange{Name: in.Body.Name, Short: in.Body.Short, Kind: in.Body.Kind}
	if in.Body.Parent != nil {
		parent, err := bodyID("parent", *in.Body.Parent)
		if err != nil {
			return nil, err
		}
		c.Parent = &parent
	}
	u, err := s.ChangeUnit(ctx, id, version, c)
	return newTagged(u.Version, unitRow(u)), err
}

// bodyID reads the id of a record that a body refers to; "" is none.
func bodyID(field, text string) (int64, error) {
	id, err := optional(text)
	if err != nil {
		return 0, invalid(field, "编号无效", text)
	}
	return id, nil
}

// PostRow is a post with everybody who held it.
type PostRow struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Unit     string      `json:"unit"`
	UnitName string      `json:"unitName"`
	Role     string      `json:"role"`
	Scope    string      `json:"scope" doc:"管辖行政区；角色不按行政区管辖时为空"`
	Holders  []HolderRow `json:"holders"`
	Version  int64       `json:"version"`
}

// HolderRow says who held a post when.
type HolderRow struct {
	ID     string `json:"id"`
	Person Named  `json:"person"`
	From   string `json:"from"`
	To     string `json:"to" doc:"离任日期（当日起不再任职），空为在任"`
}

func postRow(p Post) PostRow {
	r := PostRow{text(p.ID), p.Name, text(p.Unit), p.UnitName, p.Role, string(p.Scope), []HolderRow{}, p.Version}
	for _, h := range p.Holders {
		r.Holders = append(r.Holders, holderRow(h))
	}
	return r
}

func holderRow(h Holder) HolderRow {
	return HolderRow{text(h.ID), Named{text(h.Person.ID), h.Person.Name}, h.From, h.To}
}

type postIn struct {
	Body struct {
		Name  string `json:"name" maxLength:"400"`
		Unit  string `json:"unit" maxLength:"20"`
		Role  string `json:"role" maxLength:"60"`
		Scope string `json:"scope,omitempty" maxLength:"12"`
	}
}

type postEdit struct {
	rest.IfMatch
	ByID
	Body struct {
		Name  *string `json:"name,omitempty" maxLength:"400"`
		Role  *string `json:"role,omitempty" maxLength:"60"`
		Scope *string `json:"scope,omitempty" maxLength:"12"`
	}
}

type holderIn struct {
	ByID
	Body struct {
		PersonID   string `json:"personId,omitempty" maxLength:"20"`
		PersonName string `json:"personName,omitempty" maxLength:"200"`
		From       string `json:"from,omitempty" maxLength:"10" doc:"任职日期，空为今日"`
	}
}

type holderEdit struct {
	rest.IfMatch
	ByID
	Holder string `path:"holder" maxLength:"20"`
	Body   struct {
		To string `json:"to" maxLength:"10"`
	}
}

func (s *Service) registerPosts(a *rest.API) {
	rest.Register(a, rest.Spec{Method: "GET", Path: "/org/posts", ID: "orgPostList", Tag: "org", Access: access.OrgRead, Summary: "岗位"},
		func(ctx context.Context, in *struct {
			Unit string `query:"unit" maxLength:"20"`
		}) (*out[rest.Page[PostRow]], error) {
			unit, err := optional(in.Unit)
			if err != nil {
				return nil, err
			}
			list, err := s.Posts(ctx, unit)
			rows := make([]PostRow, len(list))
			for i, p := range list {
				rows[i] = postRow(p)
			}
			return &out[rest.Page[PostRow]]{rest.NewPage(rows, "", len(rows))}, err
		})
	rest.Register(a, rest.Spec{Method: "GET", Path: "/org/posts/{id}", ID: "orgPostGet", Tag: "org", Access: access.OrgRead, Summary: "一个岗位"},
		func(ctx context.Context, in *ByID) (*tagged[PostRow], error) {
			id, err := number(in.ID)
			if err != nil {
				return nil, err
			}
			p, err := s.Post(ctx, id)
			return newTagged(p.Version, postRow(p)), err
		})
	rest.Register(a, rest.Spec{Method: "POST", Path: "/org/posts", ID: "orgPostAdd", Tag: "org", Access: access.OrgWrite, Status: 201, Summary: "新增岗位"}, s.postPost)
	rest.Register(a, rest.Spec{Method: "PATCH", Path: "/org/posts/{id}", ID: "orgPostChange", Tag: "org", Access: access.OrgWrite, Summary: "修改岗位"}, s.patchPost)
	rest.Register(a, rest.Spec{Method: "POST", Path: "/org/posts/{id}/holders", ID: "orgHolderAdd", Tag: "org", Access: access.OrgWrite, Status: 201, Summary: "任职"}, s.postHolder)
	rest.Register(a, rest.Spec{Method: "PATCH", Path: "/org/posts/{id}/holders/{holder}", ID: "orgHolderEnd", Tag: "org", Access: access.OrgWrite, Summary: "离任；If-Match 为岗位的版本"}, s.patchHolder)
}

func (s *Service) postPost(ctx context.Context, in *postIn) (*tagged[PostRow], error) {
	unit, err := number(in.Body.Unit)
	if err != nil {
		return nil, err
	}
	scope, err := scopeOf(in.Body.Scope)
	if err != nil {
		return nil, err
	}
	p, err := s.AddPost(ctx, Post{Unit: unit, Name: in.Body.Name, Role: in.Body.Role, Scope: scope})
	return newTagged(p.Version, postRow(p)), err
}

func scopeOf(text string) (region.Code, error) {
	if text == "" {
		return "", nil
	}
	return bodyCode("scope", text)
}

func (s *Service) patchPost(ctx context.Context, in *postEdit) (*tagged[PostRow], error) {
	id, err := number(in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := s.Post(ctx, id); err != nil {
		return nil, err
	}
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c := PostChange{Name: in.Body.Name, Role: in.Body.Role}
	if in.Body.Scope != nil {
		scope, err := scopeOf(*in.Body.Scope)
		if err != nil {
			return nil, err
		}
		c.Scope = &scope
	}
	p, err := s.ChangePost(ctx, id, version, c)
	return newTagged(p.Version, postRow(p)), err
}

func (s *Service) postHolder(ctx context.Context, in *holderIn) (*out[HolderRow], error) {
	id, err := number(in.ID)
	if err != nil {
		return nil, err
	}
	person, err := bodyID("personId", in.Body.PersonID)
	if err != nil {
		return nil, err
	}
	h, err := s.AddHolder(ctx, id, NewHolder{Person: person, Name: in.Body.PersonName, From: in.Body.From})
	return &out[HolderRow]{holderRow(h)}, err
}

func (s *Service) patchHolder(ctx context.Context, in *holderEdit) (*tagged[HolderRow], error) {
	id, err := number(in.ID)
	if err != nil {
		return nil, err
	}
	holder, err := number(in.Holder)
	if err != nil {
		return nil, err
	}
	if _, err := s.Post(ctx, id); err != nil {
		return nil, err
	}
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	h, next, err := s.EndHolder(ctx, id, version, holder, in.Body.To)
	return newTagged(next, holderRow(h)), err
}
