package org

import (
	"context"
	"strings"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
)

// AccountRow is an account.
type AccountRow struct {
	ID                 string        `json:"id"`
	Name               string        `json:"name"`
	DisplayName        string        `json:"displayName"`
	Disabled           bool          `json:"disabled"`
	MustChangePassword bool          `json:"mustChangePassword"`
	Local              bool          `json:"local" doc:"有本系统密码；否则只能统一身份认证登录"`
	LastLoginAt        string        `json:"lastLoginAt"`
	Posts              []AccountPost `json:"posts"`
}

// AccountPost is a post held by the account's person.
type AccountPost struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
	Unit Named  `json:"unit"`
}

// IssuedPassword is an account with the initial password, given this once.
type IssuedPassword struct {
	Account         AccountRow `json:"account"`
	InitialPassword string     `json:"initialPassword" doc:"只显示这一次"`
}

func accountRow(a Account) AccountRow {
	r := AccountRow{text(a.ID), a.Name, a.Display, a.Disabled, a.MustChange, a.Local, rest.Instant(a.LastLoginAt), []AccountPost{}}
	for _, p := range a.Posts {
		r.Posts = append(r.Posts, AccountPost{text(p.ID), p.Name, p.Role, Named{text(p.Unit), p.UnitName}})
	}
	return r
}

type accountIn struct {
	Body struct {
		Name        string `json:"name" maxLength:"100"`
		DisplayName string `json:"displayName" maxLength:"200"`
		PostID      string `json:"postId,omitempty" maxLength:"20"`
	}
}

// AccountQuery narrows the list of accounts.
type AccountQuery struct {
	Q string `query:"q" maxLength:"100" doc:"用户名或姓名的一部分"`
}

func (s *Service) registerAccounts(a *rest.API) {
	rest.Register(a, rest.Spec{Method: "GET", Path: "/org/accounts", ID: "orgAccountList", Tag: "org", Access: access.AccountRead, Summary: "账号"},
		func(ctx context.Context, in *struct {
			rest.PageQuery
			AccountQuery
		}) (*out[rest.Page[AccountRow]], error) {
			return s.accountPage(ctx, in.Q, in.Limit, in.Cursor)
		})
	rest.ExportTable(a, rest.Spec{Path: "/org/accounts", ID: "orgAccountExport", Tag: "org", Access: access.AccountRead, Summary: "账号导出"}, s.accountTable)
	rest.Register(a, rest.Spec{Method: "GET", Path: "/org/accounts/{id}", ID: "orgAccountGet", Tag: "org", Access: access.AccountRead, Summary: "一个账号"},
		func(ctx context.Context, in *ByID) (*out[AccountRow], error) {
			return s.withAccount(ctx, in.ID, s.Account)
		})
	rest.Register(a, rest.Spec{Method: "POST", Path: "/org/accounts", ID: "orgAccountAdd", Tag: "org", Access: access.AccountWrite, Status: 201, Secret: true, Summary: "新增账号"},
		func(ctx context.Context, in *accountIn) (*out[IssuedPassword], error) {
			post, err := bodyID("postId", in.Body.PostID)
			if err != nil {
				return nil, err
			}
			acc, password, err := s.AddAccount(ctx, NewAccount{Name: in.Body.Name, Display: in.Body.DisplayName, Post: post})
			return &out[IssuedPassword]{IssuedPassword{accountRow(acc), password}}, err
		})
	s.registerAccountActs(a)
}

func (s *Service) registerAccountActs(a *rest.API) {
	for _, x := range []struct {
		path, id, summary string
		disabled          bool
	}{{"disable", "orgAccountDisable", "停用账号", true}, {"enable", "orgAccountEnable", "启用账号", false}} {
		rest.Register(a, rest.Spec{Method: "POST", Path: "/org/accounts/{id}/" + x.path, ID: x.id, Tag: "org", Access: access.AccountWrite, Summary: x.summary},
			func(ctx context.Context, in *ByID) (*out[AccountRow], error) {
				return s.withAccount(ctx, in.ID, func(ctx context.Context, id int64) (Account, error) { return s.SetDisabled(ctx, id, x.disabled) })
			})
	}
	rest.Register(a, rest.Spec{Method: "POST", Path: "/org/accounts/{id}/reset", ID: "orgAccountReset", Tag: "org", Access: access.AccountWrite, Secret: true, Summary: "重置密码"},
		func(ctx context.Context, in *ByID) (*out[IssuedPassword], error) {
			id, err := number(in.ID)
			if err != nil {
				return nil, err
			}
			acc, password, err := s.ResetPassword(ctx, id)
			return &out[IssuedPassword]{IssuedPassword{accountRow(acc), password}}, err
		})
}

func (s *Service) withAccount(ctx context.Context, id string, do func(context.Context, int64) (Account, error)) (*out[AccountRow], error) {
	n, err := number(id)
	if err != nil {
		return nil, err
	}
	a, err := do(ctx, n)
	return &out[AccountRow]{accountRow(a)}, err
}

func (s *Service) accountPage(ctx context.Context, q string, limit int, cursor string) (*out[rest.Page[AccountRow]], error) {
	f := AccountFilter{Query: q, Limit: limit + 1}
	if _, err := rest.ReadCursor(cursor, &f.After); err != nil {
		return nil, err
	}
	list, total, err := s.Accounts(ctx, f)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) > limit {
		list = list[:limit]
		next = rest.Cursor(list[limit-1].Name)
	}
	rows := make([]AccountRow, len(list))
	for i, a := range list {
		rows[i] = accountRow(a)
	}
	return &out[rest.Page[AccountRow]]{rest.NewPage(rows, next, total)}, nil
}

func (s *Service) accountTable(ctx context.Context, in *AccountQuery) (*rest.Table, error) {
	list, _, err := s.Accounts(ctx, AccountFilter{Query: in.Q, Limit: 100_000})
	if err != nil {
		return nil, err
	}
	rows := make([][]string, len(list))
	for i, a := range list {
		var posts []string
		for _, p := range a.Posts {
			posts = append(posts, p.UnitName+" "+p.Name)
		}
		status := "正常"
		switch {
		case a.Disabled:
			status = "停用"
		case a.MustChange:
			status = "待改初始密码"
		}
		rows[i] = []string{a.Name, a.Display, status, strings.Join(posts, "；"), rest.Instant(a.LastLoginAt)}
	}
	return &rest.Table{Name: "账号", Rows: rest.Rows(rows), Columns: []rest.Column{
		{Name: "用户名"}, {Name: "姓名"}, {Name: "状态"}, {Name: "岗位"}, {Name: "最近登录"}}}, nil
}
