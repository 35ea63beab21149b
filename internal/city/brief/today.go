package brief

import (
	"cmp"
	"context"
	"slices"
	"time"

	"qingshan/internal/city/grid"
	"qingshan/internal/city/matter"
	"qingshan/internal/city/org"
	"qingshan/internal/city/situation"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Service answers what an account has to decide today.
type Service struct {
	clk     clock.Clock
	org     *org.Service
	air     *situation.Service
	matters *matter.Service
	grid    *grid.Service
}

// New makes the service.
func New(clk clock.Clock, people *org.Service, air *situation.Service, matters *matter.Service, g *grid.Service) *Service {
	return &Service{clk: clk, org: people, air: air, matters: matters, grid: g}
}

// Today is what the actor of ctx has to decide, and what happened in the region ("" is the
// actor's own) since yesterday 18:00. Errors: not found for a region outside of the scope.
func (s *Service) Today(ctx context.Context, r region.Code) (*Today, error) {
	a, ok := access.From(ctx)
	if !ok || a.Account == 0 && !a.IsSystem() {
		return nil, fault.New(fault.Unauthenticated, "login_required", "请先登录")
	}
	now := s.clk.Now().In(clock.Shanghai)
	out := &Today{Clock: now.Format(time.RFC3339), Date: now.Format(time.DateOnly), DayOfYear: now.YearDay(), Sentences: []string{}, SentencesEN: []string{},
		Decisions: []Decision{}, Targets: []Target{}, Night: []Happened{}}
	if r == "" {
		r = home(a)
	}
	out.Scope = s.org.RegionName(ctx, r)
	for _, part := range []func(context.Context, access.Actor, region.Code, *Today) error{s.decide, s.addAir, s.addNight} {
		if err := part(ctx, a, r, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// home is the region that an account looks after: of its matters, else of its air.
func home(a access.Actor) region.Code {
	for _, action := range []access.Action{access.MatterRead, access.AirRead, access.OrgRead} {
		for _, r := range a.Scopes(action) {
			if r != "" {
				return r
			}
		}
	}
	return ""
}

// decide collects what waits for this person and shows the most urgent.
func (s *Service) decide(ctx context.Context, a access.Actor, r region.Code, out *Today) error {
	var all []Decision
	more := 0
	for _, source := range []func(context.Context, access.Actor, region.Code) ([]Decision, int, error){s.mine, s.requests, s.dueElsewhere, s.gridFaults} {
		list, rest, err := source(ctx, a, r)
		if err != nil {
			return err
		}
		all, more = append(all, list...), more+rest
	}
	slices.SortStableFunc(all, func(x, y Decision) int { return cmp.Compare(x.order, y.order) })
	if len(all) > Most {
		more += len(all) - Most
		all = all[:Most]
	}
	out.Decisions, out.More = append(out.Decisions, all...), more
	return nil
}

// addAir adds yesterday, the newest hour and the targets, as far as the account sees air.
func (s *Service) addAir(ctx context.Context, a access.Actor, r region.Code, out *Today) error {
	if !a.Can(access.AirRead, r) && len(a.Scopes(access.AirRead)) == 0 {
		return nil
	}
	for _, read := range []func() (zh, en string, err error){
		func() (string, string, error) {
			yesterday := calendar.DayOf(s.clk.Now().UnixMilli()) - 1
			d, err := s.air.Day(ctx, r, yesterday.String(), time.Time{})
			if err != nil {
				return "", "", err
			}
			return d.Answer, d.AnswerEN, nil
		},
		func() (string, string, error) {
			n, err := s.air.Now(ctx, r, time.Time{}, nil)
			if err != nil {
				return "", "", err
			}
			return n.Answer, n.AnswerEN, nil
		},
	} {
		zh, en, err := read()
		if missing(err) {
			continue
		}
		if err != nil {
			return err
		}
		out.Sentences, out.SentencesEN = append(out.Sentences, zh), append(out.SentencesEN, en)
	}
	return s.addTargets(ctx, r, out)
}

// missing tells that there is nothing to say, which is no failure here.
func missing(err error) bool {
	return fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden)
}
