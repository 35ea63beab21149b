package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strconv"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
	"qingshan/internal/rules/standard"
)

// The user commands are how an operator makes the first account and helps somebody who is
// locked out. On SQLite the server must be stopped; on PostgreSQL it may run.

// appointment are the flags that say what a new account's person is.
type appointment struct{ display, role, region, regionName, unit string }

func (a *appointment) bind(fs *flag.FlagSet) {
	fs.StringVar(&a.display, "display", "", "name shown to people; empty: the login name")
	fs.StringVar(&a.role, "role", "administrator", "role of the post: administrator, campaign_office, county …")
	fs.StringVar(&a.region, "region", "", "region code of the post, 2 to 12 digits, e.g. 410700 (required)")
	fs.StringVar(&a.regionName, "region-name", "", "name of the region, when the installation does not know it yet")
	fs.StringVar(&a.unit, "unit", "信息中心", "unit of the post; made when there is none of that name in the region")
}

func userAddCommand() command {
	c := command{
		name:    "user add",
		about:   "Make an account in a post and print its initial password, which must be changed at the first login.",
		usage:   "NAME --region CODE [--role ROLE] [--display TEXT] --data DIR | --database URL",
		example: "qingshan user add admin --region 410700 --data /var/lib/qingshan",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		var a appointment
		return c.onUser(ctx, e, args, a.bind, func(ctx context.Context, s *org.Service, name string) error {
			return addUser(ctx, s, e.stdout, name, a)
		})
	}
	return c
}

func addUser(ctx context.Context, s *org.Service, w io.Writer, name string, a appointment) error {
	code, err := region.Parse(a.region)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "region", "请用 --region 给出岗位的行政区代码，如 410700")
	}
	if a.display == "" {
		a.display = name
	}
	if a.regionName == "" {
		a.regionName = publishedName(code)
	}
	if _, err := s.AccountByName(ctx, name); err == nil { // before a post is made for nothing
		return fault.New(fault.Conflict, "name_taken", "用户名已被使用："+name)
	} else if !fault.Is(err, fault.NotFound) {
		return err
	}
	post, err := s.Appoint(ctx, org.Region{Code: code, Name: a.regionName}, a.unit, a.role)
	if err != nil {
		return err
	}
	acc, password, err := s.AddAccount(ctx, org.NewAccount{Name: name, Display: a.display, Post: post.ID})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "account %s (%s), %s %s\ninitial password: %s\n", acc.Name, acc.Display, post.UnitName, post.Name, password)
	return err
}

// publishedName is the name of a prefecture-level unit in the standards' city table, "" for
// every other region: the first account of a city need not spell it.
func publishedName(code region.Code) string {
	reg, err := standard.Builtin()
	if err != nil {
		return ""
	}
	for _, c := range reg.Cities() {
		if code.GB2260() == strconv.Itoa(c.Adcode) {
			return c.Name
		}
	}
	return ""
}

func userActCommand(verb, about string, act func(context.Context, *org.Service, io.Writer, int64) error) command {
	c := command{name: "user " + verb, about: about, usage: "NAME --data DIR | --database URL",
		example: "qingshan user " + verb + " lisi --data /var/lib/qingshan"}
	c.run = func(ctx context.Context, e *env, args []string) int {
		return c.onUser(ctx, e, args, nil, func(ctx context.Context, s *org.Service, name string) error {
			acc, err := s.AccountByName(ctx, name)
			if fault.Is(err, fault.NotFound) {
				return fault.New(fault.NotFound, "no_account", "没有这个账号："+name)
			}
			if err != nil {
				return err
			}
			return act(ctx, s, e.stdout, acc.ID)
		})
	}
	return c
}

func userDisableCommand() command {
	return userActCommand("disable", "Disable an account and end its sessions.", disableUser)
}

func userEnableCommand() command {
	return userActCommand("enable", "Enable a disabled account.", enableUser)
}

func userResetCommand() command {
	return userActCommand("reset", "Give an account a new initial password and end its sessions.", resetUser)
}

func disableUser(ctx context.Context, s *org.Service, w io.Writer, id int64) error {
	acc, err := s.SetDisabled(ctx, id, true)
	if err == nil {
		_, err = fmt.Fprintf(w, "account %s is disabled, its sessions are ended\n", acc.Name)
	}
	return err
}

func enableUser(ctx context.Context, s *org.Service, w io.Writer, id int64) error {
	acc, err := s.SetDisabled(ctx, id, false)
	if err == nil {
		_, err = fmt.Fprintf(w, "account %s is enabled\n", acc.Name)
	}
	return err
}

func resetUser(ctx context.Context, s *org.Service, w io.Writer, id int64) error {
	acc, password, err := s.ResetPassword(ctx, id)
	if err == nil {
		_, err = fmt.Fprintf(w, "account %s\ninitial password: %s\n", acc.Name, password)
	}
	return err
}

// onUser opens the installation and runs do, as the system, on the one account named.
func (c command) onUser(ctx context.Context, e *env, args []string, more func(*flag.FlagSet), do func(context.Context, *org.Service, string) error) int {
	cfg, rest, code, done := c.configured(e, args, more)
	if done {
		return code
	}
	if len(rest) != 1 {
		return c.usageError(e, "want the name of one account; got %q", rest)
	}
	db, err := store.Open(ctx, cfg.Store(), clock.System())
	if err != nil {
		return c.fail(e, err)
	}
	defer func() { _ = db.Close() }() // what was changed is durable already
	roles, err := cfg.LoadRoles()
	if err != nil {
		return c.usageError(e, "%v", err)
	}
	s, err := org.New(db, org.Config{Roles: roles})
	if err == nil {
		err = do(access.With(ctx, access.System("command")), s, rest[0])
	}
	if err != nil {
		return c.fail(e, err)
	}
	return exitOK
}
