package org

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// cacheFor is how long an identified session is believed without asking the database: a
// change made by another process counts after this at the latest, one made here at once.
const cacheFor = 2 * time.Second

// sessionCache remembers whom tokens belong to.
type sessionCache struct {
	mu   sync.Mutex
	list map[[sha256.Size]byte]identified
}

type identified struct {
	actor   access.Actor
	until   time.Time // machine
	changes int64
}

func newSessionCache() *sessionCache {
	return &sessionCache{list: map[[sha256.Size]byte]identified{}}
}

func (c *sessionCache) get(key [sha256.Size]byte, now time.Time, changes int64) (access.Actor, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	x, ok := c.list[key]
	return x.actor, ok && now.Before(x.until) && x.changes == changes
}

func (c *sessionCache) put(key [sha256.Size]byte, x identified) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.list) > 10_000 {
		clear(c.list)
	}
	c.list[key] = x
}

// Authenticate finds the actor of a session token. Errors: unauthenticated for a token that
// is unknown, ended or of a disabled account.
func (s *Service) Authenticate(ctx context.Context, token string) (access.Actor, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != tokenLen {
		return access.Actor{}, errSession()
	}
	key := sha256.Sum256(raw)
	now, changes := s.cfg.Machine.Now(), s.changes.Load()
	if a, ok := s.sessions.get(key, now, changes); ok {
		return a, nil
	}
	var a access.Actor
	var idle int64
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		a, idle, err = s.lookUp(ctx, tx, key[:], now)
		return err
	})
	if err != nil {
		return access.Actor{}, err
	}
	if now.Add(s.cfg.Idle).UnixMilli()-idle >= min(seenEvery, s.cfg.Idle/4).Milliseconds() {
		s.seen(ctx, a.Session, now)
	}
	s.sessions.put(key, identified{a, now.Add(cacheFor), changes})
	return a, nil
}

func errSession() error { return fault.New(fault.Unauthenticated, "login_required", "请先登录") }

func (s *Service) lookUp(ctx context.Context, tx *store.Tx, token []byte, now time.Time) (access.Actor, int64, error) {
	var id string
	var account, expires, idle int64
	err := tx.QueryRow(ctx, "SELECT id, account_id, expires_at, idle_at FROM session WHERE token = $1", token).
		Scan(&id, &account, &expires, &idle)
	if fault.Is(err, fault.NotFound) || err == nil && (expires <= now.UnixMilli() || idle <= now.UnixMilli()) {
		return access.Actor{}, 0, errSession()
	}
	if err != nil {
		return access.Actor{}, 0, err
	}
	acc, err := accountByID(ctx, tx, account)
	if err != nil {
		return access.Actor{}, 0, err
	}
	if acc.Disabled {
		return access.Actor{}, 0, errSession()
	}
	a, err := s.actorOf(ctx, tx, acc)
	a.Session = id
	return a, idle, err
}

// actorOf is the actor of an account with the grants of the posts held today.
func (s *Service) actorOf(ctx context.Context, tx *store.Tx, acc Account) (access.Actor, error) {
	a := access.Actor{Account: acc.ID, Name: acc.Name, Display: acc.Display, Person: acc.Person.Name,
		Language: acc.Language, MustChangePassword: acc.MustChange}
	now, err := heldPosts(ctx, tx, s.roles, acc.Person.ID, today(tx))
	if err != nil {
		return a, err
	}
	var grants []access.Grant
	for i, h := range now {
		if i == 0 {
			a.Post = h.post.ID
		}
		var units []int64
		if h.role.Scope == access.ScopeUnit {
			if units, err = unitsBelow(ctx, tx, h.post.Unit); err != nil {
				return a, err
			}
		}
		g := h.grant(units)
		if partial(g) {
			if g.Actions, err = s.withoutSystem(ctx, tx, g); err != nil {
				return a, err
			}
		}
		grants = append(grants, g)
	}
	return a.WithGrants(grants...), nil
}

// partial tells a grant of the installation's management for less than a city.
func partial(g access.Grant) bool {
	return slices.Contains(g.Actions, access.SystemManage) && (g.Kind != access.ScopeAll && g.Kind != access.ScopeRegion ||
		g.Kind == access.ScopeRegion && g.Region.Level() > region.Prefecture)
}

// withoutSystem are the grant's actions less the management of the installation: a county's
// administrator manages its accounts, not the settings and jobs of everybody. Where the
// installation is the county's own it keeps them.
func (s *Service) withoutSystem(ctx context.Context, tx *store.Tx, g access.Grant) ([]access.Action, error) {
	top, err := topRegion(ctx, tx)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if g.Kind == access.ScopeRegion && (err != nil || region.Contains(g.Region, top.Code)) {
		return g.Actions, nil
	}
	return slices.DeleteFunc(slices.Clone(g.Actions), func(a access.Action) bool { return a == access.SystemManage }), nil
}

// seen moves the idle end of a session on. A database that is busy delays it to the next use.
func (s *Service) seen(ctx context.Context, id string, now time.Time) {
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE session SET last_seen_at = $1, idle_at = $2 WHERE id = $3",
			tx.NowMS(), now.Add(s.cfg.Idle).UnixMilli(), id)
		return err
	})
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "the use of a session was not written", "error", err)
	}
}

type visitorKey struct{}

// visitorOf is who knocks, as Identify found it.
func visitorOf(ctx context.Context) Visitor {
	v, _ := ctx.Value(visitorKey{}).(Visitor)
	return v
}

// CookieName is the session cookie's. The prefix makes browsers refuse one that another host
// set or that came without encryption.
func (s *Service) CookieName() string {
	if s.cfg.PlainCookie {
		return "qingshan_session"
	}
	return "__Host-qingshan_session"
}

func (s *Service) cookie(token string) http.Cookie {
	c := http.Cookie{Name: s.CookieName(), Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: !s.cfg.PlainCookie, MaxAge: int(s.cfg.Lifetime.Seconds())}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

// Actor is who a request's cookie belongs to; false when nobody. An error of the database
// counts as nobody: use Identify where the difference matters.
func (s *Service) Actor(r *http.Request) (access.Actor, bool) {
	a, err := s.actor(r)
	return a, err == nil
}

func (s *Service) actor(r *http.Request) (access.Actor, error) {
	c, err := r.Cookie(s.CookieName())
	if err != nil {
		return access.Actor{}, errSession()
	}
	return s.Authenticate(r.Context(), c.Value)
}

// Identify puts the actor of the cookie and the visitor's address into the context of every
// request. Until the initial password was changed it lets nothing of the API through but the
// change itself. A database that does not answer is 503, not a lost login.
func (s *Service) Identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), visitorKey{}, Visitor{Address: s.cfg.Address(r), Device: device(r)})
		a, err := s.actor(r)
		switch {
		case err == nil:
			ctx = access.With(ctx, a)
			if a.MustChangePassword && !beforePasswordChange(r) {
				s.cfg.Fail(w, r, access.PasswordChangeRequired())
				return
			}
		case !fault.Is(err, fault.Unauthenticated) && !errors.Is(err, context.Canceled):
			s.cfg.Fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// beforePasswordChange are the requests that somebody with an initial password may make.
func beforePasswordChange(r *http.Request) bool {
	path, api := strings.CutPrefix(r.URL.Path, "/api/v1")
	if !api {
		return !strings.HasPrefix(r.URL.Path, "/api/")
	}
	switch r.Method + " " + path {
	case "GET /session", "HEAD /session", "POST /session", "DELETE /session", "POST /session/password",
		"PUT /session/language", "GET /config/public", "GET /login/oidc", "GET /login/oidc/callback":
		return true
	}
	return false
}

// device is the browser and system of a request in a few words, from the names that every
// browser puts into its User-Agent; the text itself is too long to be read by people.
func device(r *http.Request) string {
	ua := r.UserAgent()
	find := func(names ...[2]string) string {
		for _, n := range names {
			if strings.Contains(ua, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	browser := find([2]string{"MicroMessenger", "微信"}, [2]string{"Edg", "Edge"}, [2]string{"Firefox/", "Firefox"},
		[2]string{"QQBrowser", "QQ 浏览器"}, [2]string{"Chrome/", "Chrome"}, [2]string{"Safari/", "Safari"})
	system := find([2]string{"HarmonyOS", "鸿蒙"}, [2]string{"Android", "Android"}, [2]string{"iPhone", "iPhone"}, [2]string{"iPad", "iPad"},
		[2]string{"Windows", "Windows"}, [2]string{"Mac OS", "macOS"}, [2]string{"Linux", "Linux"})
	switch {
	case browser != "" && system != "":
		return browser + " · " + system
	case browser+system != "":
		return browser + system
	}
	ua = strings.ToValidUTF8(ua, "")
	if utf8.RuneCountInString(ua) > 60 {
		ua = string([]rune(ua)[:60])
	}
	return ua
}

// View is the session as the interface shows it.
type View struct {
	Actor   access.Actor
	Account Account
	Scope   Region // the widest region of the posts
	Scopes  map[region.Code]Region
}

// View describes the session of ctx.
func (s *Service) View(ctx context.Context) (View, error) {
	a, ok := access.From(ctx)
	if !ok || a.Account == 0 {
		return View{}, errSession()
	}
	v := View{Actor: a, Scopes: map[region.Code]Region{}}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var err error
		if v.Account, err = accountByID(ctx, tx, a.Account); err != nil {
			return err
		}
		if err := s.withPosts(ctx, tx, &v.Account); err != nil {
			return err
		}
		return s.viewScopes(ctx, tx, &v)
	})
	return v, err
}

// viewScopes finds the region that each post shows: its scope, the top for roles that reach
// everything, the unit's region for those bound to a unit.
func (s *Service) viewScopes(ctx context.Context, tx *store.Tx, v *View) error {
	top, err := topRegion(ctx, tx)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	for i := range v.Account.Posts {
		p := &v.Account.Posts[i]
		role, _ := s.roles.ByID(p.Role)
		switch role.Scope {
		case access.ScopeAll:
			// Where the regions of the whole nation are listed no region is above all: begin at home.
			if p.Scope = top.Code; p.UnitRegion != "" && !region.Contains(top.Code, p.UnitRegion) {
				p.Scope = p.UnitRegion
			}
		case access.ScopeUnit, access.ScopeOwn:
			p.Scope = p.UnitRegion
		}
		r, err := regionByCode(ctx, tx, p.Scope)
		if fault.Is(err, fault.NotFound) {
			r, err = Region{Code: p.Scope, Name: string(p.Scope)}, nil
		}
		if err != nil {
			return err
		}
		v.Scopes[p.Scope] = r
		if v.Scope.Code == "" || r.Code.Level() < v.Scope.Code.Level() {
			v.Scope = r
		}
	}
	return nil
}
