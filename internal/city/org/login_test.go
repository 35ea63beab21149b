package org_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

var here = org.Visitor{Address: "10.0.0.9", Device: "Chrome · Windows"}

func TestLoginSaysNothingAboutNames(t *testing.T) {
	both(t, func(p *place) {
		try := func(name, password string) error {
			_, err := p.svc.Login(p.Context(), name, password, here)
			return err
		}
		unknown, wrong := try("nobody", secret), try("office", "wrong")
		if unknown.Error() != wrong.Error() {
			p.Errorf("unknown name: %v\nwrong password: %v", unknown, wrong)
		}
		for what, c := range map[string][3]string{
			"unknown name":         {"nobody", secret, "login_failed"},
			"wrong password":       {"office", secret + "x", "login_failed"},
			"empty":                {"", "", "login_failed"},
			"a password as a name": {"Weihe 3917", "x", "login_failed"},
			"a very long one":      {"office", strings.Repeat("x", 1<<20), "login_failed"},
			"capitals, blanks":     {" Office ", secret, ""},
		} {
			p.want(what, try(c[0], c[1]), c[2])
		}
		if _, err := p.svc.SetDisabled(p.as("root"), p.account("office").ID, true); err != nil {
			p.Fatal(err)
		}
		p.want("disabled, wrong password", try("office", "wrong"), "login_failed")
		p.want("disabled, right password", try("office", secret), "account_disabled")
		told := ""
		for _, e := range p.entries() {
			told += e.Actor + e.Summary + e.Detail + "\n"
		}
		if strings.Contains(told, "Weihe") {
			p.Errorf("a password is in the audit chain:\n%s", told)
		}
		if !strings.Contains(told, "登录失败：nobody") || !strings.Contains(told, "登录失败：（无效的用户名）") || !strings.Contains(told, "10.0.0.9") {
			p.Errorf("failed logins are not recorded:\n%s", told)
		}
	})
}

func TestThrottle(t *testing.T) {
	both(t, func(p *place) {
		try := func(name, password, address string) string {
			_, err := p.svc.Login(p.Context(), name, password, org.Visitor{Address: address})
			return codeOf(err)
		}
		for _, name := range []string{"office", "ghost"} { // an unknown name counts the same
			for i := range 10 {
				if got := try(name, "x", "10.1.1.2"); got != "login_failed" {
					p.Fatalf("%s, try %d: %s", name, i, got)
				}
			}
			if got := try(name, "x", "10.1.1.2"); got != "throttled" {
				p.Errorf("%s, try 11: %s", name, got)
			}
		}
		if got := try("office", secret, "10.1.1.2"); got != "throttled" {
			p.Errorf("the right password got through: %s", got)
		}
		if got := try("office", secret, "10.1.1.9"); got != "" {
			p.Errorf("the account is locked out of another address: %s", got)
		}
		_, err := p.svc.Login(p.Context(), "office", secret, org.Visitor{Address: "10.1.1.2"})
		if f := err.(*fault.Error); f.Kind != fault.Unavailable || f.Message != "尝试次数过多，请 90 秒后再试" || f.After != 90 {
			p.Errorf("%v", f)
		}
		p.machine.Advance(90 * time.Second)
		if got := try("office", secret, "10.1.1.2"); got != "" {
			p.Errorf("after the pause: %s", got)
		}
		if got := try("office", "x", "10.1.1.2"); got != "login_failed" {
			p.Errorf("a success did not forgive: %s", got)
		}
		for i := range 100 { // from as many addresses, so that only the name's own bucket fills
			if got := try("spread", "x", fmt.Sprint("10.3.0.", i)); got != "login_failed" {
				p.Fatalf("name, try %d: %s", i, got)
			}
		}
		if got := try("spread", "x", "10.3.1.1"); got != "throttled" {
			p.Errorf("guessing one name from everywhere is not slowed down: %s", got)
		}
		for i := range 50 {
			if got := try(fmt.Sprint("guess", i), "x", "10.2.0.1"); got != "login_failed" {
				p.Fatalf("address, try %d: %s", i, got)
			}
		}
		if got := try("root", secret, "10.2.0.1"); got != "throttled" {
			p.Errorf("the address is not slowed down: %s", got)
		}
		if got := try("root", secret, "10.2.0.2"); got != "" {
			p.Errorf("another address is: %s", got)
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	both(t, func(p *place) {
		alive := func(token string) bool {
			_, err := p.svc.Authenticate(p.Context(), token)
			if err != nil && !fault.Is(err, fault.Unauthenticated) {
				p.Fatal(err)
			}
			return err == nil
		}
		idle, used := p.login("office", secret), p.login("office", secret)
		for range 11 {
			p.machine.Advance(time.Hour)
			if !alive(used) {
				p.Fatal("a session in use ended")
			}
		}
		p.machine.Advance(time.Hour) // idle is 12 h without use
		if alive(idle) || !alive(used) {
			p.Error("idle session alive, or used one ended")
		}
		for range 24 * 7 {
			p.machine.Advance(time.Hour)
			alive(used)
		}
		if alive(used) {
			p.Error("a session outlived a week")
		}
		a, b, c := p.login("office", secret), p.login("office", secret), p.login("root", secret)
		ctx := p.with(a)
		list, err := p.svc.Sessions(ctx, 0)
		if err != nil || len(list) != 2 {
			p.Fatalf("%+v %v", list, err)
		}
		for _, v := range list {
			if !v.Current {
				p.want("revoke", p.svc.Revoke(ctx, v.ID), "")
			}
		}
		if !alive(a) || alive(b) || !alive(c) {
			p.Error("revoke ended the wrong session")
		}
		p.want("logout", p.svc.Logout(ctx), "")
		p.want("logout again", p.svc.Logout(ctx), "")
		if alive(a) {
			p.Error("alive after logout")
		}
		d := p.login("office", secret)
		if _, err := p.svc.SetDisabled(p.with(c), p.account("office").ID, true); err != nil {
			p.Fatal(err)
		}
		if alive(d) {
			p.Error("alive after the account was disabled")
		}
		for _, bad := range []string{"", "x", strings.Repeat("A", 43), d + "A"} {
			if alive(bad) {
				p.Errorf("token %q works", bad)
			}
		}
	})
}

func TestTokensAreNotStored(t *testing.T) {
	both(t, func(p *place) {
		token := p.login("office", secret)
		err := p.db.View(p.Context(), func(tx *store.Tx) error {
			var stored []byte
			if err := tx.QueryRow(p.Context(), "SELECT token FROM session").Scan(&stored); err != nil {
				return err
			}
			if len(stored) != 32 || strings.Contains(token, string(stored)) {
				p.Errorf("stored %x", stored)
			}
			var hash string
			if err := tx.QueryRow(p.Context(), "SELECT password FROM account WHERE name = 'office'").Scan(&hash); err != nil {
				return err
			}
			if !strings.HasPrefix(hash, "$argon2id$v=19$m=8,t=1,p=1$") {
				p.Errorf("password stored as %q", hash)
			}
			return nil
		})
		if err != nil {
			p.Fatal(err)
		}
	})
}

// TestRightsFollowThePosts: what an account may do changes with its posts, at once.
func TestRightsFollowThePosts(t *testing.T) {
	both(t, func(p *place) {
		token, root := p.login("yjcounty", secret), p.as("root")
		can := func() string { return fmt.Sprint(p.actor(token).Scopes(access.AirRead)) }
		steps := []struct {
			do   func() error
			want string
		}{
			{func() error { return nil }, "[410726000000]"},
			{func() error {
				_, err := p.svc.AddHolder(root, p.post("fqcounty").ID, org.NewHolder{Name: "演示yjcounty"})
				return err
			},
				"[410726000000 410727000000]"},
			{func() error {
				x := p.post("yjcounty")
				_, _, err := p.svc.EndHolder(root, x.ID, x.Version, x.Holders[0].ID, "2026-08-28")
				return err
			},
				"[410727000000]"},
			{func() error {
				x := p.post("fqcounty")
				_, err := p.svc.ChangePost(root, x.ID, x.Version, org.PostChange{Scope: ptr(regionCode(city))})
				return err
			},
				"[410700000000]"},
			{func() error {
				x := p.post("fqcounty")
				_, _, err := p.svc.EndHolder(root, x.ID, x.Version, x.Holders[1].ID, "2026-08-29")
				return err
			},
				"[410700000000]"}, // until midnight
			{func() error { p.clock.Advance(16 * time.Hour); p.machine.Advance(3 * time.Second); return nil }, "[]"},
			{func() error {
				_, err := p.svc.AddHolder(root, p.post("yjcounty").ID, org.NewHolder{Name: "演示yjcounty", From: "2026-09-01"})
				return err
			}, "[]"}, // not before
			{func() error { p.clock.Advance(72 * time.Hour); p.machine.Advance(3 * time.Second); return nil }, "[410726000000]"},
		}
		for i, s := range steps {
			if err := s.do(); err != nil {
				p.Fatalf("step %d: %v", i, err)
			}
			if got := can(); got != s.want {
				p.Errorf("step %d: %s, want %s", i, got, s.want)
			}
		}
	})
}

func (p *place) actor(token string) access.Actor {
	p.Helper()
	a, err := p.svc.Authenticate(p.Context(), token)
	if err != nil {
		p.Fatal(err)
	}
	return a
}

// TestAnotherReplicasChangeCounts: a revocation made by another process is believed after
// two seconds at the latest.
func TestAnotherReplicasChangeCounts(t *testing.T) {
	both(t, func(p *place) {
		token := p.login("office", secret)
		p.actor(token)
		here := p.svc
		p.open() // the other replica
		if _, err := p.svc.SetDisabled(p.as("root"), p.account("office").ID, true); err != nil {
			p.Fatal(err)
		}
		p.machine.Advance(2 * time.Second)
		if _, err := here.Authenticate(p.Context(), token); !fault.Is(err, fault.Unauthenticated) {
			p.Errorf("got %v", err)
		}
	})
}

func TestPasswords(t *testing.T) {
	both(t, func(p *place) {
		acc, first, err := p.svc.AddAccount(p.as("root"), org.NewAccount{Name: "lisi", Display: "李四", Post: p.post("yjcounty").ID})
		if err != nil {
			p.Fatal(err)
		}
		if len(first) != 19 || strings.Count(first, "-") != 3 {
			p.Errorf("initial password %q", first)
		}
		token, other := p.login("lisi", first), p.login("lisi", first)
		ctx := p.with(token)
		if a, _ := access.From(ctx); !a.MustChangePassword {
			p.Error("the initial password need not be changed")
		}
		_, err = p.svc.Units(ctx, yanjin)
		p.want("before the change", err, "password_change_required")
		_, err = p.svc.Sessions(ctx, 0)
		p.want("sessions before the change", err, "password_change_required")
		change := func(old, password string) error { return p.svc.ChangePassword(ctx, old, password, here) }
		for password, code := range map[string]string{
			"Short-1":                "password_rule",
			first:                    "password_rule",
			"lisi-und-noch-was":      "password_rule",
			"aaaaaaaaaaaaaa":         "password_rule",
			"abcdefghijklmnop":       "password_rule",
			"ababababababab":         "password_rule",
			"my-password-is-good":    "password_rule",
			strings.Repeat("长", 129): "password_rule",
			"bad\xffutf8-password":   "password_rule",
		} {
			p.want(password, change(first, password), code)
		}
		p.want("wrong old", change(first+"x", "青山咬定不放松立根原在破岩中"), "old_password")
		p.want("nobody", p.svc.ChangePassword(p.Context(), first, "青山咬定不放松立根原在破岩中", here), "login_required")
		p.want("change", change(first, "青山咬定不放松立根原在破岩中"), "")
		if _, err := p.svc.Authenticate(p.Context(), other); !fault.Is(err, fault.Unauthenticated) {
			p.Errorf("the other session lives on: %v", err)
		}
		_, err = p.svc.Units(p.with(token), yanjin)
		p.want("after the change", err, "")
		_, err = p.svc.Login(p.Context(), "lisi", first, here)
		p.want("the old one", err, "login_failed")
		_, second, err := p.svc.ResetPassword(p.as("yjadmin"), acc.ID)
		p.want("reset", err, "")
		if _, err := p.svc.Authenticate(p.Context(), token); !fault.Is(err, fault.Unauthenticated) {
			p.Errorf("a session outlived the reset: %v", err)
		}
		if a, _ := access.From(p.with(p.login("lisi", second))); !a.MustChangePassword {
			p.Error("after the reset no change is asked for")
		}
	})
}

func TestHashIsRenewedWhenTheCostChanges(t *testing.T) {
	both(t, func(p *place) {
		p.cfg.Cost = org.PasswordCost{Memory: 16, Time: 2, Threads: 1}
		p.open()
		stored := func() (hash string) {
			err := p.db.View(p.Context(), func(tx *store.Tx) error {
				return tx.QueryRow(p.Context(), "SELECT password FROM account WHERE name = 'office'").Scan(&hash)
			})
			if err != nil {
				p.Fatal(err)
			}
			return hash
		}
		p.login("office", secret)
		first := stored()
		p.login("office", secret)
		if !strings.HasPrefix(first, "$argon2id$v=19$m=16,t=2,p=1$") || stored() != first {
			p.Errorf("after a login with another cost: %s, then %s", first, stored())
		}
		for _, broken := range []string{"$argon2id$v=19$m=99999999,t=1,p=1$AAAA$" + strings.Repeat("A", 43), "$pbkdf2$1$2$3$4", "plain"} {
			err := p.db.Update(p.Context(), func(tx *store.Tx) error {
				_, err := tx.Exec(p.Context(), "UPDATE account SET password = $1 WHERE name = 'office'", broken)
				return err
			})
			if err != nil {
				p.Fatal(err)
			}
			if _, err := p.svc.Login(p.Context(), "office", secret, here); !fault.Is(err, fault.Internal) {
				p.Errorf("%s: %v", broken, err)
			}
		}
	})
}

func TestLanguage(t *testing.T) {
	both(t, func(p *place) {
		token := p.login("office", secret)
		p.want("set", p.svc.SetLanguage(p.with(token), "en"), "")
		if got := p.actor(token).Language; got != "en" {
			p.Errorf("language %q", got)
		}
		p.want("nobody", p.svc.SetLanguage(context.Background(), "en"), "login_required")
	})
}
