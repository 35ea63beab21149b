// Package access says who may do what, where. An Actor is an account in its posts, carried
// in the context; a grant is what one post's role allows inside that post's scope. Services
// call Require before they touch a record, so that a permission is checked in one place and
// not in the page or the route.
package access

import (
	"context"
	"slices"

	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/region"
)

// Action is something that can be allowed, e.g. "air.read".
type Action string

// ScopeKind says what bounds the actions of a role.
type ScopeKind string

// The kinds of scope.
const (
	ScopeAll    ScopeKind = "all"    // everything the installation holds
	ScopeRegion ScopeKind = "region" // the post's region and what lies in it
	ScopeUnit   ScopeKind = "unit"   // the post's unit and the units below it
	ScopeOwn    ScopeKind = "own"    // the post's own unit only
)

// Grant is what one post allows its holder: the actions of its role inside its scope.
type Grant struct {
	Role    string
	Post    int64
	Kind    ScopeKind
	Region  region.Code // for ScopeRegion
	Units   []int64     // for ScopeUnit and ScopeOwn
	Actions []Action
}

// covers tells whether the grant reaches a region as a whole.
func (g Grant) covers(r region.Code) bool {
	switch g.Kind {
	case ScopeAll:
		return true
	case ScopeRegion:
		return region.Contains(g.Region, r)
	}
	return false
}

// Actor is who acts: an account, or the system itself.
type Actor struct {
	Account  int64  // 0 for the system and for a person who is not logged in
	Name     string // the login name, or "system:NAME"
	Display  string // the name shown to people
	Person   string // the natural person behind the account; "" for a technical account
	Post     int64  // the post acted in; 0 when the account holds none
	Session  string // id of the login session; "" outside of one
	Language string // "zh" or "en"
	// MustChangePassword bars every action until the initial password was replaced.
	MustChangePassword bool

	grants []Grant
	system bool
}

// System is the program itself, with all rights: jobs, the command line, start-up. name says
// which part, e.g. "import".
func System(name string) Actor {
	return Actor{Name: "system:" + name, Display: "系统", system: true}
}

// Anonymous is somebody who is not logged in, for the record of a failed login under a name.
// It may do nothing.
func Anonymous(name string) Actor { return Actor{Name: name} }

// WithGrants is the actor with these grants in place of its own.
func (a Actor) WithGrants(g ...Grant) Actor {
	a.grants = slices.Clone(g)
	return a
}

// IsSystem tells whether the actor is the program itself.
func (a Actor) IsSystem() bool { return a.system }

// Has tells whether the actor holds the action anywhere, even for one unit only.
func (a Actor) Has(action Action) bool {
	if a.system || action == LoggedIn {
		return a.system || a.Account != 0
	}
	return slices.ContainsFunc(a.grants, func(g Grant) bool { return slices.Contains(g.Actions, action) })
}

// Can tells whether the actor holds the action for a whole region. A region of "" means
// everything the installation holds: only ScopeAll reaches it.
func (a Actor) Can(action Action, r region.Code) bool {
	if a.system {
		return true
	}
	return slices.ContainsFunc(a.grants, func(g Grant) bool {
		return slices.Contains(g.Actions, action) && g.covers(r)
	})
}

// CanUnit tells whether the actor holds the action for a unit that lies in a region: by the
// region, or because the unit is its own or below its own.
func (a Actor) CanUnit(action Action, r region.Code, unit int64) bool {
	if a.Can(action, r) {
		return true
	}
	return slices.ContainsFunc(a.grants, func(g Grant) bool {
		return slices.Contains(g.Actions, action) && slices.Contains(g.Units, unit)
	})
}

// All tells whether the actor holds the action for everything the installation holds.
func (a Actor) All(action Action) bool { return a.Can(action, "") }

// Scopes are the regions for which the actor holds the action, without those that lie in
// another of them, in the order of the codes. An actor with ScopeAll has the one scope "":
// test All before filtering a query by regions.
func (a Actor) Scopes(action Action) []region.Code {
	if a.All(action) {
		return []region.Code{""}
	}
	var out []region.Code
	for _, g := range a.grants {
		if g.Kind == ScopeRegion && slices.Contains(g.Actions, action) {
			out = append(out, g.Region)
		}
	}
	return outermost(out)
}

// UnitScopes are the units for which the actor holds the action beside its regions.
func (a Actor) UnitScopes(action Action) []int64 {
	var out []int64
	for _, g := range a.grants {
		if slices.Contains(g.Actions, action) {
			out = append(out, g.Units...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func outermost(in []region.Code) []region.Code {
	slices.Sort(in) // a parent sorts before its children
	var out []region.Code
	for _, r := range in {
		if !slices.ContainsFunc(out, func(p region.Code) bool { return region.Contains(p, r) }) {
			out = append(out, r)
		}
	}
	return out
}

// Permissions are all actions the actor holds anywhere, sorted.
func (a Actor) Permissions() []Action {
	if a.system {
		return Actions()
	}
	var out []Action
	for _, g := range a.grants {
		out = append(out, g.Actions...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Grants are the actor's grants, one for each post held.
func (a Actor) Grants() []Grant { return slices.Clone(a.grants) }

// Require is the check at the head of a use case on a region's records. Errors:
// unauthenticated without an actor; forbidden before the first password change and when the
// actor holds the action nowhere; not found when it holds the action, but not for this
// region, so that an answer never tells what exists elsewhere.
func Require(ctx context.Context, action Action, r region.Code) (Actor, error) {
	a, err := RequireAnywhere(ctx, action)
	if err == nil && !a.Can(action, r) {
		return a, Hidden()
	}
	return a, err
}

// RequireUnit is Require for a record that belongs to a unit in a region.
func RequireUnit(ctx context.Context, action Action, r region.Code, unit int64) (Actor, error) {
	a, err := RequireAnywhere(ctx, action)
	if err == nil && !a.CanUnit(action, r, unit) {
		return a, Hidden()
	}
	return a, err
}

// RequireAnywhere is the check of a use case without a region of its own: the caller filters
// by Scopes and UnitScopes, or the record belongs to the whole installation and nobody.
func RequireAnywhere(ctx context.Context, action Action) (Actor, error) {
	a, ok := From(ctx)
	switch {
	case !ok, !a.system && a.Account == 0:
		return a, fault.New(fault.Unauthenticated, "login_required", "请先登录")
	case a.MustChangePassword:
		return a, PasswordChangeRequired()
	case !a.Has(action):
		return a, fault.New(fault.Forbidden, "forbidden", "您的岗位没有这项权限")
	}
	return a, nil
}

// Hidden is the answer for what does not exist and for what the actor may not know exists.
func Hidden() *fault.Error { return fault.New(fault.NotFound, "not_found", "没有找到") }

// PasswordChangeRequired is the answer to everything until the initial password was replaced.
func PasswordChangeRequired() *fault.Error {
	return fault.New(fault.Forbidden, "password_change_required", "首次登录请先修改初始密码")
}
