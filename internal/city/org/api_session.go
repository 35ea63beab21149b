package org

import (
	"context"
	"net/http"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
)

// SessionView is who is logged in and what the interface may offer.
type SessionView struct {
	Account struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		DisplayName string `json:"displayName"`
		Language    string `json:"language" enum:"zh,en"`
	} `json:"account"`
	MustChangePassword bool            `json:"mustChangePassword"`
	Posts              []HeldPost      `json:"posts"`
	Permissions        []access.Action `json:"permissions"`
	Scope              Place           `json:"scope" doc:"最大的管辖范围"`
	Demo               bool            `json:"demo"`
	Clock              string          `json:"clock"`
	ClockSpeed         float64         `json:"clockSpeed"`
}

// HeldPost is a post of the account's person.
type HeldPost struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Unit  Named  `json:"unit"`
	Role  string `json:"role"`
	Scope Place  `json:"scope"`
}

// SessionRow is one login of an account.
type SessionRow struct {
	ID         string `json:"id"`
	CreatedAt  string `json:"createdAt"`
	LastSeenAt string `json:"lastSeenAt"`
	Address    string `json:"address"`
	Device     string `json:"device"`
	Current    bool   `json:"current"`
}

// sessionOut is a session with its cookie.
type sessionOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      SessionView
}

type loginIn struct {
	Body struct {
		Name     string `json:"name" maxLength:"200"`
		Password string `json:"password" maxLength:"2000"`
	}
}

type passwordIn struct {
	Body struct {
		Old string `json:"old" maxLength:"2000"`
		New string `json:"new" maxLength:"2000"`
	}
}

func (s *Service) registerSession(a *rest.API) {
	// Public, so that no copy or hash of a body with a password is kept for repeats.
	rest.Register(a, rest.Spec{Method: "POST", Path: "/session", ID: "sessionBegin", Tag: "session", Summary: "登录"},
		func(ctx context.Context, in *loginIn) (*sessionOut, error) {
			token, err := s.Login(ctx, in.Body.Name, in.Body.Password, visitorOf(ctx))
			if err != nil {
				return nil, err
			}
			return s.entered(ctx, token)
		})
	rest.Register(a, rest.Spec{Method: "GET", Path: "/session", ID: "sessionGet", Tag: "session", Access: access.LoggedIn, Summary: "当前登录"},
		func(ctx context.Context, _ *struct{}) (*out[SessionView], error) {
			v, err := s.sessionView(ctx)
			return &out[SessionView]{v}, err
		})
	rest.Register(a, rest.Spec{Method: "DELETE", Path: "/session", ID: "sessionEnd", Tag: "session", Summary: "退出登录"},
		func(ctx context.Context, _ *struct{}) (*struct {
			SetCookie http.Cookie `header:"Set-Cookie"`
		}, error) {
			return &struct {
				SetCookie http.Cookie `header:"Set-Cookie"`
			}{s.cookie("")}, s.Logout(ctx)
		})
	rest.Register(a, rest.Spec{Method: "POST", Path: "/session/password", ID: "sessionPassword", Tag: "session", Status: 204, Summary: "修改自己的密码"},
		func(ctx context.Context, in *passwordIn) (*struct{}, error) {
			return nil, s.ChangePassword(ctx, in.Body.Old, in.Body.New, visitorOf(ctx))
		})
	rest.Register(a, rest.Spec{Method: "PUT", Path: "/session/language", ID: "sessionLanguage", Tag: "session", Access: access.LoggedIn, Summary: "切换语言"},
		func(ctx context.Context, in *struct {
			Body struct {
				Language string `json:"language" enum:"zh,en"`
			}
		}) (*struct{}, error) {
			return nil, s.SetLanguage(ctx, in.Body.Language)
		})
	rest.Register(a, rest.Spec{Method: "GET", Path: "/sessions", ID: "sessionList", Tag: "session", Access: access.LoggedIn, Summary: "登录会话：自己的，或所管账号的"},
		func(ctx context.Context, in *struct {
			Account string `query:"account" maxLength:"20"`
		}) (*out[[]SessionRow], error) {
			return s.sessionRows(ctx, in.Account)
		})
	rest.Register(a, rest.Spec{Method: "DELETE", Path: "/sessions/{id}", ID: "sessionRevoke", Tag: "session", Access: access.LoggedIn, Summary: "注销登录会话"},
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"60"`
		}) (*struct{}, error) {
			return nil, s.Revoke(ctx, in.ID)
		})
}

func (s *Service) sessionRows(ctx context.Context, account string) (*out[[]SessionRow], error) {
	id, err := optional(account)
	if err != nil {
		return nil, err
	}
	list, err := s.Sessions(ctx, id)
	rows := []SessionRow{}
	for _, x := range list {
		rows = append(rows, SessionRow{x.ID, rest.Instant(x.CreatedAt), rest.Instant(x.LastSeenAt), x.Address, x.Device, x.Current})
	}
	return &out[[]SessionRow]{rows}, err
}

// entered is the answer to a login: the cookie and the session it opens.
func (s *Service) entered(ctx context.Context, token string) (*sessionOut, error) {
	actor, err := s.Authenticate(ctx, token)
	if err != nil {
		return nil, err
	}
	v, err := s.sessionView(access.With(ctx, actor))
	return &sessionOut{SetCookie: s.cookie(token), Body: v}, err
}

func (s *Service) sessionView(ctx context.Context) (SessionView, error) {
	v, err := s.View(ctx)
	if err != nil {
		return SessionView{}, err
	}
	o := SessionView{MustChangePassword: v.Account.MustChange, Posts: []HeldPost{}, Permissions: v.Actor.Permissions(),
		Scope: Place{string(v.Scope.Code), v.Scope.Name}, Demo: s.cfg.Demo, ClockSpeed: s.cfg.Speed(),
		Clock: s.db.Clock().Now().Format(time.RFC3339)}
	o.Account.ID, o.Account.Name, o.Account.DisplayName, o.Account.Language =
		text(v.Account.ID), v.Account.Name, v.Account.Display, v.Account.Language
	if o.Permissions == nil {
		o.Permissions = []access.Action{}
	}
	for _, p := range v.Account.Posts {
		r := v.Scopes[p.Scope]
		o.Posts = append(o.Posts, HeldPost{ID: text(p.ID), Name: p.Name, Unit: Named{text(p.Unit), p.UnitName}, Role: p.Role,
			Scope: Place{string(r.Code), r.Name}})
	}
	return o, nil
}

// registerOIDC adds the two addresses of the single sign-on: they answer browsers, not the
// interface, so they redirect and never show a problem.
func (s *Service) registerOIDC(a *rest.API) {
	rest.Raw(a, rest.Spec{Method: "GET", Path: "/login/oidc", ID: "loginOIDC", Tag: "session", Status: 302, Summary: "转到统一身份认证",
		Query: []rest.Param{{Name: "back", Doc: "登录后返回的页面"}}},
		func(w http.ResponseWriter, r *http.Request) error {
			url, flow, err := s.BeginOIDC(r.Context(), r.URL.Query().Get("back"))
			if err != nil {
				return s.backToLogin(w, r, err)
			}
			http.SetCookie(w, s.flowCookie(flow, flowFor))
			redirect(w, r, url)
			return nil
		})
	rest.Raw(a, rest.Spec{Method: "GET", Path: "/login/oidc/callback", ID: "loginOIDCCallback", Tag: "session", Status: 302, Summary: "统一身份认证返回",
		Query: []rest.Param{{Name: "state", Doc: "原样带回"}, {Name: "code", Doc: "授权码"}, {Name: "error", Doc: "认证方给出的原因"}}},
		func(w http.ResponseWriter, r *http.Request) error {
			flow := ""
			if c, err := r.Cookie(flowCookie); err == nil {
				flow = c.Value
			}
			http.SetCookie(w, s.flowCookie("", -time.Second)) // once only
			token, back, err := s.EndOIDC(r.Context(), flow, r.URL.Query().Get("state"), r.URL.Query().Get("code"), visitorOf(r.Context()))
			if err != nil {
				return s.backToLogin(w, r, err)
			}
			c := s.cookie(token)
			http.SetCookie(w, &c)
			redirect(w, r, back)
			return nil
		})
}

func (s *Service) flowCookie(value string, age time.Duration) *http.Cookie {
	return &http.Cookie{Name: flowCookie, Value: value, Path: rest.Prefix + "/login/oidc", HttpOnly: true,
		Secure: !s.cfg.PlainCookie, SameSite: http.SameSiteLaxMode, MaxAge: int(age.Seconds())}
}

func redirect(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusFound)
}

// backToLogin shows a failed single sign-on on the login page; the cause goes to the log.
func (s *Service) backToLogin(w http.ResponseWriter, r *http.Request, err error) error {
	kind := fault.KindOf(err)
	if kind == fault.NotFound || kind == fault.Internal {
		return err
	}
	s.log.WarnContext(r.Context(), "single sign-on failed", "error", err)
	code := "oidc_refused"
	if f, ok := err.(*fault.Error); ok {
		code = f.Code
	}
	redirect(w, r, "/?login="+code)
	return nil
}
