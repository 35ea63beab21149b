package org

import (
	"context"
	"fmt"
	"strings"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// AccountFilter narrows a list of accounts.
type AccountFilter struct {
	Query string // part of the login name, the display name or the person's name
	After string // login names after this one: the cursor
	Limit int    // 0: 50
}

// Accounts lists the accounts that the actor may see, by login name, and their number
// whatever the page.
func (s *Service) Accounts(ctx context.Context, f AccountFilter) ([]Account, int, error) {
	a, err := access.RequireAnywhere(ctx, access.AccountRead)
	if err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	var out []Account
	var total int
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		out, total, err = s.listAccounts(ctx, tx, a, f)
		return err
	})
	return out, total, err
}

func (s *Service) listAccounts(ctx context.Context, tx *store.Tx, a access.Actor, f AccountFilter) ([]Account, int, error) {
	var args []any
	cond := scopeCond(a, access.AccountRead, "a.region", "", &args)
	day := today(tx)
	args = append(args, day, day)
	n := len(args)
	cond = fmt.Sprintf(`(%s OR EXISTS (SELECT 1 FROM holder h JOIN post p ON p.id = h.post_id JOIN unit u ON u.id = p.unit_id
		WHERE h.person_id = a.person_id AND h.from_day <= $%d AND (h.to_day = '' OR h.to_day > $%d) AND %s))`,
		cond, n-1, n, scopeCond(a, access.AccountRead, "u.region", "u.id", &args))
	if q := strings.TrimSpace(f.Query); q != "" {
		like := "%" + strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`).Replace(strings.ToLower(q)) + "%"
		args = append(args, like, like, like)
		n = len(args)
		cond += fmt.Sprintf(" AND (a.name LIKE $%d ESCAPE '!' OR lower(a.display) LIKE $%d ESCAPE '!' OR lower(n.name) LIKE $%d ESCAPE '!')", n-2, n-1, n)
	}
	var total int
	err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM account a JOIN person n ON n.id = a.person_id WHERE "+cond, args...).Scan(&total)
	if err != nil {
		return nil, 0, err
	}
	args = append(args, f.After)
	cond += fmt.Sprintf(" AND a.name > $%d ORDER BY a.name LIMIT %d", len(args), f.Limit)
	out, err := accountsWhere(ctx, tx, cond, args...)
	for i := range out {
		if err == nil {
			err = s.withPosts(ctx, tx, &out[i])
		}
	}
	return out, total, err
}

// withPosts adds the posts that the account's person holds today.
func (s *Service) withPosts(ctx context.Context, tx *store.Tx, a *Account) error {
	now, err := heldPosts(ctx, tx, s.roles, a.Person.ID, today(tx))
	a.Posts = nil
	for _, h := range now {
		a.Posts = append(a.Posts, h.post)
	}
	return err
}

// Account reads one account. Errors: not found also outside of the actor's scope.
func (s *Service) Account(ctx context.Context, id int64) (Account, error) {
	var out Account
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		out, err = s.visibleAccount(ctx, tx, access.AccountRead, id)
		return err
	})
	return out, err
}

// visibleAccount reads an account that lies in the actor's scope by its region or by a post
// held today.
func (s *Service) visibleAccount(ctx context.Context, tx *store.Tx, action access.Action, id int64) (Account, error) {
	actor, err := access.RequireAnywhere(ctx, action)
	if err != nil {
		return Account{}, err
	}
	a, err := accountByID(ctx, tx, id)
	if err != nil {
		return Account{}, err
	}
	if err := s.withPosts(ctx, tx, &a); err != nil {
		return Account{}, err
	}
	ok := actor.Can(action, a.Region)
	for _, p := range a.Posts {
		ok = ok || actor.CanUnit(action, p.UnitRegion, p.Unit)
	}
	if !ok {
		return Account{}, access.Hidden()
	}
	return a, nil
}

// editableAccount is visibleAccount for a change: every post that the person holds must lie
// within the actor's reach, or resetting a password would be a way to a wider post.
func (s *Service) editableAccount(ctx context.Context, tx *store.Tx, id int64) (Account, error) {
	a, err := s.visibleAccount(ctx, tx, access.AccountWrite, id)
	if err != nil {
		return a, err
	}
	actor, _ := access.From(ctx)
	for _, p := range a.Posts {
		scope := p.Scope
		if role, _ := s.roles.ByID(p.Role); role.Scope == access.ScopeOwn || role.Scope == access.ScopeUnit {
			scope = p.UnitRegion
		}
		if ok, err := reach(ctx, tx, actor, access.AccountWrite, scope); err != nil || !ok {
			if err == nil {
				err = wider()
			}
			return a, err
		}
	}
	return a, nil
}

// NewAccount is an account to be made.
type NewAccount struct {
	Name    string // login name
	Display string // shown to people, and the person's name
	Post    int64  // the post the person holds from today; 0: none yet
}

// AddAccount makes an account with an initial password, which is returned this once and must
// be changed at the first login. With a post, the display name's person holds it from today.
func (s *Service) AddAccount(ctx context.Context, n NewAccount) (Account, string, error) {
	actor, err := access.RequireAnywhere(ctx, access.AccountWrite)
	if err != nil {
		return Account{}, "", err
	}
	if err := checkAccountName(n.Name); err != nil {
		return Account{}, "", err
	}
	if err := checkText("displayName", "姓名", 40, &n.Display); err != nil {
		return Account{}, "", err
	}
	password := newPassword()
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return Account{}, "", err
	}
	var out Account
	err = s.update(ctx, func(tx *store.Tx) (err error) {
		out, err = s.addAccount(ctx, tx, actor, n, hash)
		return err
	})
	if err != nil {
		return Account{}, "", err
	}
	return out, password, nil
}

func (s *Service) addAccount(ctx context.Context, tx *store.Tx, actor access.Actor, n NewAccount, hash string) (Account, error) {
	a := Account{Name: n.Name, Display: n.Display, MustChange: true, Language: "zh"}
	var post Post
	var err error
	if n.Post != 0 {
		if post, err = visiblePost(ctx, tx, access.OrgWrite, n.Post); err != nil {
			return a, err
		}
		if err := s.checkReach(ctx, tx, post); err != nil {
			return a, err
		}
		a.Region = post.UnitRegion
		if !actor.Can(access.AccountWrite, a.Region) {
			return a, access.Hidden()
		}
	} else if a.Region, err = homeRegion(ctx, tx, actor); err != nil {
		return a, err
	}
	// Always a new person: a new account must not take over the posts of somebody who
	// happens to bear the name.
	if a.Person, err = insertPerson(ctx, tx, n.Display, a.Region); err != nil {
		return a, err
	}
	if a, err = insertAccount(ctx, tx, a, hash); err != nil {
		return a, nameTaken(err, "name", "用户名已被使用", n.Name)
	}
	if n.Post != 0 {
		h := Holder{Post: post.ID, Person: a.Person, From: today(tx)}
		if err := s.fill(ctx, tx, post, &h); err != nil {
			return a, err
		}
	}
	if err := s.withPosts(ctx, tx, &a); err != nil {
		return a, err
	}
	return a, audit.Log(ctx, tx, audit.Entry{Action: "account.add", Object: fmt.Sprintf("account/%d", a.ID), Region: a.Region,
		Summary: "新增账号 " + a.Name + "（" + a.Display + "）", Detail: map[string]any{"name": a.Name, "post": n.Post}})
}

// homeRegion is where an account without a post belongs: the actor's first scope.
func homeRegion(ctx context.Context, tx *store.Tx, actor access.Actor) (region.Code, error) {
	scopes := actor.Scopes(access.AccountWrite)
	if len(scopes) > 0 && scopes[0] != "" {
		return scopes[0], nil
	}
	top, err := topRegion(ctx, tx)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return top.Code, err
}

// SetDisabled disables an account and ends its sessions, or enables it.
func (s *Service) SetDisabled(ctx context.Context, id int64, disabled bool) (Account, error) {
	var out Account
	err := s.update(ctx, func(tx *store.Tx) (err error) {
		if out, err = s.editableAccount(ctx, tx, id); err != nil {
			return err
		}
		actor, _ := access.From(ctx)
		if disabled && actor.Account == id {
			return fault.New(fault.Forbidden, "own_account", "不能停用自己的账号")
		}
		if out.Disabled == disabled {
			return nil
		}
		out.Disabled = disabled
		if _, err := tx.Exec(ctx, "UPDATE account SET disabled = $1 WHERE id = $2", flag(disabled), id); err != nil {
			return err
		}
		action, summary := "account.enable", "启用账号 "
		if disabled {
			action, summary = "account.disable", "停用账号 "
			if err := endSessions(ctx, tx, id, ""); err != nil {
				return err
			}
		}
		return audit.Log(ctx, tx, audit.Entry{Action: action, Object: fmt.Sprintf("account/%d", id), Region: out.Region, Summary: summary + out.Name})
	})
	return out, err
}

// ResetPassword gives an account a new initial password, returned this once, and ends its
// sessions.
func (s *Service) ResetPassword(ctx context.Context, id int64) (Account, string, error) {
	if _, err := access.RequireAnywhere(ctx, access.AccountWrite); err != nil {
		return Account{}, "", err
	}
	password := newPassword()
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return Account{}, "", err
	}
	var out Account
	err = s.update(ctx, func(tx *store.Tx) (err error) {
		if out, err = s.editableAccount(ctx, tx, id); err != nil {
			return err
		}
		out.MustChange = true
		if err := setPassword(ctx, tx, id, hash, true); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, id, ""); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "account.reset", Object: fmt.Sprintf("account/%d", id), Region: out.Region,
			Summary: "重置账号 " + out.Name + " 的密码"})
	})
	if err != nil {
		return Account{}, "", err
	}
	s.throttle.pardon(out.Name)
	return out, password, nil
}

// AccountByName finds an account by its login name, for the command line.
func (s *Service) AccountByName(ctx context.Context, name string) (Account, error) {
	var out Account
	err := s.db.View(ctx, func(tx *store.Tx) error {
		c, err := credentialByName(ctx, tx, name)
		if err != nil {
			return err
		}
		out, err = s.visibleAccount(ctx, tx, access.AccountRead, c.account.ID)
		return err
	})
	return out, err
}
