package org_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/audit"
	"qingshan/internal/rules/region"
)

func regionCode(s string) region.Code { return region.Code(s) }

func ptr[T any](v T) *T { return &v }

const (
	ok      = ""
	no      = "forbidden"      // holds the right nowhere
	hidden  = "not_found"      // holds it, but not there: existence is not revealed
	nobody  = "login_required" //
	tooWide = "wider_than_own" // sees it, but it reaches further than the actor
)

// TestWhoMayDoWhat puts every use case to every kind of account, about records of 封丘县.
func TestWhoMayDoWhat(t *testing.T) {
	both(t, func(p *place) {
		fq, firm, office := p.unit("fq"), p.unit("firm"), p.unit("gongjian")
		post, adminPost, cityPost := p.post("fqcounty"), p.post("fqadmin"), p.post("office")
		county, rootAcc, officeAcc := p.account("fqcounty"), p.account("root"), p.account("office")
		n := 0
		fresh := func(s string) string { n++; return fmt.Sprint(s, n) }
		user := func() string { n++; return fmt.Sprint("user", n) }
		cases := []struct {
			what string
			do   func(ctx context.Context) error
			//  nobody, yjadmin, yjcounty, fqcounty, fqadmin, firm, auditor, root
			want [8]string
		}{
			{"list county units", func(c context.Context) error { _, err := p.svc.Units(c, fengqiu); return err },
				[8]string{nobody, hidden, hidden, ok, ok, ok, ok, ok}},
			{"read unit", func(c context.Context) error { _, err := p.svc.Unit(c, fq.ID); return err },
				[8]string{nobody, hidden, hidden, ok, ok, hidden, ok, ok}},
			{"read own firm", func(c context.Context) error { _, err := p.svc.Unit(c, firm.ID); return err },
				[8]string{nobody, hidden, hidden, ok, ok, ok, ok, ok}},
			{"add unit", func(c context.Context) error {
				_, err := p.svc.AddUnit(c, org.Unit{Name: fresh("单位"), Region: fengqiu})
				return err
			}, [8]string{nobody, hidden, no, no, ok, no, no, ok}},
			{"change unit", func(c context.Context) error {
				_, err := p.svc.ChangeUnit(c, fq.ID, p.unit("fq").Version, org.UnitChange{Short: ptr("县政府")})
				return err
			}, [8]string{nobody, hidden, no, no, ok, no, no, ok}},
			{"read city unit", func(c context.Context) error { _, err := p.svc.Unit(c, office.ID); return err },
				[8]string{nobody, hidden, hidden, hidden, hidden, hidden, ok, ok}},
			{"list posts", func(c context.Context) error { _, err := p.svc.Posts(c, fq.ID); return err },
				[8]string{nobody, hidden, hidden, ok, ok, hidden, ok, ok}},
			{"read post", func(c context.Context) error { _, err := p.svc.Post(c, post.ID); return err },
				[8]string{nobody, hidden, hidden, ok, ok, hidden, ok, ok}},
			{"add post", func(c context.Context) error {
				_, err := p.svc.AddPost(c, org.Post{Unit: fq.ID, Name: fresh("岗"), Role: "county", Scope: fengqiu})
				return err
			}, [8]string{nobody, hidden, no, no, ok, no, no, ok}},
			{"add post with the city's scope", func(c context.Context) error {
				_, err := p.svc.AddPost(c, org.Post{Unit: fq.ID, Name: fresh("岗"), Role: "county", Scope: city})
				return err
			}, [8]string{nobody, hidden, no, no, tooWide, no, no, ok}},
			{"add post that reaches all", func(c context.Context) error {
				_, err := p.svc.AddPost(c, org.Post{Unit: fq.ID, Name: fresh("岗"), Role: "auditor"})
				return err
			}, [8]string{nobody, hidden, no, no, tooWide, no, no, ok}},
			{"change post", func(c context.Context) error {
				_, err := p.svc.ChangePost(c, post.ID, p.post("fqcounty").Version, org.PostChange{Name: ptr("县长")})
				return err
			}, [8]string{nobody, hidden, no, no, ok, no, no, ok}},
			{"raise own post", func(c context.Context) error {
				_, err := p.svc.ChangePost(c, adminPost.ID, p.post("fqadmin").Version, org.PostChange{Role: ptr("campaign_office")})
				if err == nil { // by the root: put back
					_, err = p.svc.ChangePost(c, adminPost.ID, p.post("fqadmin").Version, org.PostChange{Role: ptr("administrator")})
				}
				return err
			}, [8]string{nobody, hidden, no, no, "own_post", no, no, ok}},
			{"fill post", func(c context.Context) error {
				_, err := p.svc.AddHolder(c, post.ID, org.NewHolder{Name: fresh("王")})
				return err
			}, [8]string{nobody, hidden, no, no, ok, no, no, ok}},
			{"fill city post", func(c context.Context) error {
				_, err := p.svc.AddHolder(c, cityPost.ID, org.NewHolder{Name: fresh("王")})
				return err
			}, [8]string{nobody, hidden, no, no, hidden, no, no, ok}},
			{"end holder", func(c context.Context) error {
				x := p.post("fqcounty")
				_, _, err := p.svc.EndHolder(c, x.ID, x.Version, x.Holders[len(x.Holders)-1].ID, "2027-01-01")
				return err
			}, [8]string{nobody, hidden, no, no, ok, no, no, ok}},
			{"list accounts", func(c context.Context) error { _, _, err := p.svc.Accounts(c, org.AccountFilter{}); return err },
				[8]string{nobody, ok, no, no, ok, no, ok, ok}},
			{"read account", func(c context.Context) error { _, err := p.svc.Account(c, county.ID); return err },
				[8]string{nobody, hidden, no, no, ok, no, ok, ok}},
			{"read city account", func(c context.Context) error { _, err := p.svc.Account(c, rootAcc.ID); return err },
				[8]string{nobody, hidden, no, no, hidden, no, ok, ok}},
			{"add account in a post", func(c context.Context) error {
				_, _, err := p.svc.AddAccount(c, org.NewAccount{Name: user(), Display: "新", Post: post.ID})
				return err
			}, [8]string{nobody, hidden, no, no, ok, no, no, ok}},
			{"disable and enable", func(c context.Context) error {
				if _, err := p.svc.SetDisabled(c, county.ID, true); err != nil {
					return err
				}
				_, err := p.svc.SetDisabled(c, county.ID, false)
				return err
			}, [8]string{nobody, hidden, no, no, ok, no, no, ok}},
			{"reset city account", func(c context.Context) error { _, _, err := p.svc.ResetPassword(c, officeAcc.ID); return err },
				[8]string{nobody, hidden, no, no, hidden, no, no, ok}},
			{"see an account's sessions", func(c context.Context) error { _, err := p.svc.Sessions(c, officeAcc.ID); return err },
				[8]string{nobody, hidden, no, no, hidden, no, ok, ok}},
			{"read audit", func(c context.Context) error { _, _, _, err := p.svc.AuditLog(c, audit.Filter{}); return err },
				[8]string{nobody, ok, no, no, ok, no, ok, ok}},
			{"verify audit", func(c context.Context) error { _, err := p.svc.VerifyAudit(c); return err },
				[8]string{nobody, ok, no, no, ok, no, ok, ok}},
			{"roles", func(c context.Context) error { _, err := p.svc.Roles(c); return err }, [8]string{nobody, ok, ok, ok, ok, ok, ok, ok}},
			{"regions below", func(c context.Context) error { _, err := p.svc.Regions(c, fengqiu); return err },
				[8]string{nobody, hidden, hidden, ok, ok, hidden, ok, ok}},
			{"load a pack", func(c context.Context) error { _, err := p.svc.Seed(c, org.Seed{}); return err },
				[8]string{"system_only", "system_only", "system_only", "system_only", "system_only", "system_only", "system_only", "system_only"}},
		}
		for i, name := range []string{"", "yjadmin", "yjcounty", "fqcounty", "fqadmin", "firm", "auditor", "root"} {
			ctx := p.as(name)
			before := len(p.entries())
			for _, c := range cases {
				err := c.do(ctx)
				p.want(name+" / "+c.what, err, c.want[i])
			}
			if name == "" && len(p.entries()) != before {
				p.Error("a refused change was recorded as one")
			}
		}
	})
}

func TestBadInputIsRefusedWithItsField(t *testing.T) {
	both(t, func(p *place) {
		root := p.as("root")
		fq, post, shifu := p.unit("fq"), p.post("fqcounty"), p.unit("shifu")
		for what, c := range map[string]struct {
			err  func() error
			code string
		}{
			"unit without a name": {func() error { _, err := p.svc.AddUnit(root, org.Unit{Name: "  ", Region: city}); return err }, "invalid_name"},
			"unit with a long name": {func() error {
				_, err := p.svc.AddUnit(root, org.Unit{Name: strings.Repeat("长", 101), Region: city})
				return err
			}, "invalid_name"},
			"unit of one name":        {func() error { _, err := p.svc.AddUnit(root, org.Unit{Name: "市攻坚办", Region: city}); return err }, "name_taken"},
			"unit in a bad region":    {func() error { _, err := p.svc.AddUnit(root, org.Unit{Name: "x", Region: "41"}); return err }, "invalid_region"},
			"unit in no known region": {func() error { _, err := p.svc.AddUnit(root, org.Unit{Name: "x", Region: "410799000000"}); return err }, "invalid_region"},
			"unit below none": {func() error {
				_, err := p.svc.AddUnit(root, org.Unit{Name: "x", Region: city, Parent: 9999})
				return err
			}, "invalid_parent"},
			"unit below itself": {func() error {
				_, err := p.svc.ChangeUnit(root, fq.ID, fq.Version, org.UnitChange{Parent: &fq.ID})
				return err
			}, "invalid_parent"},
			"a ring of units": {func() error {
				_, err := p.svc.ChangeUnit(root, shifu.ID, shifu.Version, org.UnitChange{Parent: &fq.ID})
				return err
			}, "invalid_parent"},
			"a stale edit": {func() error { _, err := p.svc.ChangeUnit(root, fq.ID, fq.Version+1, org.UnitChange{}); return err }, "stale"},
			"no such unit": {func() error { _, err := p.svc.ChangeUnit(root, 9999, 1, org.UnitChange{}); return err }, "not_found"},
			"post of no role": {func() error {
				_, err := p.svc.AddPost(root, org.Post{Unit: fq.ID, Name: "x", Role: "king", Scope: city})
				return err
			}, "invalid_role"},
			"post without a scope": {func() error {
				_, err := p.svc.AddPost(root, org.Post{Unit: fq.ID, Name: "x", Role: "county"})
				return err
			}, "invalid_scope"},
			"post of no known scope": {func() error {
				_, err := p.svc.AddPost(root, org.Post{Unit: fq.ID, Name: "x", Role: "county", Scope: "410799000000"})
				return err
			}, "invalid_scope"},
			"post of one name": {func() error {
				_, err := p.svc.AddPost(root, org.Post{Unit: fq.ID, Name: post.Name, Role: "county", Scope: fengqiu})
				return err
			}, "name_taken"},
			"a stale post":          {func() error { _, err := p.svc.ChangePost(root, post.ID, post.Version+1, org.PostChange{}); return err }, "stale"},
			"holder without a name": {func() error { _, err := p.svc.AddHolder(root, post.ID, org.NewHolder{}); return err }, "invalid_personName"},
			"holder from no day": {func() error {
				_, err := p.svc.AddHolder(root, post.ID, org.NewHolder{Name: "x", From: "28.8.2026"})
				return err
			}, "invalid_from"},
			"no such person": {func() error { _, err := p.svc.AddHolder(root, post.ID, org.NewHolder{Person: 9999}); return err }, "invalid_personId"},
			"the holder again": {func() error {
				_, err := p.svc.AddHolder(root, post.ID, org.NewHolder{Name: "演示fqcounty"})
				return err
			}, "already_holds"},
			"a post for oneself": {func() error {
				_, err := p.svc.AddHolder(root, p.post("office").ID, org.NewHolder{Name: "演示root"})
				return err
			}, "own_post"},
			"end before the begin": {func() error {
				_, _, err := p.svc.EndHolder(root, post.ID, post.Version, post.Holders[0].ID, "2026-08-01")
				return err
			}, "invalid_to"},
			"end of nobody": {func() error {
				_, _, err := p.svc.EndHolder(root, post.ID, post.Version, 9999, "2026-09-01")
				return err
			}, "not_found"},
			"account of a bad name": {func() error {
				_, _, err := p.svc.AddAccount(root, org.NewAccount{Name: "Li Si", Display: "x"})
				return err
			}, "invalid_name"},
			"account of a taken name": {func() error {
				_, _, err := p.svc.AddAccount(root, org.NewAccount{Name: "office", Display: "x"})
				return err
			}, "name_taken"},
			"account without a name": {func() error { _, _, err := p.svc.AddAccount(root, org.NewAccount{Name: "lisi"}); return err }, "invalid_displayName"},
			"account in no post": {func() error {
				_, _, err := p.svc.AddAccount(root, org.NewAccount{Name: "lisi", Display: "x", Post: 9999})
				return err
			}, "not_found"},
			"disable oneself":         {func() error { _, err := p.svc.SetDisabled(root, p.account("root").ID, true); return err }, "own_account"},
			"a language nobody reads": {func() error { return p.svc.SetLanguage(root, "fr") }, "invalid_language"},
		} {
			p.want(what, c.err(), c.code)
		}
	})
}

// TestWiderPostProtectsItsAccount: who also holds a city post is out of a county
// administrator's hands, though visible.
func TestWiderPostProtectsItsAccount(t *testing.T) {
	both(t, func(p *place) {
		if _, err := p.svc.AddHolder(p.as("root"), p.post("office").ID, org.NewHolder{Name: "演示fqcounty"}); err != nil {
			p.Fatal(err)
		}
		id, admin := p.account("fqcounty").ID, p.as("fqadmin")
		_, err := p.svc.Account(admin, id)
		p.want("read", err, ok)
		_, _, err = p.svc.ResetPassword(admin, id)
		p.want("reset", err, tooWide)
		_, err = p.svc.SetDisabled(admin, id, true)
		p.want("disable", err, tooWide)
		ctx := p.as("fqcounty")
		list, err := p.svc.Sessions(ctx, 0)
		if err != nil || len(list) != 1 {
			p.Fatal(list, err)
		}
		p.want("revoke", p.svc.Revoke(admin, list[0].ID), tooWide)
		p.want("revoke by another county", p.svc.Revoke(p.as("yjadmin"), list[0].ID), hidden)
		p.want("revoke by a neighbour", p.svc.Revoke(p.as("yjcounty"), list[0].ID), hidden)
	})
}
