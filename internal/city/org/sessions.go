package org

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// tokenLen are the random bytes of a session token.
const tokenLen = 32

func errLogin() error {
	return fault.New(fault.Unauthenticated, "login_failed", "用户名或密码不正确")
}

// Login checks a name and a password and begins a session; the token is returned this once,
// only its hash is stored. Errors: unauthenticated login_failed for a wrong password as for
// an unknown name, after the same time; unavailable throttled (429) after too many tries;
// unauthenticated account_disabled, told only to who knows the password.
func (s *Service) Login(ctx context.Context, name, password string, v Visitor) (token string, err error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if !accountName.MatchString(name) {
		name = "" // what was typed there may be a password: it is neither kept nor told
	}
	if err := s.throttle.take(name, v.Address); err != nil {
		return "", err
	}
	var c credential
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		c, err = credentialByName(ctx, tx, name)
		return err
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	if len(password) > 4*maxPassword {
		password = password[:4*maxPassword] + "x" // longer than any that was ever accepted
	}
	ok, renew, err := s.hasher.check(ctx, c.hash, password)
	if err != nil {
		return "", err
	}
	if !ok || c.account.Disabled {
		return "", s.refuse(ctx, name, ok, c.account, v)
	}
	renewed := ""
	if renew {
		if renewed, err = s.hasher.hash(ctx, password); err != nil {
			return "", err
		}
	}
	token, err = s.begin(ctx, c, renewed, "password", v)
	if err == nil {
		s.throttle.forgive(name, v.Address)
	}
	return token, err
}

// refuse records a failed login and gives its answer.
func (s *Service) refuse(ctx context.Context, name string, right bool, a Account, v Visitor) error {
	answer, summary := errLogin(), "登录失败"
	if right {
		answer, summary = fault.New(fault.Unauthenticated, "account_disabled", "账号已停用，请联系管理员"), "停用的账号尝试登录"
	}
	shown := name
	if shown == "" {
		shown = "（无效的用户名）"
	}
	ctx = access.With(ctx, access.Anonymous(name))
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		return audit.Log(ctx, tx, audit.Entry{Action: "session.refuse", Object: "login", Region: a.Region,
			Summary: summary + "：" + shown, Detail: map[string]string{"address": v.Address, "device": v.Device}})
	})
	if err != nil {
		return err
	}
	return answer
}

// begin writes a session of an account whose holder was identified.
func (s *Service) begin(ctx context.Context, c credential, renewed, how string, v Visitor) (string, error) {
	raw := randomBytes(tokenLen)
	hash := sha256.Sum256(raw)
	id := hex.EncodeToString(randomBytes(12))
	machine := s.cfg.Machine.Now()
	err := s.update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM session WHERE expires_at < $1 OR idle_at < $2", machine.UnixMilli(), machine.UnixMilli()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO session (id, token, account_id, created_at, last_seen_at, address, device, expires_at, idle_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, id, hash[:], c.account.ID, tx.NowMS(), tx.NowMS(), v.Address, v.Device,
			machine.Add(s.cfg.Lifetime).UnixMilli(), machine.Add(s.cfg.Idle).UnixMilli())
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE account SET last_login_at = $1 WHERE id = $2", tx.NowMS(), c.account.ID); err != nil {
			return err
		}
		if renewed != "" {
			if err := setPassword(ctx, tx, c.account.ID, renewed, c.account.MustChange); err != nil {
				return err
			}
		}
		who := access.With(ctx, access.Actor{Account: c.account.ID, Name: c.account.Name})
		return audit.Log(who, tx, audit.Entry{Action: "session.begin", Object: "session/" + id, Region: c.account.Region,
			Summary: "登录", Detail: map[string]string{"address": v.Address, "device": v.Device, "by": how}})
	})
	return base64.RawURLEncoding.EncodeToString(raw), err
}

// Logout ends the session of ctx.
func (s *Service) Logout(ctx context.Context) error {
	a, ok := access.From(ctx)
	if !ok || a.Session == "" {
		return nil // it has ended already
	}
	return s.update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM session WHERE id = $1", a.Session); err != nil {
			return err
		}
		home, err := HomeRegion(ctx, tx)
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "session.end", Object: "session/" + a.Session, Region: home, Summary: "退出登录"})
	})
}

// HomeRegion is the region of the actor's account, for the audit entries of what it does for
// itself; "" for the program.
func HomeRegion(ctx context.Context, tx *store.Tx) (region.Code, error) {
	a, ok := access.From(ctx)
	if !ok || a.Account == 0 {
		return "", nil
	}
	acc, err := accountByID(ctx, tx, a.Account)
	return acc.Region, err
}

func languageName(code string) string {
	if code == "en" {
		return "英文"
	}
	return "中文"
}

// Sessions lists the running sessions of an account (0: the actor's own), the latest first.
func (s *Service) Sessions(ctx context.Context, account int64) ([]Session, error) {
	a, err := s.loggedIn(ctx)
	if err != nil {
		return nil, err
	}
	if account == 0 {
		account = a.Account
	}
	now := s.cfg.Machine.Now().UnixMilli()
	var out []Session
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if account != a.Account {
			if _, err := s.visibleAccount(ctx, tx, access.AccountRead, account); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, "SELECT "+sessionColumns+` FROM session s
			WHERE s.account_id = $1 AND s.expires_at > $2 AND s.idle_at > $3 ORDER BY s.last_seen_at DESC, s.id`, account, now, now)
		if err != nil {
			return err
		}
		out, err = collect(rows, func() (Session, error) { return scanSession(rows) })
		return err
	})
	for i := range out {
		out[i].Current = out[i].ID == a.Session
	}
	return out, err
}

// Revoke ends a session: the actor's own, or one of an account that it may manage.
func (s *Service) Revoke(ctx context.Context, id string) error {
	a, err := s.loggedIn(ctx)
	if err != nil {
		return err
	}
	return s.update(ctx, func(tx *store.Tx) error {
		v, err := scanSession(tx.QueryRow(ctx, "SELECT "+sessionColumns+" FROM session s WHERE s.id = $1", id))
		if err != nil {
			return err
		}
		whose := Account{}
		if v.Account != a.Account {
			if whose, err = s.editableAccount(ctx, tx, v.Account); err != nil {
				if fault.Is(err, fault.Forbidden) && !a.Has(access.AccountWrite) {
					return access.Hidden() // no right to manage: the session does not exist
				}
				return err
			}
		}
		if _, err := tx.Exec(ctx, "DELETE FROM session WHERE id = $1", id); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "session.revoke", Object: "session/" + id, Region: whose.Region,
			Summary: "注销登录会话", Detail: map[string]any{"account": v.Account, "address": v.Address, "device": v.Device}})
	})
}

func (s *Service) loggedIn(ctx context.Context) (access.Actor, error) {
	return access.RequireAnywhere(ctx, access.LoggedIn)
}

// ChangePassword replaces the actor's own password and ends its other sessions. Errors:
// invalid for a wrong old one and for a new one against the rules; throttled as a login.
func (s *Service) ChangePassword(ctx context.Context, old, password string, v Visitor) error {
	a, ok := access.From(ctx)
	if !ok || a.Account == 0 {
		return fault.New(fault.Unauthenticated, "login_required", "请先登录")
	}
	if err := checkPassword(a.Name, old, password); err != nil {
		return err
	}
	if err := s.throttle.take(a.Name, v.Address); err != nil {
		return err
	}
	var c credential
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		c, err = credentialByID(ctx, tx, a.Account)
		return err
	})
	if err != nil {
		return err
	}
	right, _, err := s.hasher.check(ctx, c.hash, old)
	if err != nil {
		return err
	}
	if !right {
		return fault.New(fault.Invalid, "old_password", "原密码不正确").WithField("body.old", "原密码不正确", "")
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.update(ctx, func(tx *store.Tx) error {
		// Compare and set: a reset by an administrator meanwhile must not be undone.
		res, err := tx.Exec(ctx, "UPDATE account SET password = $1, must_change = 0 WHERE id = $2 AND password = $3", hash, a.Account, c.hash)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return stale()
		}
		if err := endSessions(ctx, tx, a.Account, a.Session); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "account.password", Object: fmt.Sprintf("account/%d", a.Account),
			Region: c.account.Region, Summary: "修改密码"})
	})
	if err == nil {
		s.throttle.forgive(a.Name, v.Address)
	}
	return err
}

// SetLanguage stores the language that the actor reads: zh or en.
func (s *Service) SetLanguage(ctx context.Context, language string) error {
	a, ok := access.From(ctx)
	if !ok || a.Account == 0 {
		return fault.New(fault.Unauthenticated, "login_required", "请先登录")
	}
	if language != "zh" && language != "en" {
		return invalid("language", "语言应为 zh 或 en", language)
	}
	return s.update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE account SET language = $1 WHERE id = $2", language, a.Account); err != nil {
			return err
		}
		home, err := HomeRegion(ctx, tx)
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "account.language", Object: fmt.Sprintf("account/%d", a.Account), Region: home,
			Summary: "切换语言 " + languageName(language)})
	})
}

// seenEvery is how often the use of a session is written down.
const seenEvery = time.Minute
