package org

import (
	"context"
	"strings"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
)

// UnitsQuery selects units.
type UnitsQuery struct {
	Region string `query:"region" maxLength:"12" doc:"只列该行政区的单位；空为全部可见的"`
}

// PostsQuery selects posts.
type PostsQuery struct {
	Unit string `query:"unit" maxLength:"20"`
}

// SessionsQuery selects an account's sessions.
type SessionsQuery struct {
	Account string `query:"account" maxLength:"20"`
}

// registerExports adds the lists of the room as files.
func (s *Service) registerExports(a *rest.API) {
	spec := func(path, id, tag, summary string, action access.Action) rest.Spec {
		return rest.Spec{Path: path, ID: id, Tag: tag, Summary: summary, Access: action}
	}
	rest.ExportTable(a, spec("/org/units", "orgUnitList", "org", "单位", access.OrgRead), s.unitTable)
	rest.ExportTable(a, spec("/org/posts", "orgPostList", "org", "岗位", access.OrgRead), s.postTable)
	rest.ExportTable(a, spec("/org/roles", "orgRoleList", "org", "角色及其权限", access.OrgRead), s.roleTable)
	rest.ExportTable(a, spec("/sessions", "sessionList", "session", "登录会话", access.LoggedIn), s.sessionTable)
}

func head(names ...string) []rest.Column {
	out := make([]rest.Column, len(names))
	for i, n := range names {
		out[i] = rest.Column{Name: n}
	}
	return out
}

func (s *Service) unitTable(ctx context.Context, in *UnitsQuery) (*rest.Table, error) {
	r, err := code(in.Region)
	if err != nil {
		return nil, err
	}
	list, err := s.Units(ctx, r)
	var rows [][]string
	for _, u := range list {
		rows = append(rows, []string{text(u.ID), u.Name, u.Short, u.Kind, string(u.Region), s.RegionName(ctx, u.Region), text(u.Parent)})
	}
	return &rest.Table{Name: "单位", Columns: head("编号", "名称", "简称", "类别", "行政区代码", "行政区", "上级单位编号"), Rows: rest.Rows(rows)}, err
}

// postTable has a row for each holder, past ones too, and one for a post that nobody held.
func (s *Service) postTable(ctx context.Context, in *PostsQuery) (*rest.Table, error) {
	unit, err := optional(in.Unit)
	if err != nil {
		return nil, err
	}
	list, err := s.Posts(ctx, unit)
	var rows [][]string
	for _, p := range list {
		post := []string{text(p.ID), p.Name, p.UnitName, p.Role, string(p.Scope)}
		if len(p.Holders) == 0 {
			rows = append(rows, append(post, "", "", ""))
		}
		for _, h := range p.Holders {
			rows = append(rows, append(post[:len(post):len(post)], h.Person.Name, h.From, h.To))
		}
	}
	return &rest.Table{Name: "岗位", Columns: head("编号", "岗位", "单位", "角色", "管辖行政区代码", "任职人", "任职日期", "离任日期"), Rows: rest.Rows(rows)}, err
}

func (s *Service) roleTable(ctx context.Context, _ *struct{}) (*rest.Table, error) {
	list, err := s.Roles(ctx)
	names := map[access.Action]string{}
	for _, a := range access.Catalogue() {
		names[a.Action] = a.Chinese
	}
	var rows [][]string
	for _, r := range list {
		var may []string
		for _, p := range r.Permissions {
			may = append(may, names[p])
		}
		rows = append(rows, []string{r.ID, r.Name, r.Description, string(r.Scope), strings.Join(may, "、")})
	}
	return &rest.Table{Name: "角色", Columns: head("代码", "名称", "说明", "管辖方式", "权限"), Rows: rest.Rows(rows)}, err
}

func (s *Service) sessionTable(ctx context.Context, in *SessionsQuery) (*rest.Table, error) {
	list, err := s.sessionRows(ctx, in.Account)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for _, x := range list.Body {
		current := ""
		if x.Current {
			current = "是"
		}
		rows = append(rows, []string{x.CreatedAt, x.LastSeenAt, x.Address, x.Device, current})
	}
	return &rest.Table{Name: "登录会话", Columns: head("登录时间", "最近使用", "地址", "设备", "当前会话"), Rows: rest.Rows(rows)}, nil
}
