package org

import (
	"context"
	"fmt"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

func ownPost() error {
	return fault.New(fault.Forbidden, "own_post", "不能为自己设置或变更岗位，请由其他管理员办理")
}

// NewHolder says who shall hold a post: a known person, or a name.
type NewHolder struct {
	Person int64
	Name   string
	From   string // civil day; "" is today
}

// AddHolder puts a person into a post. A name means the one known person of that name within
// the actor's view, else a new person. Errors: conflict person_ambiguous for a name that
// several bear; forbidden for the actor's own person and for a post wider than its scope.
func (s *Service) AddHolder(ctx context.Context, post int64, n NewHolder) (Holder, error) {
	h := Holder{Post: post, From: n.From}
	err := s.update(ctx, func(tx *store.Tx) error {
		p, err := visiblePost(ctx, tx, access.OrgWrite, post)
		if err != nil {
			return err
		}
		if err := s.checkReach(ctx, tx, p); err != nil {
			return err
		}
		h.From = n.From
		if h.From == "" {
			h.From = today(tx)
		}
		if err := checkDay("from", h.From); err != nil {
			return err
		}
		if h.Person, err = findPerson(ctx, tx, n, p.UnitRegion); err != nil {
			return err
		}
		for _, x := range p.Holders {
			if x.Person.ID == h.Person.ID && (x.To == "" || x.To > h.From) {
				return fault.New(fault.Conflict, "already_holds", h.Person.Name+" 已在该岗位")
			}
		}
		if err := s.notOwn(ctx, tx, Post{Holders: []Holder{h}}); err != nil {
			return err
		}
		return s.fill(ctx, tx, p, &h)
	})
	return h, err
}

// fill writes a holder, moves the person's accounts into the post's region when this is the
// only post, and records it.
func (s *Service) fill(ctx context.Context, tx *store.Tx, p Post, h *Holder) error {
	var err error
	if *h, err = insertHolder(ctx, tx, *h); err != nil {
		return err
	}
	if _, err := touchPost(ctx, tx, p.ID); err != nil {
		return err
	}
	now, err := heldPosts(ctx, tx, s.roles, h.Person.ID, today(tx))
	if err != nil {
		return err
	}
	if len(now) <= 1 {
		if _, err := tx.Exec(ctx, "UPDATE account SET region = $1 WHERE person_id = $2", string(p.UnitRegion), h.Person.ID); err != nil {
			return err
		}
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "holder.add", Object: fmt.Sprintf("post/%d", p.ID), Region: p.UnitRegion,
		Summary: fmt.Sprintf("%s 自 %s 起任 %s %s", h.Person.Name, h.From, p.UnitName, p.Name), Detail: *h})
}

// EndHolder ends somebody's time in a post that was read at a version; to is the first day
// that it is no longer held. It gives the post's new version. Errors: conflict stale.
func (s *Service) EndHolder(ctx context.Context, post, version, holder int64, to string) (out Holder, next int64, err error) {
	if err := checkDay("to", to); err != nil {
		return Holder{}, 0, err
	}
	err = s.update(ctx, func(tx *store.Tx) error {
		p, err := visiblePost(ctx, tx, access.OrgWrite, post)
		if err != nil {
			return err
		}
		if err := s.checkReach(ctx, tx, p); err != nil {
			return err
		}
		if p.Version != version {
			return rest.Stale()
		}
		found := false
		for _, h := range p.Holders {
			if h.ID == holder {
				out, found = h, true
			}
		}
		if !found {
			return access.Hidden()
		}
		if to < out.From {
			return invalid("to", "离任日期不能早于任职日期 "+out.From, to)
		}
		old := out.To
		if old != "" && to > old {
			return fault.New(fault.Conflict, "already_ended", "任期已于 "+old+" 结束，再任请重新任职")
		}
		out.To = to
		if _, err := tx.Exec(ctx, "UPDATE holder SET to_day = $1 WHERE id = $2", to, holder); err != nil {
			return err
		}
		if next, err = touchPost(ctx, tx, post); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "holder.end", Object: fmt.Sprintf("post/%d", post), Region: p.UnitRegion,
			Summary: fmt.Sprintf("%s 自 %s 起不再任 %s %s", out.Person.Name, to, p.UnitName, p.Name),
			Detail:  map[string]any{"holder": out, "oldTo": old}})
	})
	return out, next, err
}

// findPerson resolves a person by id or name among those that the actor may know, or makes a
// new one.
func findPerson(ctx context.Context, tx *store.Tx, n NewHolder, r region.Code) (Person, error) {
	a, _ := access.From(ctx)
	if n.Person == 0 {
		if err := checkText("personName", "姓名", 40, &n.Name); err != nil {
			return Person{}, err
		}
	}
	known, err := personsNamed(ctx, tx, a, n)
	if err != nil {
		return Person{}, err
	}
	switch {
	case len(known) == 1:
		return known[0], nil
	case n.Person != 0:
		return Person{}, invalid("personId", "没有这个人", fmt.Sprint(n.Person))
	case len(known) > 1:
		return Person{}, fault.New(fault.Conflict, "person_ambiguous", fmt.Sprintf("有 %d 位“%s”，请按编号选择", len(known), n.Name))
	}
	return insertPerson(ctx, tx, n.Name, r)
}

// personsNamed lists the persons of an id or name who were first known, hold or held a post,
// or have an account in the actor's scope.
func personsNamed(ctx context.Context, tx *store.Tx, a access.Actor, n NewHolder) ([]Person, error) {
	cond, args := "n.id = $1", []any{any(n.Person)}
	if n.Person == 0 {
		cond, args = "n.name = $1", []any{n.Name}
	}
	own := scopeCond(a, access.OrgWrite, "n.region", "", &args)
	post := scopeCond(a, access.OrgWrite, "u.region", "u.id", &args)
	rows, err := tx.Query(ctx, `SELECT n.id, n.name FROM person n WHERE `+cond+` AND (`+own+` OR EXISTS (
		SELECT 1 FROM holder h JOIN post p ON p.id = h.post_id JOIN unit u ON u.id = p.unit_id WHERE h.person_id = n.id AND `+post+`))
		ORDER BY n.id`, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, func() (p Person, err error) { return p, rows.Scan(&p.ID, &p.Name) })
}

func insertPerson(ctx context.Context, tx *store.Tx, name string, r region.Code) (Person, error) {
	p := Person{Name: name}
	err := tx.QueryRow(ctx, "INSERT INTO person (name, region, created_at) VALUES ($1, $2, $3) RETURNING id", name, string(r), tx.NowMS()).Scan(&p.ID)
	return p, err
}

func personOfAccount(ctx context.Context, tx *store.Tx, account int64) (Person, error) {
	var p Person
	err := tx.QueryRow(ctx, "SELECT n.id, n.name FROM account a JOIN person n ON n.id = a.person_id WHERE a.id = $1", account).Scan(&p.ID, &p.Name)
	return p, err
}
