package org

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// OIDCConfig is the single sign-on; an empty issuer means none. Local accounts work beside
// it, also while the provider is away.
type OIDCConfig struct {
	Issuer, ClientID, Secret string
	// PublicURL is the address people use, to which the provider sends them back.
	PublicURL string
	HTTP      *http.Client // nil: the default with a time-out
}

// CallbackPath is where the provider sends people back, below PublicURL.
const CallbackPath = "/api/v1/login/oidc/callback"

// sso talks to the provider. Its addresses and keys are asked for at the first login and,
// when the provider did not answer, again at a later one.
type sso struct {
	cfg     OIDCConfig
	machine clock.Clock
	mu      sync.Mutex
	found   *oidc.Provider
	notYet  time.Time // no new attempt before
}

// discoverPause keeps a provider that is down from being asked at every click.
const discoverPause = 5 * time.Second

func newSSO(cfg OIDCConfig, machine clock.Clock) *sso {
	if cfg.HTTP == nil {
		cfg.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	return &sso{cfg: cfg, machine: machine}
}

func (p *sso) provider(ctx context.Context) (*oidc.Provider, error) {
	if p.cfg.Issuer == "" {
		return nil, access.Hidden()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	away := func(cause error) error {
		return fault.Wrap(cause, fault.Unavailable, "oidc_unreachable", "统一身份认证暂时不可用，请稍后再试或用本系统账号登录")
	}
	if p.machine.Now().Before(p.notYet) {
		return nil, away(fmt.Errorf("asked a moment ago"))
	}
	// The provider keeps the context for fetching keys: it must outlive this request.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.cfg.HTTP), p.cfg.Issuer)
	if err != nil {
		p.notYet = p.machine.Now().Add(discoverPause)
		return nil, away(err)
	}
	p.found = found
	return found, nil
}

func (p *sso) config(found *oidc.Provider) oauth2.Config {
	return oauth2.Config{ClientID: p.cfg.ClientID, ClientSecret: p.cfg.Secret, Endpoint: found.Endpoint(),
		RedirectURL: strings.TrimRight(p.cfg.PublicURL, "/") + CallbackPath, Scopes: []string{oidc.ScopeOpenID, "profile"}}
}

// BeginOIDC gives the provider's address to send the browser to and the value of the cookie
// that must come back with it. back is the page to return to.
func (s *Service) BeginOIDC(ctx context.Context, back string) (url, cookie string, err error) {
	found, err := s.sso.provider(ctx)
	if err != nil {
		return "", "", err
	}
	key, err := s.signingKey(ctx)
	if err != nil {
		return "", "", err
	}
	flow := oidcFlow{
		State: hex.EncodeToString(randomBytes(16)), Nonce: hex.EncodeToString(randomBytes(16)),
		Verifier: oauth2.GenerateVerifier(), Back: safeBack(back), Until: s.cfg.Machine.Now().Add(flowFor).Unix(),
	}
	conf := s.sso.config(found)
	return conf.AuthCodeURL(flow.State, oidc.Nonce(flow.Nonce), oauth2.S256ChallengeOption(flow.Verifier)), flow.seal(key), nil
}

// EndOIDC finishes a login: cookie is what BeginOIDC gave, state and code what the provider
// sent. It returns the session token and the page to return to. Errors: unauthenticated for
// anything that does not fit; account_disabled.
func (s *Service) EndOIDC(ctx context.Context, cookie, state, code string, v Visitor) (token, back string, err error) {
	found, err := s.sso.provider(ctx)
	if err != nil {
		return "", "", err
	}
	key, err := s.signingKey(ctx)
	if err != nil {
		return "", "", err
	}
	flow, ok := openFlow(key, cookie, s.cfg.Machine.Now())
	if !ok || subtle.ConstantTimeCompare([]byte(flow.State), []byte(state)) != 1 || code == "" {
		return "", "", fault.New(fault.Unauthenticated, "oidc_state", "登录已过期或不是从本页发起，请重新登录")
	}
	id, err := s.exchange(ctx, found, flow, code)
	if err != nil {
		return "", "", err
	}
	c, err := s.identityAccount(ctx, id)
	if err != nil {
		return "", "", err
	}
	if c.account.Disabled {
		return "", "", s.refuse(ctx, c.account.Name, true, c.account, v)
	}
	token, err = s.begin(ctx, c, "", "oidc", v)
	return token, flow.Back, err
}

// identity is what the provider vouches for. Only issuer and subject identify; the names are
// for people, and nothing else is taken over: posts are given in Qingshan.
type identity struct {
	Issuer, Subject string
	Name            string `json:"name"`
	Preferred       string `json:"preferred_username"`
}

func (s *Service) exchange(ctx context.Context, found *oidc.Provider, flow oidcFlow, code string) (identity, error) {
	refused := func(cause error) error {
		return fault.Wrap(cause, fault.Unauthenticated, "oidc_refused", "统一身份认证未通过，请重新登录")
	}
	ctx = oidc.ClientContext(ctx, s.sso.cfg.HTTP)
	conf := s.sso.config(found)
	tokens, err := conf.Exchange(ctx, code, oauth2.VerifierOption(flow.Verifier))
	if err != nil {
		return identity{}, refused(err)
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return identity{}, refused(fmt.Errorf("the provider sent no id_token"))
	}
	verifier := found.VerifierContext(ctx, &oidc.Config{ClientID: s.sso.cfg.ClientID,
		// A minute late is not late: two clocks are never the same.
		Now: func() time.Time { return s.cfg.Machine.Now().Add(-time.Minute) }})
	token, err := verifier.Verify(ctx, raw)
	if err != nil {
		return identity{}, refused(err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(flow.Nonce)) != 1 {
		return identity{}, refused(fmt.Errorf("the nonce does not fit"))
	}
	id := identity{Issuer: token.Issuer, Subject: token.Subject}
	if err := token.Claims(&id); err != nil {
		return identity{}, refused(err)
	}
	id.Issuer, id.Subject = token.Issuer, token.Subject
	return id, nil
}

// identityAccount finds the account of an identity. One that comes for the first time gets an
// account without posts: an administrator sees it and gives it what it needs.
func (s *Service) identityAccount(ctx context.Context, id identity) (credential, error) {
	var c credential
	err := s.update(ctx, func(tx *store.Tx) error {
		var account int64
		err := tx.QueryRow(ctx, "SELECT account_id FROM identity WHERE issuer = $1 AND subject = $2", id.Issuer, id.Subject).Scan(&account)
		if err == nil {
			c, err = credentialByID(ctx, tx, account)
			return err
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		c = credential{}
		c.account, err = s.newcomer(ctx, tx, id)
		return err
	})
	return c, err
}

func (s *Service) newcomer(ctx context.Context, tx *store.Tx, id identity) (Account, error) {
	a := Account{Name: strings.ToLower(id.Preferred), Display: id.Name, Language: "zh"}
	_, err := credentialByName(ctx, tx, a.Name)
	if !accountName.MatchString(a.Name) || !fault.Is(err, fault.NotFound) {
		a.Name = "sso-" + hex.EncodeToString(randomBytes(6)) // taken, or no name: never another's account
	}
	if checkText("displayName", "姓名", 40, &a.Display) != nil {
		a.Display = a.Name
	}
	top, err := topRegion(ctx, tx)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return a, err
	}
	a.Region = top.Code
	if a.Person, err = insertPerson(ctx, tx, a.Display, a.Region); err != nil {
		return a, err
	}
	if a, err = insertAccount(ctx, tx, a, ""); err != nil {
		return a, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO identity (issuer, subject, account_id, created_at) VALUES ($1, $2, $3, $4)", id.Issuer, id.Subject, a.ID, tx.NowMS())
	if err != nil {
		return a, err
	}
	return a, audit.Log(access.With(ctx, access.System("oidc")), tx, audit.Entry{Action: "account.add", Object: fmt.Sprintf("account/%d", a.ID),
		Region: a.Region, Summary: "统一身份认证首次登录，建立账号 " + a.Name + "（尚无岗位）",
		Detail: map[string]string{"issuer": id.Issuer, "subject": id.Subject}})
}
