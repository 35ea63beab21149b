package demonstration

import (
	"container/heap"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"qingshan/internal/city/grid"
	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/notify"
	"qingshan/internal/rules/calendar"
	"qingshan/packs/demo"
)

// historyDays is how long before its start the city's matters begin.
const historyDays = 92

// history plays three months of matters: simulated people make every step through the rooms,
// at the clock's time, and the limits remind and go upward as they would have.
type history struct {
	*City
	story   *demo.Story
	kinds   *kind.Set
	matters *matter.Service
	files   *evidence.Store
	cal     *calendar.Calendar
	posts   map[string]int64 // by code
	actors  map[int64]access.Actor
	queue   queue
	seq     int
	photos  int
	visits  []grid.Visit
	recent  []*agent // grid matters, the latest last
	end     time.Time
}

// matterActs appoint who the story needs and then let it go on: twice an hour, so that what
// arrives at ten past falls between.
func (c *City) matterActs(first time.Time) []act {
	begin := time.UnixMilli((calendar.DayOf(c.span.Start.UnixMilli()) - historyDays).Start())
	if least := time.UnixMilli((calendar.DayOf(first.UnixMilli()) + 1).Start()); begin.Before(least) {
		begin = least
	}
	h := &history{City: c, actors: map[int64]access.Actor{}, posts: map[string]int64{}, end: c.span.Start}
	out := []act{{first, "事项的办理人", h.people}, {begin, "事项", func(ctx context.Context) error { return h.prepare(ctx, begin) }}}
	for at := begin; at.Before(h.end); {
		next := at.Add(10 * time.Minute)
		if at.Minute() == 10 {
			next = at.Add(50 * time.Minute)
		}
		out = append(out, act{at, "事项 " + at.In(clock.Shanghai).Format(time.DateOnly), func(ctx context.Context) error { return h.run(ctx, next) }})
		at = next
	}
	return out
}

// people lets invented persons hold the posts that the story needs; none of them can log in.
func (h *history) people(ctx context.Context) error {
	who, err := h.Organisation()
	if err != nil {
		return err
	}
	seed := org.Seed{}
	for _, u := range who.Units {
		seed.Units = append(seed.Units, org.SeedUnit{Code: u.Code, Name: u.Name, Short: u.Short, Kind: u.Kind, Parent: u.Parent, Region: u.Region})
	}
	want := map[string]bool{}
	for _, x := range demo.StoryPosts(who) {
		want[x.Post] = true
		seed.Holders = append(seed.Holders, org.SeedHolder{Post: x.Post, Person: x.Person, Account: x.Account, From: x.From, To: x.To})
	}
	for _, p := range who.Posts {
		if want[p.Code] {
			seed.Posts = append(seed.Posts, org.SeedPost{Code: p.Code, Unit: p.Unit, Name: p.Title, Role: p.Role, Scope: p.Scope})
		}
	}
	_, err = h.City.people.Seed(ctx, seed)
	return err
}

// prepare opens the rooms and plans what is going to be found.
func (h *history) prepare(ctx context.Context, begin time.Time) error {
	if err := h.rooms(ctx); err != nil {
		return err
	}
	h.plan(begin)
	h.planSignals(begin)
	return nil
}

// rooms opens what the story is told through.
func (h *history) rooms(ctx context.Context) (err error) {
	if h.story, err = demo.ReadStory(); err != nil {
		return err
	}
	if h.kinds, err = kind.National(); err != nil {
		return err
	}
	if h.cal, err = calendar.National(); err != nil {
		return err
	}
	if h.files, err = evidence.New(h.db, evidence.Default(h.folder)); err != nil {
		return err
	}
	h.matters, err = matter.New(h.db, h.City.people, h.kinds, matter.Config{Exhibits: matter.Shelf(h.files), Notices: notify.New(h.db, notify.Config{})})
	if err != nil {
		return err
	}
	h.matters.SetPlaces(h.City.grid)
	posts, err := h.City.people.Posts(ctx, 0)
	if err != nil {
		return err
	}
	for _, p := range posts {
		h.posts[p.Code] = p.ID
	}
	return nil
}

// run plays everything up to an instant.
func (h *history) run(ctx context.Context, until time.Time) error {
	clocks := access.With(ctx, access.System("clocks"))
	if err := h.wake(clocks); err != nil {
		return err
	}
	for len(h.queue) > 0 && h.queue[0].at.Before(until) {
		x := heap.Pop(&h.queue).(*agent)
		if x.at.After(h.clk.Now()) {
			h.clk.Set(x.at)
		}
		if x.script.Now {
			if err := h.wake(clocks); err != nil {
				return err
			}
		}
		if err := h.step(ctx, x); err != nil {
			return fmt.Errorf("%s %s: %w", x.script.Kind, x.turn().Do, err)
		}
	}
	if until.In(clock.Shanghai).Hour() == 0 && until.Minute() == 0 || !until.Before(h.end) {
		visits := h.visits
		h.visits = nil
		if len(visits) > 0 {
			return h.City.grid.VisitAll(ctx, visits)
		}
	}
	return nil
}

func (h *history) wake(ctx context.Context) error {
	if h.matters == nil {
		return nil
	}
	_, err := h.matters.Wake(ctx)
	return err
}

// agent is one matter on its way through its script.
type agent struct {
	at     time.Time
	seq    int
	rng    *rand.Rand
	script *demo.Script
	turns  []demo.Turn
	next   int // turn
	again  bool
	place  place
	about  *demo.StoryCategory
	firm   string

	id, reporter, owner int64
	category            string
	request             int64 // a pause or extension that was asked for
	twin                *agent
	to, checker         string
	signal              *matter.Signal
	lastPhoto           []byte
}

func (a *agent) turn() demo.Turn { return a.turns[a.next] }

func (h *history) push(a *agent, at time.Time) {
	h.seq++
	a.at, a.seq = at, h.seq
	heap.Push(&h.queue, a)
}

type queue []*agent

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if !q[i].at.Equal(q[j].at) {
		return q[i].at.Before(q[j].at)
	}
	return q[i].seq < q[j].seq
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(*agent)) }
func (q *queue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}
