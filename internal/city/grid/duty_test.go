package grid_test

import (
	"fmt"
	"testing"
	"time"

	"qingshan/internal/city/grid"
	"qingshan/internal/rules/indicator"
)

func (p *place) duty(days int) grid.Duties {
	p.Helper()
	d, err := p.svc.Duties(p.as("fengqiu"), county, days)
	if err != nil {
		p.Fatal(err)
	}
	return d
}

// look lets an account look at a source at a time.
func (p *place) look(who string, x grid.Source, at time.Time, n int) {
	p.Helper()
	p.clock.Set(at)
	_, err := p.svc.Visit(p.as(who), grid.Visit{Object: grid.Object{Kind: "source", ID: x.ID}, Result: "none", ClientID: fmt.Sprintf("visit-%s-%d", x.Code, n)})
	if err != nil {
		p.Fatal(err)
	}
}

// Slots of the norm, slots kept, points seen, excused days in neither, and who is seen by
// nobody for more than twice its period.
func TestSlotsOfTheNorm(t *testing.T) {
	both(t, func(p *place) {
		key, plain := p.source("s0", "key", 0, 50, 50), p.source("s1", "normal", 0, 20, 20) // weekly, twice a month
		far := p.source("s2", "key", 4, 50, 50)
		start := p.clock.Now()
		day := func(n int) time.Time { return start.AddDate(0, 0, n) }
		p.look("officer0", key, day(3), 1)
		p.look("officer0", key, day(4), 2) // the same slot twice is one slot
		p.look("officer0", key, day(18), 3)
		p.look("officer0", plain, day(10), 1)
		p.clock.Set(day(28))
		d := p.duty(28)
		// key: 4 slots, 2 kept; normal: 1 slot of 15 days (13–28), none kept; far: 4 slots.
		if d.Total.Slots != (indicator.Rate{Num: 2, Den: 9}) || d.Total.Points != (indicator.Rate{Num: 2, Den: 3}) || d.Total.Night.Den != 0 {
			t.Errorf("slots %v, points %v, night %v", d.Total.Slots, d.Total.Points, d.Total.Night)
		}
		if len(d.Unseen) != 1 || d.Unseen[0].Source.ID != far.ID || d.Unseen[0].Night {
			t.Errorf("unseen: %+v", d.Unseen)
		}
		if len(d.Rows) != 2 || d.Rows[0].Region != townA || d.Rows[0].Slots != (indicator.Rate{Num: 2, Den: 5}) || d.Rows[1].Slots.Num != 0 {
			t.Errorf("rows: %+v", d.Rows)
		}
		p.want("excused long ago", p.svc.Excuse(p.as("fengqiu"), p.towns[1].ID, "2026-07-01", "2026-07-05", "防汛"), "invalid_to")
		from := p.clock.Now().AddDate(0, 0, -7).Format(time.DateOnly)
		p.want("excused", p.svc.Excuse(p.as("fengqiu"), p.towns[1].ID, from, p.clock.Now().AddDate(0, 0, 1).Format(time.DateOnly), "防汛"), "")
		p.want("without a reason", p.svc.Excuse(p.as("fengqiu"), p.towns[1].ID, from, "2026-09-01", " "), "invalid_reason")
		p.want("another county's cell", p.svc.Excuse(p.as("yanjin"), p.towns[1].ID, from, "2026-07-30", "防汛"), "not_found")
		d = p.duty(28)
		if d.Rows[1].Slots.Den != 2 || d.Rows[1].Excused != 2 || len(d.Unseen) != 0 {
			t.Errorf("with excused days: %+v, unseen %+v", d.Rows[1], d.Unseen)
		}
		_, err := p.svc.Duties(p.as("yanjin"), county, 28)
		p.want("another county", err, "not_found")
		_, err = p.svc.Duties(p.as("fengqiu"), county, 93)
		p.want("too many days", err, "days")
	})
}

// Sanhe's townships look at key firms once a month at night: a look by day, and one by the
// village's own officer, are none of it; the night blind spot is listed apart.
func TestNightLooksAreCountedApart(t *testing.T) {
	both(t, func(p *place) {
		p.want("set", p.svc.Set(p.as("fengqiu"), county, "A", "sanhe-2015", ""), "")
		x := p.source("s0", "key", 0, 50, 50)
		chief := p.post("chief1").ID // village 1's chief serves the town as well
		p.want("appoint", p.svc.Appoint(p.system(), p.towns[0].ID, "chief", chief), "")
		start := p.clock.Now()                                              // 08:00
		p.look("officer0", x, start.AddDate(0, 0, 20).Add(14*time.Hour), 1) // 22:00, but no township look
		p.clock.Set(start.AddDate(0, 0, 31))
		d := p.duty(31)
		if d.Total.Night != (indicator.Rate{Num: 0, Den: 1}) {
			t.Errorf("a village's look at night: %v", d.Total.Night)
		}
		p.clock.Set(start.AddDate(0, 0, 62))
		d = p.duty(31)
		nights := 0
		for _, u := range d.Unseen {
			if u.Night {
				nights++
				if u.Source.ID != x.ID || u.Tier != 3 {
					t.Errorf("%+v", u)
				}
			}
		}
		if nights != 1 {
			t.Errorf("night blind spots: %+v", d.Unseen)
		}
		if _, err := p.svc.StandIn(p.system(), grid.StandIn{Post: p.post("officer0").ID, By: chief, From: p.clock.Now().Format(time.DateOnly), To: p.clock.Now().AddDate(0, 1, 0).Format(time.DateOnly), Reason: "病假"}); err != nil {
			t.Fatal(err)
		}
	})
}

// A role is in its place when its person was trained within the two years, not before.
func TestFilledAndTrained(t *testing.T) {
	both(t, func(p *place) {
		d := p.duty(7)
		// 6 villages of chief and officer, towns of chief, patroller, supervisor, the county's chief.
		if d.Total.Posts != (indicator.Rate{Num: 12, Den: 19}) || d.Total.Trained.Num != 0 || d.Total.Trained.Den != 19 {
			t.Errorf("posts %v, trained %v", d.Total.Posts, d.Total.Trained)
		}
		if d.Total.Villages != (indicator.Rate{Num: 6, Den: 6}) {
			t.Errorf("villages %v", d.Total.Villages)
		}
		today := p.clock.Now().Format(time.DateOnly)
		posts := []int64{p.post("officer0").ID, p.post("chief0").ID, p.post("officer0").ID}
		ctx := p.as("fengqiu")
		p.want("tomorrow", p.svc.Train(ctx, posts, p.clock.Now().AddDate(0, 0, 1).Format(time.DateOnly), "一长三员"), "invalid_day")
		p.want("nothing", p.svc.Train(ctx, posts, today, ""), "invalid_subject")
		p.want("another county", p.svc.Train(p.as("yanjin"), posts, today, "一长三员"), "not_found")
		p.want("nobody", p.svc.Train(ctx, []int64{99999}, today, "一长三员"), "not_found")
		p.want("train", p.svc.Train(ctx, posts, today, "一长三员"), "")
		p.want("again", p.svc.Train(ctx, posts, today, "一长三员"), "")
		if d = p.duty(7); d.Total.Trained.Num != 2 || d.Rows[0].Trained.Num != 2 {
			t.Errorf("trained %v", d.Total.Trained)
		}
		p.clock.Advance(2*365*24*time.Hour + 48*time.Hour)
		if d = p.duty(7); d.Total.Trained.Num != 0 {
			t.Errorf("after two years %v", d.Total.Trained)
		}
	})
}
