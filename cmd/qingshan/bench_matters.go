package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/geo"
	"qingshan/internal/rules/region"
	"qingshan/internal/server"
)

// benchedMatters are the data calls of the pages of matters; {A} is a county.
var benchedMatters = []string{
	"/matters", "/matters?region={A}", "/matters?sort=updated", "/matters?type=working", "/matters?kind=grid&due=week", "/matters?holder=me",
	"/matters?category=dust&region={A}", "/matters?q=%E7%AC%AC333%E6%9D%91", "/matters?q=%E6%89%AC%E5%B0%98&sort=updated", "/matters/board", "/matters/board?region={A}",
	"/matters/board?category=dust", "/matters/counts", "/matters/points?bbox=113.9,35.2,114.1,35.4", "/matters/calendar",
}

// countyOutcome is the outcome of a county's grid over a year, by town. It is timed with nobody
// beside: a report that is opened now and then, not a page that everybody has open.
const countyOutcome = "/grid/outcome?region={A}&by=town&from=2025-08-28&to=2026-08-27"

const (
	benchCounties = 10
	benchTowns    = 15 // in each county
	benchPassword = "Weihe-3917-liu-mei"
)

// mattersBenchResult holds times in ms. The users' calls are whole HTTP round trips beside each
// other and beside the moves; cpu_ms_by_call is the processor time of server and client for one
// call with nobody beside, each after a move, so that nothing is answered from a warm cache: it
// is what stays the same when other work loads the machine.
type mattersBenchResult struct {
	Job     string             `json:"job"`
	Matters int                `json:"matters"`
	Events  int                `json:"events"`
	FillS   float64            `json:"fill_s"`
	Users   int                `json:"users"`
	Calls   int                `json:"calls"`
	PerS    float64            `json:"calls_per_s"`
	P50     float64            `json:"p50_ms"`
	P99     float64            `json:"p99_ms"`
	Moves   int                `json:"moves"`
	Move50  float64            `json:"move_p50_ms"`
	Move99  float64            `json:"move_p99_ms"`
	MoveCPU float64            `json:"move_cpu_ms"`
	County  float64            `json:"county_outcome_ms"` // median, nobody beside
	Half    map[string]float64 `json:"p50_ms_by_call"`
	Page    map[string]float64 `json:"p99_ms_by_call"`
	CPU     map[string]float64 `json:"cpu_ms_by_call"`
	Errors  int                `json:"errors"`
}

func benchMattersCommand() command {
	c := command{
		name:    "bench matters",
		about:   "Time lists, boards, maps and transitions of matters with many users at once (DIR is filled when empty).",
		usage:   "--dir DIR [--matters 100000] [--users 50] [--for 10s] [--think 500ms]",
		example: "qingshan bench matters --dir /tmp/bench-matters",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		o := mattersBench{}
		fs.StringVar(&o.dir, "dir", "", "`FOLDER` of the database")
		fs.IntVar(&o.n, "matters", 100_000, "how many matters")
		fs.IntVar(&o.users, "users", 50, "how many users at once")
		fs.DurationVar(&o.span, "for", 10*time.Second, "how long")
		fs.DurationVar(&o.think, "think", 500*time.Millisecond, "mean pause of a user between two calls")
		fs.StringVar(&o.profile, "cpu-profile", "", "write a processor profile of the users' time to `FILE`")
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		if len(rest) > 0 || o.dir == "" || o.users < 1 || o.n < 100 {
			return c.usageError(e, "wants --dir DIR, at least one user and 100 matters")
		}
		res, err := o.run(ctx)
		if err != nil {
			return c.fail(e, err)
		}
		if err := json.NewEncoder(e.stdout).Encode(res); err != nil {
			return c.fail(e, err)
		}
		return exitOK
	}
	return c
}

// mattersBench is what the flags say.
type mattersBench struct {
	dir, profile string
	n, users     int
	span, think  time.Duration
}

var benchNow = time.Date(2026, 8, 28, 9, 0, 0, 0, clock.Shanghai)

func (o mattersBench) run(ctx context.Context) (*mattersBenchResult, error) {
	cfg := server.Default()
	cfg.Data, cfg.Addr = o.dir, "127.0.0.1:0"
	cfg.Roles = []server.Role{server.RoleWeb}
	s, err := server.New(ctx, cfg, server.Options{Clock: clock.NewManual(benchNow), Version: version})
	if err != nil {
		return nil, err
	}
	res := &mattersBenchResult{Job: "matters", Users: o.users, Half: map[string]float64{}, Page: map[string]float64{}, CPU: map[string]float64{}}
	system := access.With(ctx, access.System("bench"))
	watch := clock.Start()
	if err := o.fill(system, s.Rooms(), res); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	res.FillS = ms(watch.Elapsed()) / 1000
	if err := s.Listen(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(running) }()
	if failed := profiled(o.profile, func() { err = o.measure(ctx, s, res) }); err == nil {
		err = failed
	}
	stop()
	return res, errors.Join(err, <-ended)
}

// mattersCounty and mattersTown are the regions of the bench's city.
func mattersCounty(c int) region.Code { return region.MustParse(fmt.Sprintf("4107%02d", c+2)) }
func mattersTown(c, t int) region.Code {
	return region.MustParse(fmt.Sprintf("4107%02d%03d", c+2, t+100))
}

func (o mattersBench) fill(ctx context.Context, r server.Rooms, res *mattersBenchResult) error {
	s := org.Seed{Regions: []org.Region{{Code: "410700000000", Name: "新乡市"}}, Units: []org.SeedUnit{{Code: "city", Name: "市攻坚办", Kind: "campaign", Region: "410700000000"}}}
	add := func(code, unit, role string, scope region.Code) {
		s.Posts = append(s.Posts, org.SeedPost{Code: code, Unit: unit, Name: code + "岗", Role: role, Scope: scope})
		s.Accounts = append(s.Accounts, org.SeedAccount{Name: "bench-" + code, Person: "人" + code, Post: code, Password: benchPassword})
	}
	add("office", "city", "campaign_office", "410700000000")
	for c := range benchCounties {
		unit, code := fmt.Sprintf("c%d", c), mattersCounty(c)
		s.Regions = append(s.Regions, org.Region{Code: code, Name: fmt.Sprintf("第%d县", c+1)})
		s.Units = append(s.Units, org.SeedUnit{Code: unit, Name: unit + "攻坚办", Kind: "campaign", Region: code})
		add(unit, unit, "county", code)
		for t := range benchTowns {
			town, code := fmt.Sprintf("c%dt%d", c, t), mattersTown(c, t)
			s.Regions = append(s.Regions, org.Region{Code: code, Name: town + "乡"})
			s.Units = append(s.Units, org.SeedUnit{Code: town, Name: town + "乡政府", Kind: "government", Region: code})
			if t == 0 { // an account takes 40 ms to make
				add(town, town, "township", code)
			} else {
				s.Posts = append(s.Posts, org.SeedPost{Code: town, Unit: town, Name: "环保所", Role: "township", Scope: code})
			}
		}
	}
	if _, err := r.Org.Seed(ctx, s); err != nil {
		return err
	}
	p, err := r.Matters.List(ctx, matter.Query{Sort: "opened", Limit: 1})
	if err != nil || p.Total >= o.n {
		res.Matters = p.Total
		return err
	}
	return o.fillMatters(ctx, r, res)
}

// rounds are the ways that a matter has gone so far, in the kind's own steps.
var rounds = [][]string{
	{"register"},
	{"register", "assign"},
	{"register", "assign", "accept"},
	{"register", "assign", "accept", "submit", "rework", "submit"},
	{"register", "assign", "decline", "reassign", "accept", "submit", "rework", "submit", "rework", "submit", "close"},
}

func (o mattersBench) fillMatters(ctx context.Context, r server.Rooms, res *mattersBenchResult) error {
	dir, err := r.Org.Directory(ctx)
	if err != nil {
		return err
	}
	posts := map[string]*org.Seat{}
	for _, p := range dir.Posts {
		posts[p.Code] = p
	}
	k := r.Matters.InForce()[slices.IndexFunc(r.Matters.InForce(), func(k *kind.Kind) bool { return k.ID == "grid" })]
	rnd := rand.New(rand.NewPCG(1, 2))
	var batch []matter.Past
	for i := range o.n {
		round := rounds[len(rounds)-1] // nine of ten are closed
		if i%10 == 0 {
			round = rounds[i/10%(len(rounds)-1)]
		}
		p, err := benchPast(k, rnd, posts, i, o.n, round)
		if err != nil {
			return err
		}
		res.Events += len(p.Record)
		if batch = append(batch, p); len(batch) == 2000 || i == o.n-1 {
			if err := r.Matters.Fill(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	res.Matters = o.n
	return nil
}

func benchPast(k *kind.Kind, rnd *rand.Rand, posts map[string]*org.Seat, i, n int, round []string) (matter.Past, error) {
	c, t := i%benchCounties, rnd.IntN(benchTowns)
	county, town := posts[fmt.Sprintf("c%d", c)], posts[fmt.Sprintf("c%dt%d", c, t)]
	record, err := matter.Turns(k, round...)
	if err != nil {
		return matter.Past{}, err
	}
	opened := benchNow.Add(-time.Duration(365*24*60*(n-i)/n) * time.Minute).UnixMilli() // one after the other, as they come in
	for j := range record {
		record[j].At, record[j].Display, record[j].Post, record[j].Unit = opened+int64(j)*3_600_000, "人", town.ID, town.Unit
		record[j].Opinion = "现场查看，督促整改。"
	}
	st := k.State(record[len(record)-1].To)
	cat := k.Categories[rnd.IntN(len(k.Categories))]
	at := geo.Degrees(113.5+rnd.Float64(), 35+rnd.Float64())
	m := matter.Matter{Kind: k.ID, Edition: k.Edition, Category: cat.ID, Class: cat.Class, Title: fmt.Sprintf("%s · 第%d村", cat.Name, i%997), Place: fmt.Sprintf("第%d村", i%997),
		State: st.ID, Type: st.Type, Region: mattersTown(c, t), At: &at, Source: "grid", FoundAt: opened, OpenedAt: opened, ActedAt: opened + 3_600_000,
		UpdatedAt: record[len(record)-1].At, DueAt: matter.Never}
	p := matter.Past{Matter: m, Record: record, Parties: []matter.Party{{Relation: matter.Reporter, Post: town.ID, Unit: town.Unit, Since: opened},
		{Relation: matter.Owner, Post: town.ID, Unit: town.Unit, Since: opened}, {Relation: matter.Assigner, Post: county.ID, Unit: county.Unit, Since: opened}}}
	if st.Type.Final() {
		p.Matter.ClosedAt = m.UpdatedAt
		return p, nil
	}
	p.Matter.HolderToken, p.Matter.HolderPost, p.Matter.HolderUnit = st.Holder, town.ID, town.Unit
	p.Matter.DueAt, p.Matter.DueClock = benchNow.Add(time.Duration(rnd.IntN(20*24*60)-3*24*60)*time.Minute).UnixMilli(), "dispose"
	p.Parties = append(p.Parties, matter.Party{Relation: matter.HolderOf, Post: town.ID, Unit: town.Unit, Since: opened})
	return p, nil
}
