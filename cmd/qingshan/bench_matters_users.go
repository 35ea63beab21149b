package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"sync"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/server"
)

// benchPause is how long user u thinks before call i: from a fifth of the mean to nine fifths.
func benchPause(mean time.Duration, u, i int) time.Duration {
	return mean * time.Duration(1+(u*7+i*3)%9) / 5
}

// mattersCallers are the accounts that call, in turn: half of them the city's.
var mattersCallers = []string{"office", "office", "c0", "c0t0"}

// mattersCall is the address of a call by caller i; none when the caller does not make it: a
// township does not look at the county.
func mattersCall(base, page string, i int) (string, bool) {
	if mattersCallers[i%len(mattersCallers)] == "c0t0" && strings.Contains(page, "{A}") {
		return "", false
	}
	return base + strings.ReplaceAll(page, "{A}", string(mattersCounty(0))), true
}

// measure first times each call alone, then with all users while matters are handed on twenty
// times a second.
func (o mattersBench) measure(ctx context.Context, s *server.Server, res *mattersBenchResult) error {
	base := "http://" + s.Addr() + "/api/v1"
	var clients []*http.Client
	for _, name := range mattersCallers {
		client, err := benchSession(ctx, base, "bench-"+name)
		if err != nil {
			return err
		}
		clients = append(clients, client)
	}
	m, err := o.newMover(ctx, s)
	if err != nil {
		return err
	}
	if err := o.alone(ctx, base, clients, m, res); err != nil {
		return err
	}
	return o.together(ctx, base, clients, m, res)
}

// alone takes the processor time of every call by a user of each kind, the median of seven.
func (o mattersBench) alone(ctx context.Context, base string, clients []*http.Client, m *mover, res *mattersBenchResult) error {
	var moves []time.Duration
	for _, page := range append(slices.Clone(benchedMatters), countyOutcome) {
		var cpu, wall []time.Duration
		for i := range 7 * (len(clients) - 1) {
			address, ok := mattersCall(base, page, 1+i%(len(clients)-1))
			if !ok {
				continue
			}
			before := processorTime()
			if _, err := m.move(); err != nil {
				return err
			}
			start, one := processorTime(), clock.Start()
			moves = append(moves, start-before)
			if err := benchGet(ctx, clients[1+i%(len(clients)-1)], address); err != nil {
				return err
			}
			cpu, wall = append(cpu, processorTime()-start), append(wall, one.Elapsed())
		}
		slices.Sort(cpu)
		slices.Sort(wall)
		res.CPU[page] = ms(cpu[len(cpu)/2])
		if page == countyOutcome {
			res.County = ms(wall[len(wall)/2])
		}
	}
	slices.Sort(moves)
	res.MoveCPU = ms(moves[len(moves)/2])
	return nil
}

func (o mattersBench) together(ctx context.Context, base string, clients []*http.Client, m *mover, res *mattersBenchResult) error {
	limited, cancel := context.WithTimeout(ctx, o.span)
	defer cancel()
	var mu sync.Mutex
	var wg sync.WaitGroup
	watch, took := clock.Start(), map[string][]time.Duration{}
	for u := range o.users {
		wg.Go(func() {
			for i := u; clock.System().Sleep(limited, benchPause(o.think, u, i)) == nil; i++ {
				page := benchedMatters[i%len(benchedMatters)]
				address, ok := mattersCall(base, page, u)
				if !ok {
					continue
				}
				one := clock.Start()
				err := benchGet(ctx, clients[u%len(clients)], address)
				mu.Lock()
				took[page] = append(took[page], one.Elapsed())
				if err != nil {
					res.Errors++
				}
				mu.Unlock()
			}
		})
	}
	moves, err := m.keepMoving(limited)
	wg.Wait()
	if err != nil {
		return err
	}
	res.Moves, res.Move50, res.Move99 = len(moves), ms(moves[len(moves)/2]), ms(moves[len(moves)*99/100])
	var all []time.Duration
	for page, list := range took {
		slices.Sort(list)
		res.Half[page], res.Page[page] = ms(list[len(list)/2]), ms(list[len(list)*99/100])
		all = append(all, list...)
	}
	slices.Sort(all)
	if res.Calls = len(all); res.Calls == 0 {
		return errors.New("nobody called anything")
	}
	res.P50, res.P99 = ms(all[len(all)/2]), ms(all[len(all)*99/100])
	res.PerS = math.Round(float64(res.Calls) / watch.Elapsed().Seconds())
	return nil
}

// mover hands assigned matters on to the office's own post.
type mover struct {
	ctx   context.Context
	rooms server.Rooms
	post  int64
	list  []*matter.Matter
	next  int
}

func (o mattersBench) newMover(ctx context.Context, s *server.Server) (*mover, error) {
	r := s.Rooms()
	token, err := r.Org.Login(ctx, "bench-office", benchPassword, org.Visitor{Address: "127.0.0.1", Device: "bench"})
	if err != nil {
		return nil, err
	}
	actor, err := r.Org.Authenticate(ctx, token)
	if err != nil {
		return nil, err
	}
	ctx = access.With(ctx, actor)
	p, err := r.Matters.List(ctx, matter.Query{Types: []kind.StateType{kind.Assigned}, Limit: 500})
	if err != nil || len(p.Items) == 0 {
		return nil, errors.Join(err, errors.New("no matter is assigned"))
	}
	return &mover{ctx: ctx, rooms: r, post: actor.Post, list: p.Items}, nil
}

// move makes one transition and gives how long it took.
func (m *mover) move() (time.Duration, error) {
	x := m.list[m.next]
	one := clock.Start()
	moved, err := m.rooms.Matters.Move(m.ctx, x.ID, x.Version, matter.Step{Transition: "reassign", AssignPost: m.post, Opinion: "改由市级办理"})
	if err != nil {
		return 0, err
	}
	m.list[m.next], m.next = moved, (m.next+1)%len(m.list)
	return one.Elapsed(), nil
}

// keepMoving makes twenty transitions a second until limited ends, and gives the sorted times.
func (m *mover) keepMoving(limited context.Context) ([]time.Duration, error) {
	var out []time.Duration
	for clock.System().Sleep(limited, 50*time.Millisecond) == nil {
		took, err := m.move()
		if err != nil {
			return nil, err
		}
		out = append(out, took)
	}
	slices.Sort(out)
	if len(out) == 0 {
		return nil, errors.New("the time was too short for a move")
	}
	return out, nil
}

// benchSession is a browser in which an account of the bench is logged in.
func benchSession(ctx context.Context, base, name string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 1000}}
	body, err := json.Marshal(map[string]string{"name": name, "password": benchPassword})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/session", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return client, benchDo(client, req)
}
