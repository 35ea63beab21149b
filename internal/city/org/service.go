package org

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// Config says how the room works. The zero value is right for a server on HTTPS.
type Config struct {
	Roles access.Roles // empty: the built-in ones
	Cost  PasswordCost // zero: DefaultCost
	// Machine is the clock of session ends and login throttling; nil is the machine's.
	Machine  clock.Clock
	Lifetime time.Duration // of a session, whatever happens; 0: 7 days
	Idle     time.Duration // of a session without use; 0: 12 h
	// PlainCookie lets the session cookie travel over HTTP: only for a loopback address.
	PlainCookie bool
	// Address is the client's address, as the server knows it; nil is the peer's.
	Address func(*http.Request) string
	// Fail answers a request that could not be identified; nil is plain text.
	Fail func(http.ResponseWriter, *http.Request, error)
	// Demo and Speed are shown in the session.
	Demo  bool
	Speed func() float64
	OIDC  OIDCConfig
	Log   *slog.Logger
}

// Service holds the use cases. It is safe for use by several goroutines.
type Service struct {
	db        *store.DB
	cfg       Config
	roles     access.Roles
	hasher    *hasher
	throttle  *throttle
	sessions  *sessionCache
	sso       *sso
	directory directoryCache
	log       *slog.Logger
	// changes rises with every change that may alter what somebody may do.
	changes atomic.Int64
}

// New makes the service. Errors: roles that cannot be read.
func New(db *store.DB, cfg Config) (*Service, error) {
	if len(cfg.Roles.All()) == 0 {
		r, err := access.BuiltinRoles()
		if err != nil {
			return nil, err
		}
		cfg.Roles = r
	}
	if cfg.Cost == (PasswordCost{}) {
		cfg.Cost = DefaultCost()
	}
	if cfg.Machine == nil {
		cfg.Machine = clock.System()
	}
	if cfg.Lifetime <= 0 {
		cfg.Lifetime = 7 * 24 * time.Hour
	}
	if cfg.Idle <= 0 {
		cfg.Idle = 12 * time.Hour
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Address == nil {
		cfg.Address = func(r *http.Request) string { return r.RemoteAddr }
	}
	if cfg.Fail == nil {
		cfg.Fail = func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	}
	if cfg.Speed == nil {
		cfg.Speed = func() float64 { return 1 }
	}
	s := &Service{
		db: db, cfg: cfg, roles: cfg.Roles, log: cfg.Log,
		hasher: newHasher(cfg.Cost, 2*runtime.NumCPU()), throttle: newThrottle(cfg.Machine),
		sessions: newSessionCache(),
	}
	s.sso = newSSO(cfg.OIDC, cfg.Machine)
	return s, nil
}

// update runs a change of who is who; every cached session is looked up anew after it.
func (s *Service) update(ctx context.Context, fn func(*store.Tx) error) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		tx.OnCommit(func() { s.changes.Add(1) })
		return fn(tx)
	})
}

// today is the civil day of a transaction.
func today(tx *store.Tx) string { return tx.Now().In(clock.Shanghai).Format(time.DateOnly) }

// reach tells whether an actor holds an action for a scope; "" is everything, which also
// whoever holds the action for the installation's top region reaches.
func reach(ctx context.Context, tx *store.Tx, a access.Actor, action access.Action, scope region.Code) (bool, error) {
	if scope != "" || a.All(action) {
		return a.Can(action, scope), nil
	}
	top, err := topRegion(ctx, tx)
	return err == nil && a.Can(action, top.Code), err
}

// wider refuses to give out more than the actor holds.
func wider() error {
	return fault.New(fault.Forbidden, "wider_than_own", "超出您的管辖范围，请由上级管理员办理")
}

// Role finds a role.
func (s *Service) Role(id string) (access.Role, bool) { return s.roles.ByID(id) }

// Roles lists all roles for whoever sees the organisation.
func (s *Service) Roles(ctx context.Context) ([]access.Role, error) {
	if _, err := access.RequireAnywhere(ctx, access.OrgRead); err != nil {
		return nil, err
	}
	return s.roles.All(), nil
}
