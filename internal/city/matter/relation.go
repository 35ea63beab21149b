package matter

import (
	"slices"
	"strconv"
	"strings"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/region"
)

// levels are the relations that a role answers for by its scope, from the ground up. A
// relation that finds nobody climbs to the next level that has somebody.
var levels = []struct{ token, role string }{
	{"township", "township"}, {"county", "county"}, {"city", "campaign_office"},
}

// roleOf is the role behind a relation, "" for relations that are no role.
func roleOf(token string) string {
	for _, l := range levels {
		if l.token == token {
			return l.role
		}
	}
	role, _ := strings.CutPrefix(token, "role:")
	if role == token {
		return ""
	}
	return role
}

// ball is who holds the ball: a post, or a unit as a whole.
type ball struct {
	token      string
	post, unit int64
	climb      string // relations that had nobody
}

// resolve finds who answers for a relation of a matter. A relation that has nobody climbs:
// from a cell to the township, to the county, to the city's campaign office; what was passed
// over is kept. Errors: conflict no_holder when there is nobody up to the top.
func (w *work) resolve(m *Matter, token string, parties []Party) (ball, error) {
	b := ball{token: token}
	var passed []string
	for at := token; ; {
		post, unit, err := w.find(m, at, parties)
		if err != nil {
			return b, err
		}
		if post != 0 || unit != 0 {
			b.post, b.unit, b.climb = post, unit, strings.Join(passed, ",")
			return b, nil
		}
		passed = append(passed, at)
		next := above(at)
		if next == "" {
			break
		}
		at = next
	}
	// A vacant post of the campaign office is still better than nobody.
	for _, seat := range w.dir.Covering("campaign_office", m.Region) {
		b.post, b.unit, b.climb = seat.ID, seat.Unit, strings.Join(append(passed, "vacant"), ",")
		return b, nil
	}
	zh, _ := kind.RelationName(token)
	return b, fault.Newf(fault.Conflict, "no_holder", "%s没有“%s”岗位，上级也没有可以承办的岗位：请先在系统管理中设岗", w.dir.RegionName(m.Region), zh)
}

// above is the level that takes the ball when a relation has nobody.
func above(token string) string {
	switch {
	case token == "city":
		return ""
	case token == "county", token == "role:county":
		return "city"
	case token == "township", token == "role:township":
		return "county"
	case strings.HasPrefix(token, "cell:"):
		return "township"
	case strings.HasPrefix(token, "role:grid_"):
		return "township"
	case strings.HasPrefix(token, "role:"):
		return "city"
	}
	return "township" // reporter, owner, assigner, checker who are gone
}

func (w *work) find(m *Matter, token string, parties []Party) (post, unit int64, err error) {
	if role := roleOf(token); role != "" {
		for _, seat := range w.dir.Covering(role, m.Region) {
			if w.free(seat) {
				return seat.ID, seat.Unit, nil
			}
		}
		return 0, 0, nil
	}
	if role, isCell := strings.CutPrefix(token, "cell:"); isCell {
		return w.findInCell(m, role)
	}
	for _, p := range parties {
		if p.Relation != token || p.Until != 0 {
			continue
		}
		if seat := w.dir.Posts[p.Post]; seat != nil && (seat.Held() || p.Account != 0) {
			return seat.ID, seat.Unit, nil
		}
		if p.Post == 0 && p.Unit != 0 && w.anybody(p.Unit) {
			return 0, p.Unit, nil
		}
	}
	return 0, 0, nil
}

func (w *work) anybody(unit int64) bool {
	return slices.ContainsFunc(w.dir.OfUnit(unit), func(s *org.Seat) bool { return s.Held() })
}

func (w *work) findInCell(m *Matter, role string) (post, unit int64, err error) {
	if w.s.places == nil || m.Cell == 0 {
		return 0, 0, nil
	}
	posts, err := w.s.places.CellPosts(w.ctx, w.Tx, m.Cell, role)
	if err != nil {
		return 0, 0, err
	}
	for _, id := range posts {
		if seat := w.dir.Posts[id]; seat != nil && w.free(seat) {
			return seat.ID, seat.Unit, nil
		}
	}
	return 0, 0, nil
}

// free tells whether the ball can go to a post: somebody is there, and the post is not to be
// passed by.
func (w *work) free(seat *org.Seat) bool {
	return seat.Held() && (w.excluded == nil || !w.excluded(seat))
}

// relations are all relations in which the actor stands to a matter; parties are the open
// ones.
func (w *work) relations(m *Matter, parties []Party) (map[string]bool, error) {
	rel := map[string]bool{}
	if w.me.IsSystem() {
		rel["system"] = true
		return rel, nil
	}
	for _, p := range parties {
		if p.Until == 0 && w.me.is(p) {
			rel[p.Relation] = true
		}
	}
	for _, g := range w.me.Grants() {
		if !w.me.reaches(g, m) {
			continue
		}
		rel["role:"+g.Role] = true
		for _, l := range levels {
			if l.role == g.Role {
				rel[l.token] = true
			}
		}
	}
	if m.ID == 0 || m.HolderToken == "" {
		return rel, w.cellRelations(m, rel)
	}
	if w.me.is(Party{Post: m.HolderPost, Unit: m.HolderUnit}) {
		rel[HolderOf] = true
		rel[m.HolderToken] = true // whoever stands in for a level that has nobody acts in its place
	}
	rel["superior"] = w.me.above(m)
	return rel, w.cellRelations(m, rel)
}

// cellRelations adds the posts that the actor has in the matter's cell.
func (w *work) cellRelations(m *Matter, rel map[string]bool) error {
	if w.s.places == nil || m.Cell == 0 {
		return nil
	}
	for _, role := range []string{"chief", "officer", "patroller", "supervisor"} {
		if !slices.ContainsFunc(w.me.seats, func(s *org.Seat) bool { return s.Role == "grid_"+role }) {
			continue
		}
		posts, err := w.s.places.CellPosts(w.ctx, w.Tx, m.Cell, role)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(posts, func(p int64) bool { return slices.Contains(w.me.posts, p) }) {
			rel["cell:"+role] = true
		}
	}
	return nil
}

// is tells whether the actor is a party: in its post, as a member of its unit when no post is
// named, or as the account.
func (me *self) is(p Party) bool {
	switch {
	case p.Post != 0:
		return slices.Contains(me.posts, p.Post)
	case p.Unit != 0:
		return slices.Contains(me.units, p.Unit)
	}
	return p.Account != 0 && p.Account == me.Account
}

// reaches tells whether a grant's scope holds the matter.
func (me *self) reaches(g access.Grant, m *Matter) bool {
	switch g.Kind {
	case access.ScopeAll:
		return true
	case access.ScopeRegion:
		return region.Contains(g.Region, m.Region)
	}
	return m.Subject != 0 && slices.Contains(g.Units, m.Subject)
}

// above tells whether the actor holds a post that may assign or approve in a scope wider than
// that of whoever holds the ball.
func (me *self) above(m *Matter) bool {
	scope := m.Region
	if seat := me.dir.Posts[m.HolderPost]; seat != nil && seat.Scope != "" {
		scope = seat.Scope
	} else if u := me.dir.Units[m.HolderUnit]; u != nil {
		scope = u.Region
	}
	for _, g := range me.Grants() {
		may := slices.Contains(g.Actions, access.MatterAssign) || slices.Contains(g.Actions, access.MatterAllow)
		if may && (g.Kind == access.ScopeAll || g.Kind == access.ScopeRegion && g.Region != scope && region.Contains(g.Region, scope)) {
			return true
		}
	}
	return false
}

// who is the actor as the kind judges it, acting in the post that fits best.
func (w *work) who(m *Matter, parties []Party) (kind.Who, error) {
	rel, err := w.relations(m, parties)
	out := kind.Who{Account: w.me.Account, Post: w.me.Post, Posts: w.me.posts, Units: w.me.units, Relations: rel}
	if w.me.person != 0 {
		out.Person = "person/" + strconv.FormatInt(w.me.person, 10)
	}
	if slices.Contains(w.me.posts, m.HolderPost) {
		out.Post = m.HolderPost
	} else if m.HolderPost == 0 {
		for _, s := range w.me.seats {
			if m.HolderUnit != 0 && s.Unit == m.HolderUnit {
				out.Post = s.ID
				break
			}
		}
	}
	if seat := w.dir.Posts[out.Post]; seat != nil {
		out.Unit = seat.Unit
	}
	return out, err
}

// accounts lists the accounts behind a post or a unit.
func accounts(d *org.Directory, post, unit int64) []int64 {
	if seat := d.Posts[post]; seat != nil {
		return seat.Accounts
	}
	var out []int64
	for _, s := range d.OfUnit(unit) {
		out = append(out, s.Accounts...)
	}
	return out
}
