package org

import (
	"context"
	"fmt"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// Posts lists the posts of a unit (0: of all units) that the actor may see, with everybody
// who held them.
func (s *Service) Posts(ctx context.Context, unit int64) ([]Post, error) {
	a, err := access.RequireAnywhere(ctx, access.OrgRead)
	if err != nil {
		return nil, err
	}
	var args []any
	cond := scopeCond(a, access.OrgRead, "u.region", "u.id", &args)
	var out []Post
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if unit != 0 {
			if _, err := visibleUnit(ctx, tx, access.OrgRead, unit); err != nil {
				return err
			}
			args = append(args, unit)
			cond += fmt.Sprintf(" AND u.id = $%d", len(args))
		}
		out, err = postsWhere(ctx, tx, cond, args...)
		return err
	})
	return out, err
}

// Post reads one post with its holders.
func (s *Service) Post(ctx context.Context, id int64) (Post, error) {
	var out Post
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		out, err = visiblePost(ctx, tx, access.OrgRead, id)
		return err
	})
	return out, err
}

func visiblePost(ctx context.Context, tx *store.Tx, action access.Action, id int64) (Post, error) {
	if _, err := access.RequireAnywhere(ctx, action); err != nil {
		return Post{}, err
	}
	list, err := postsWhere(ctx, tx, "p.id = $1", id)
	if err != nil {
		return Post{}, err
	}
	if len(list) == 0 {
		return Post{}, access.Hidden()
	}
	_, err = access.RequireUnit(ctx, action, list[0].UnitRegion, list[0].Unit)
	return list[0], err
}

// AddPost adds a post to a unit. Errors: forbidden wider_than_own when the post's scope would
// reach beyond the actor's own.
func (s *Service) AddPost(ctx context.Context, p Post) (Post, error) {
	err := s.update(ctx, func(tx *store.Tx) error {
		u, err := visibleUnit(ctx, tx, access.OrgWrite, p.Unit)
		if err != nil {
			return err
		}
		p.UnitName, p.UnitRegion, p.Holders = u.Name, u.Region, nil
		if err := s.checkPost(ctx, tx, &p); err != nil {
			return err
		}
		if p, err = insertPost(ctx, tx, p); err != nil {
			return nameTaken(err, "name", "该单位已有同名岗位", p.Name)
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "post.add", Object: fmt.Sprintf("post/%d", p.ID), Region: u.Region,
			Summary: "新增岗位 " + u.Name + " " + p.Name, Detail: p})
	})
	return p, err
}

// PostChange is an edit; nil leaves a field as it is.
type PostChange struct {
	Name, Role *string
	Scope      *region.Code
}

// ChangePost edits a post that was read at a version. Whoever holds it gets the new rights at
// once. Errors: conflict stale; forbidden when its old or new scope is wider than the actor's.
func (s *Service) ChangePost(ctx context.Context, id, version int64, c PostChange) (Post, error) {
	var out Post
	err := s.update(ctx, func(tx *store.Tx) error {
		old, err := visiblePost(ctx, tx, access.OrgWrite, id)
		if err != nil {
			return err
		}
		if err := s.checkReach(ctx, tx, old); err != nil {
			return err
		}
		if old.Version != version {
			return stale()
		}
		out = old
		assign(&out.Name, c.Name)
		assign(&out.Role, c.Role)
		if c.Scope != nil {
			out.Scope = *c.Scope
		}
		if err := s.checkPost(ctx, tx, &out); err != nil {
			return err
		}
		if err := s.notOwn(ctx, tx, old); err != nil {
			return err
		}
		out.Version++
		if err := updatePost(ctx, tx, out); err != nil {
			return nameTaken(err, "name", "该单位已有同名岗位", out.Name)
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "post.change", Object: fmt.Sprintf("post/%d", id), Region: out.UnitRegion,
			Summary: "修改岗位 " + out.UnitName + " " + out.Name, Detail: map[string]any{"old": old, "new": out}})
	})
	return out, err
}

// checkPost sees that the role exists and the scope is one that the role takes and the actor
// may give.
func (s *Service) checkPost(ctx context.Context, tx *store.Tx, p *Post) error {
	if err := checkText("name", "岗位名称", 60, &p.Name); err != nil {
		return err
	}
	role, known := s.roles.ByID(p.Role)
	if !known {
		return invalid("role", "没有这个角色", p.Role)
	}
	if role.Scope != access.ScopeRegion {
		p.Scope = ""
		return s.checkReach(ctx, tx, *p)
	}
	if !p.Scope.Valid() {
		return invalid("scope", "管辖范围应为 12 位行政区代码", string(p.Scope))
	}
	if err := s.checkReach(ctx, tx, *p); err != nil {
		return err
	}
	if _, err := regionByCode(ctx, tx, p.Scope); err != nil {
		return invalid("scope", "没有这个行政区", string(p.Scope))
	}
	return nil
}

// checkReach refuses to give, change or fill a post that reaches further than the actor's
// own right to do so.
func (s *Service) checkReach(ctx context.Context, tx *store.Tx, p Post) error {
	a, err := access.RequireAnywhere(ctx, access.OrgWrite)
	if err != nil {
		return err
	}
	scope := p.Scope
	if role, known := s.roles.ByID(p.Role); known && (role.Scope == access.ScopeOwn || role.Scope == access.ScopeUnit) {
		scope = p.UnitRegion
	}
	ok, err := reach(ctx, tx, a, access.OrgWrite, scope)
	if err == nil && !ok {
		err = wider()
	}
	return err
}

// notOwn keeps people from raising themselves: nobody changes or fills a post for themselves.
func (s *Service) notOwn(ctx context.Context, tx *store.Tx, p Post) error {
	a, _ := access.From(ctx)
	if a.IsSystem() {
		return nil
	}
	me, err := personOfAccount(ctx, tx, a.Account)
	if err != nil {
		return err
	}
	for _, h := range p.Holders {
		if h.Person.ID == me.ID && (h.To == "" || h.To > today(tx)) {
			return ownPost()
		}
	}
	return nil
}
