package matter

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/notify"
	"qingshan/internal/platform/store"
)

// ClockJob is the kind of the job that looks at the clocks each minute.
const ClockJob = "matter.clocks"

// wakeBatch bounds the clocks read at once.
const wakeBatch = 200

// RegisterClocks gives the runner the clocks' job and its schedule.
func (s *Service) RegisterClocks(r *jobs.Runner) {
	r.Handle(ClockJob, func(ctx context.Context, _ jobs.Job) error {
		ctx = access.With(ctx, access.System("clocks"))
		if _, err := s.Recount(ctx); err != nil {
			return err
		}
		_, err := s.Wake(ctx)
		return err
	})
	r.AddSchedule(jobs.Schedule{Name: ClockJob, Kind: ClockJob, Spec: "* * * * *", Policy: jobs.RunOnce})
	r.Handle(RoundsJob, func(ctx context.Context, _ jobs.Job) error {
		for {
			if n, err := s.makeRounds(ctx, wakeBatch); err != nil || n == 0 {
				return err
			}
		}
	})
	r.AddSchedule(jobs.Schedule{Name: RoundsJob, Kind: RoundsJob, Spec: "*/5 * * * *", Policy: jobs.RunOnce})
}

// Wake sends the reminders, takes the steps upward and ends the pauses whose moment has come,
// and returns how many. Each is one transaction with its line in the matter's record, and is
// counted in the clock's own row: a process that dies between two of them has neither lost nor
// doubled any.
func (s *Service) Wake(ctx context.Context) (int, error) {
	done := 0
	for _, what := range []struct {
		ids string
		do  func(w *work, id int64) (bool, error)
	}{
		{"SELECT id FROM matter_pause WHERE state = 'running' AND until_at > 0 AND until_at <= $1 ORDER BY id LIMIT 200", (*work).endPause},
		{"SELECT id FROM matter_pause WHERE state = 'running' AND review_at > 0 AND review_at <= $1 ORDER BY id LIMIT 200", (*work).reviewPause},
		{"SELECT id FROM matter_clock WHERE state = 'running' AND wake_at > 0 AND wake_at <= $1 ORDER BY wake_at, id LIMIT 200", (*work).wake},
	} {
		n, err := s.each(ctx, what.ids, what.do)
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// each does one thing to every row that a query names until none is left. A row that cannot
// be done holds up no other; the errors are joined.
func (s *Service) each(ctx context.Context, query string, do func(*work, int64) (bool, error)) (int, error) {
	done, failed := 0, map[int64]error{}
	for {
		ids, err := s.ids(ctx, query)
		if err != nil {
			return done, err
		}
		moved := false
		for _, id := range ids {
			if failed[id] != nil {
				continue
			}
			did := false
			if err := s.update(ctx, access.MatterRead, func(w *work) (err error) { did, err = do(w, id); return err }); err != nil {
				if ctx.Err() != nil {
					return done, err
				}
				failed[id] = fmt.Errorf("row %d: %w", id, err)
				continue
			}
			if did {
				done, moved = done+1, true
			}
		}
		if !moved || len(ids) == 0 {
			var all []error
			for _, err := range failed {
				all = append(all, err)
			}
			return done, errors.Join(all...)
		}
	}
}

func (s *Service) ids(ctx context.Context, query string) (out []int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		out = nil
		rows, err := tx.Query(ctx, query, tx.NowMS())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return store.Classify(err)
			}
			out = append(out, id)
		}
		return store.Classify(rows.Err())
	})
	return out, err
}

// ticking reads a clock with its matter and kind.
func (w *work) ticking(clock int64) (*Matter, *kind.Kind, *kind.Clock, *Clock, error) {
	var id int64
	if err := w.QueryRow(w.ctx, "SELECT matter FROM matter_clock WHERE id = $1", clock).Scan(&id); err != nil {
		return nil, nil, nil, nil, err
	}
	m, err := read(w.ctx, w.Tx, id)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	k, err := w.s.kindOf(m)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	list, err := clocksOf(w.ctx, w.Tx, id)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	i := slices.IndexFunc(list, func(c Clock) bool { return c.ID == clock })
	c := k.Clock(list[i].Clock)
	if c == nil {
		return nil, nil, nil, nil, fault.Newf(fault.Unavailable, "kind_missing", "“%s”没有时限 %s", k.Name, list[i].Clock)
	}
	return m, k, c, &list[i], nil
}

// wake sends one reminder or takes one step upward.
func (w *work) wake(clock int64) (bool, error) {
	m, k, c, x, err := w.ticking(clock)
	if err != nil || x.State != "running" || x.WakeAt == 0 || x.WakeAt > w.NowMS() {
		return false, err
	}
	if c.Then != "" && w.NowMS() > x.DueAt {
		return true, w.ended(m, k, c)
	}
	version := m.Version
	word := call{name: "时限提醒", urgent: false}
	left, err := w.s.clocks.Left(x.StartedAt, w.NowMS(), x.DueAt, x.Term.Unit)
	if err != nil {
		return false, missingYear(err)
	}
	if x.Reminded < len(c.Remind) {
		x.Reminded++
		word.light, word.to = "yellow", []ball{{post: m.HolderPost, unit: m.HolderUnit}}
	} else if err := w.climb(m, k, c, x, &word); err != nil {
		return false, err
	}
	said := left.LeftText()
	if w.NowMS() > x.DueAt && !left.Over() { // past the end, and no office hour since
		said = "已到期"
	}
	word.text = fmt.Sprintf("“%s”时限%s", c.Name, said)
	if m.Late = m.Late || w.NowMS() > x.DueAt; x.WakeAt > 0 {
		x.WakeAt = w.s.clocks.next(c, x)
	}
	if err := w.saveClock(m, x); err != nil {
		return false, err
	}
	word.key = fmt.Sprintf("clock/%d/%d/%d", x.ID, x.Reminded, x.Escalated)
	return true, w.say(m, version, c.ID, word)
}

// ended makes the transition that the kind names for the end of a clock.
func (w *work) ended(m *Matter, k *kind.Kind, c *kind.Clock) error {
	t := k.Transition(c.Then)
	change, err := w.prepare(m, Step{Transition: t.ID, Opinion: "“" + c.Name + "”到期，自动" + t.Name})
	if err != nil {
		return err
	}
	return w.apply(change)
}

// climb takes the next step upward: who is told, and in which light.
func (w *work) climb(m *Matter, k *kind.Kind, c *kind.Clock, x *Clock, word *call) error {
	step, n := stepAt(c, x.Escalated)
	x.Escalated++
	if step == nil {
		x.WakeAt = 0
		return nil
	}
	word.name, word.light, word.urgent = "超期督办", step.Light, true
	to := step.To
	if to == "superior" {
		to = w.upward(m, c, n)
	}
	list, err := parties(w.ctx, w.Tx, m.ID)
	if err != nil {
		return err
	}
	b, err := w.resolve(m, to, list)
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	word.relation = b.token
	word.to = []ball{b, {post: m.HolderPost, unit: m.HolderUnit}}
	return nil
}

// ladder are the levels that a step goes up, one for each time.
var ladder = []string{"township", "county", "city", "role:city_leader"}

// upward is the level n steps above the one told first, or above who holds the ball.
func (w *work) upward(m *Matter, c *kind.Clock, n int) string {
	at := slices.Index(ladder, c.Escalate[0].To)
	if at < 0 {
		at = slices.Index(ladder, m.HolderToken)
	}
	if at < 0 {
		if seat := w.dir.Posts[m.HolderPost]; seat != nil {
			at = map[string]int{"township": 0, "county": 1, "bureau": 2, "campaign_office": 2, "city_leader": 3}[seat.Role]
		}
	}
	return ladder[min(max(at, 0)+n, len(ladder)-1)]
}

// call is what a clock has to say.
type call struct {
	name, text, light, relation, key string
	urgent                           bool
	to                               []ball
}

// say writes a clock's call into the record, tells people and publishes it.
func (w *work) say(m *Matter, version int64, clock string, c call) error {
	if err := w.s.before("clock.event"); err != nil {
		return err
	}
	more := map[string]string{"clock": clock}
	if c.light != "" {
		more["light"] = c.light
	}
	if c.relation != "" {
		more["told"] = c.relation
	}
	told := Told{Act: "clock", Name: c.name, From: m.State, Opinion: c.text, More: more}
	if !w.me.IsSystem() {
		who, _, err := w.party1(m)
		if err != nil {
			return err
		}
		told.Post = who.Post
	}
	if err := w.append(m, told); err != nil {
		return err
	}
	if err := w.nearest(m); err != nil {
		return err
	}
	if err := w.s.before("clock.matter"); err != nil {
		return err
	}
	if err := save(w.ctx, w.Tx, m, version); err != nil {
		return err
	}
	if err := w.keepRounds(m); err != nil {
		return err
	}
	if err := w.callOut(m, c); err != nil {
		return err
	}
	if err := w.s.before("clock.publish"); err != nil {
		return err
	}
	return jobs.Publish(w.ctx, w.Tx, jobs.Event{Name: EventClock, Object: fmt.Sprint(m.ID), Region: m.Region})
}

func (w *work) callOut(m *Matter, c call) error {
	if w.s.cfg.Notices == nil {
		return nil
	}
	var to []int64
	for _, b := range c.to {
		for _, a := range accounts(w.dir, b.post, b.unit) {
			if a != w.me.Account && !slices.Contains(to, a) {
				to = append(to, a)
			}
		}
	}
	if len(to) == 0 {
		return nil
	}
	if err := w.s.before("clock.notice"); err != nil {
		return err
	}
	return w.s.cfg.Notices.Put(w.ctx, w.Tx, notify.Notice{To: to, Kind: "matter.clock", Title: c.name + "：" + m.Title, Body: c.text,
		Link: fmt.Sprintf("/matters/%d", m.ID), Object: object(m.ID), Region: m.Region, Urgent: c.urgent, Key: c.key})
}
