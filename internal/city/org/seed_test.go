package org_test

import (
	"strings"
	"testing"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/fault"
)

func TestSeedTwiceChangesNothing(t *testing.T) {
	both(t, func(p *place) {
		units, _ := p.svc.Units(p.system(), "")
		posts, _ := p.svc.Posts(p.system(), 0)
		root := p.as("root")
		if _, err := p.svc.AddHolder(root, p.post("fqcounty").ID, org.NewHolder{Name: "新来的"}); err != nil {
			p.Fatal(err)
		}
		if _, _, err := p.svc.ResetPassword(root, p.account("office").ID); err != nil {
			p.Fatal(err)
		}
		again := seed()
		again.Regions[1].Name = "封丘县（新名）"
		again.Posts[1].Name = "综合岗"
		again.Accounts = append(again.Accounts, org.SeedAccount{Name: "late", Person: "后来", Post: "office"})
		res, err := p.svc.Seed(p.system(), again)
		if err != nil {
			p.Fatal(err)
		}
		if res.NewAccounts != 1 || len(res.Passwords) != 1 || res.Units != len(units) {
			p.Errorf("%+v", res)
		}
		p.login("late", res.Passwords["late"])
		if _, err := p.svc.Login(p.Context(), "office", secret, here); !fault.Is(err, fault.Unauthenticated) {
			p.Error("seeding again undid a reset")
		}
		u2, _ := p.svc.Units(p.system(), "")
		p2, _ := p.svc.Posts(p.system(), 0)
		if len(u2) != len(units) || len(p2) != len(posts) || p.post("office").Name != "综合岗" || len(p.post("fqcounty").Holders) != 2 {
			p.Errorf("%d units, %d posts, %+v", len(u2), len(p2), p.post("fqcounty"))
		}
		if got := p.svc.RegionName(p.Context(), fengqiu); got != "封丘县（新名）" {
			p.Errorf("region %q", got)
		}
		if got := p.svc.RegionName(p.Context(), "440000000000"); got != "" {
			p.Errorf("unknown region %q", got)
		}
	})
}

func TestSeedIsAllOrNothingAndNamesTheEntry(t *testing.T) {
	both(t, func(p *place) {
		for want, spoil := range map[string]func(s *org.Seed){
			"unit x": func(s *org.Seed) {
				s.Units = append(s.Units, org.SeedUnit{Code: "x", Name: "x", Region: city, Parent: "none"})
			},
			"unit y": func(s *org.Seed) { s.Units = append(s.Units, org.SeedUnit{Code: "y", Name: "y", Region: "4107"}) },
			"post x": func(s *org.Seed) {
				s.Posts = append(s.Posts, org.SeedPost{Code: "x", Unit: "fq", Name: "x", Role: "king"})
			},
			"post y": func(s *org.Seed) {
				s.Posts = append(s.Posts, org.SeedPost{Code: "y", Unit: "none", Name: "x", Role: "county"})
			},
			"account X": func(s *org.Seed) { s.Accounts = append(s.Accounts, org.SeedAccount{Name: "X", Post: "office"}) },
			"account nopost": func(s *org.Seed) {
				s.Accounts = append(s.Accounts, org.SeedAccount{Name: "nopost", Person: "x", Post: "none"})
			},
			"region_code": func(s *org.Seed) { s.Regions = append(s.Regions, org.Region{Code: "12"}) },
		} {
			s := seed()
			s.Units[0].Name = "改名"
			spoil(&s)
			_, err := p.svc.Seed(p.system(), s)
			if err == nil || !strings.Contains(err.Error(), want) || !fault.Is(err, fault.Invalid) {
				p.Errorf("%s: %v", want, err)
			}
			if p.unit("shifu").Name != "市人民政府" {
				p.Fatalf("%s: half of it was written", want)
			}
		}
	})
}

func TestAppoint(t *testing.T) {
	both(t, func(p *place) {
		a, err := p.svc.Appoint(p.system(), org.Region{Code: "410702000000", Name: "红旗区"}, "区攻坚办", "administrator")
		p.want("new region", err, "")
		b, err := p.svc.Appoint(p.system(), org.Region{Code: "410702000000"}, "区攻坚办", "administrator")
		p.want("again", err, "")
		if a.ID == 0 || a.ID != b.ID || b.Scope != "410702000000" {
			p.Errorf("%+v %+v", a, b)
		}
		_, err = p.svc.Appoint(p.system(), org.Region{Code: "410703000000"}, "x", "administrator")
		p.want("region without a name", err, "invalid_region")
		_, err = p.svc.Appoint(p.system(), org.Region{Code: city}, "x", "king")
		p.want("no such role", err, "invalid_role")
		_, err = p.svc.Appoint(p.as("root"), org.Region{Code: city}, "x", "administrator")
		p.want("a person", err, "system_only")
	})
}

func TestPersonsOfOneName(t *testing.T) {
	both(t, func(p *place) {
		yj, fq := p.as("yjadmin"), p.as("fqadmin")
		h1, err := p.svc.AddHolder(yj, p.post("yjcounty").ID, org.NewHolder{Name: "王芳"})
		p.want("in one county", err, "")
		h2, err := p.svc.AddHolder(fq, p.post("fqcounty").ID, org.NewHolder{Name: "王芳"})
		p.want("in another", err, "")
		if h1.Person.ID == h2.Person.ID {
			p.Error("a county's administrator reached another county's person")
		}
		root := p.as("root")
		_, err = p.svc.AddHolder(root, p.post("office").ID, org.NewHolder{Name: "王芳"})
		p.want("the city sees both", err, "person_ambiguous")
		h3, err := p.svc.AddHolder(root, p.post("office").ID, org.NewHolder{Person: h1.Person.ID})
		p.want("by id", err, "")
		if h3.Person.Name != "王芳" {
			p.Errorf("%+v", h3)
		}
		_, err = p.svc.AddHolder(fq, p.post("fqcounty").ID, org.NewHolder{Person: h1.Person.ID})
		p.want("another county's person by id", err, "invalid_personId")
	})
}
