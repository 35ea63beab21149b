package org

import (
	"context"
	"fmt"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// Seed is who is who of a data pack. Codes are the pack's own handles: seeding the same pack
// again changes what differs and adds what is new; it never touches an account, a holder or
// a unit that people made.
type Seed struct {
	Regions  []Region // code and name
	Units    []SeedUnit
	Posts    []SeedPost
	Accounts []SeedAccount
	Holders  []SeedHolder
}

// SeedHolder is a person of a pack who holds a post for a time and logs in by single
// sign-on only, if at all. A post that somebody ever held is left as it is.
type SeedHolder struct {
	Post, Person string // code of the post
	Account      string // login name
	From, To     string // civil days; To exclusive, "" while held
}

// SeedUnit is a unit of a pack; parents come first.
type SeedUnit struct {
	Code, Name, Short, Kind string
	Parent                  string // code; "" for none
	Region                  region.Code
}

// SeedPost is a post of a pack.
type SeedPost struct {
	Code  string
	Unit  string // code
	Name  string
	Role  string
	Scope region.Code
}

// SeedAccount is an account of a pack and the person who holds its post.
type SeedAccount struct {
	Name       string
	Display    string // "" is Person
	Person     string
	Post       string // code
	Password   string // "" makes an initial one, returned in SeedResult
	MustChange bool
}

// SeedResult counts what was new.
type SeedResult struct {
	Regions, Units, Posts, Accounts int // in the pack
	NewAccounts                     int
	Passwords                       map[string]string // initial passwords made, by login name
}

// Seed writes a pack's organisation: all of it or nothing. The actor must be the system.
// Errors: invalid, naming the entry.
func (s *Service) Seed(ctx context.Context, p Seed) (SeedResult, error) {
	res := SeedResult{Regions: len(p.Regions), Units: len(p.Units), Posts: len(p.Posts), Accounts: len(p.Accounts),
		Passwords: map[string]string{}}
	if a, _ := access.From(ctx); !a.IsSystem() {
		return res, fault.New(fault.Forbidden, "system_only", "只有系统可以装载数据包")
	}
	fresh, err := s.freshAccounts(ctx, p.Accounts)
	if err != nil {
		return res, err
	}
	hashes := map[string]string{}
	for _, a := range fresh { // before the transaction: each takes 40 ms
		password := a.Password
		if password == "" {
			password = newPassword()
			res.Passwords[a.Name] = password
		}
		if hashes[a.Name], err = s.hasher.hash(ctx, password); err != nil {
			return res, err
		}
	}
	res.NewAccounts = len(fresh)
	err = s.update(ctx, func(tx *store.Tx) error { return s.seed(ctx, tx, p, fresh, hashes) })
	return res, err
}

func (s *Service) seed(ctx context.Context, tx *store.Tx, p Seed, fresh []SeedAccount, hashes map[string]string) error {
	if err := SaveRegions(ctx, tx, p.Regions); err != nil {
		return err
	}
	units, posts := map[string]int64{}, map[string]Post{}
	for _, u := range p.Units {
		id, err := seedUnit(ctx, tx, u, units)
		if err != nil {
			return fmt.Errorf("unit %s: %w", u.Code, err)
		}
		units[u.Code] = id
	}
	for _, x := range p.Posts {
		post, err := s.seedPost(ctx, tx, x, units)
		if err != nil {
			return fmt.Errorf("post %s: %w", x.Code, err)
		}
		posts[x.Code] = post
	}
	for _, a := range fresh {
		if err := s.seedAccount(ctx, tx, a, posts, hashes[a.Name]); err != nil {
			return fmt.Errorf("account %s: %w", a.Name, err)
		}
	}
	for _, h := range p.Holders {
		if err := seedHolder(ctx, tx, h, posts); err != nil {
			return fmt.Errorf("holder of %s: %w", h.Post, err)
		}
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "org.seed", Object: "org", Summary: "装载数据包的组织机构",
		Detail: map[string]int{"regions": len(p.Regions), "units": len(p.Units), "posts": len(p.Posts), "newAccounts": len(fresh)}})
}

// freshAccounts are those whose name is not yet taken.
func (s *Service) freshAccounts(ctx context.Context, list []SeedAccount) ([]SeedAccount, error) {
	var out []SeedAccount
	err := s.db.View(ctx, func(tx *store.Tx) error {
		for _, a := range list {
			if err := checkAccountName(a.Name); err != nil {
				return fmt.Errorf("account %s: %w", a.Name, err)
			}
			_, err := credentialByName(ctx, tx, a.Name)
			if fault.Is(err, fault.NotFound) {
				out = append(out, a)
			} else if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func seedUnit(ctx context.Context, tx *store.Tx, u SeedUnit, units map[string]int64) (int64, error) {
	parent, known := units[u.Parent]
	if u.Parent != "" && !known {
		return 0, invalid("parent", "没有这个上级单位", u.Parent)
	}
	want := Unit{Code: u.Code, Name: u.Name, Short: u.Short, Kind: u.Kind, Region: u.Region, Parent: parent}
	if err := want.check(); err != nil {
		return 0, err
	}
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO unit (code, name, short, kind, region, parent, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (code) DO UPDATE SET name = excluded.name, short = excluded.short, kind = excluded.kind,
			region = excluded.region, parent = excluded.parent RETURNING id`,
		want.Code, want.Name, want.Short, want.Kind, string(want.Region), nullID(parent), tx.NowMS()).Scan(&id)
	return id, err
}

func (s *Service) seedPost(ctx context.Context, tx *store.Tx, x SeedPost, units map[string]int64) (Post, error) {
	unit, known := units[x.Unit]
	if !known {
		return Post{}, invalid("unit", "没有这个单位", x.Unit)
	}
	u, err := unitByID(ctx, tx, unit)
	if err != nil {
		return Post{}, err
	}
	p := Post{Code: x.Code, Unit: unit, UnitName: u.Name, UnitRegion: u.Region, Name: x.Name, Role: x.Role, Scope: x.Scope}
	if err := s.checkPost(ctx, tx, &p); err != nil {
		return Post{}, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO post (code, unit_id, name, role, scope, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (code) DO UPDATE SET unit_id = excluded.unit_id, name = excluded.name, role = excluded.role,
			scope = excluded.scope RETURNING id`,
		p.Code, p.Unit, p.Name, p.Role, string(p.Scope), tx.NowMS()).Scan(&p.ID)
	return p, err
}

func (s *Service) seedAccount(ctx context.Context, tx *store.Tx, x SeedAccount, posts map[string]Post, hash string) error {
	post, known := posts[x.Post]
	if !known {
		return invalid("post", "没有这个岗位", x.Post)
	}
	person, display := x.Person, x.Display
	if display == "" {
		display = person
	}
	if err := checkText("person", "姓名", 40, &person); err != nil {
		return err
	}
	a := Account{Name: x.Name, Display: display, Region: post.UnitRegion, MustChange: x.MustChange || x.Password == "", Language: "zh"}
	var err error
	if a.Person, err = insertPerson(ctx, tx, person, post.UnitRegion); err != nil {
		return err
	}
	if a, err = insertAccount(ctx, tx, a, hash); err != nil {
		return err
	}
	_, err = insertHolder(ctx, tx, Holder{Post: post.ID, Person: a.Person, From: today(tx)})
	return err
}

// Appoint finds or makes, in the caller's name, a unit in a region and a post of a role in
// it, for the first account of an installation. A region that is not known is added under
// name.
func (s *Service) Appoint(ctx context.Context, r Region, unit, role string) (Post, error) {
	known, ok := s.roles.ByID(role)
	if !ok {
		return Post{}, invalid("role", "没有这个角色", role)
	}
	if a, _ := access.From(ctx); !a.IsSystem() {
		return Post{}, fault.New(fault.Forbidden, "system_only", "只有系统管理员可以在命令行办理")
	}
	var out Post
	err := s.update(ctx, func(tx *store.Tx) error {
		if _, err := regionByCode(ctx, tx, r.Code); fault.Is(err, fault.NotFound) {
			if r.Name == "" {
				return invalid("region", "没有这个行政区，请同时给出名称", string(r.Code))
			}
			if err := SaveRegions(ctx, tx, []Region{r}); err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
		var err error
		out, err = s.appoint(ctx, tx, r.Code, unit, known)
		return err
	})
	return out, err
}

func (s *Service) appoint(ctx context.Context, tx *store.Tx, r region.Code, unit string, role access.Role) (Post, error) {
	units, err := unitsWhere(ctx, tx, "region = $1 AND name = $2", string(r), unit)
	if err != nil {
		return Post{}, err
	}
	if len(units) == 0 {
		u := Unit{Name: unit, Region: r}
		if err := u.check(); err != nil {
			return Post{}, err
		}
		if u, err = insertUnit(ctx, tx, u); err != nil {
			return Post{}, err
		}
		units = append(units, u)
	}
	posts, err := postsWhere(ctx, tx, "p.unit_id = $1 AND p.role = $2", units[0].ID, role.ID)
	if err != nil || len(posts) > 0 {
		if err != nil {
			return Post{}, err
		}
		return posts[0], nil
	}
	p := Post{Unit: units[0].ID, UnitName: unit, UnitRegion: r, Name: role.Name, Role: role.ID, Scope: r}
	if err := s.checkPost(ctx, tx, &p); err != nil {
		return Post{}, err
	}
	if p, err = insertPost(ctx, tx, p); err != nil {
		return Post{}, err
	}
	return p, audit.Log(ctx, tx, audit.Entry{Action: "post.add", Object: fmt.Sprintf("post/%d", p.ID), Region: r,
		Summary: "新增岗位 " + unit + " " + p.Name, Detail: p})
}

func seedHolder(ctx context.Context, tx *store.Tx, x SeedHolder, posts map[string]Post) error {
	post, known := posts[x.Post]
	if !known {
		return invalid("post", "没有这个岗位", x.Post)
	}
	var held int
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM holder WHERE post_id = $1", post.ID).Scan(&held); err != nil || held > 0 {
		return err
	}
	if err := checkAccountName(x.Account); err != nil {
		return err
	}
	person, err := insertPerson(ctx, tx, x.Person, post.UnitRegion)
	if err != nil {
		return err
	}
	if _, err := insertAccount(ctx, tx, Account{Name: x.Account, Display: x.Person, Region: post.UnitRegion, Person: person, Language: "zh"}, ""); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO holder (post_id, person_id, from_day, to_day, created_at) VALUES ($1, $2, $3, $4, $5)",
		post.ID, person.ID, x.From, x.To, tx.NowMS())
	return err
}
