package grid

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Reason says why a place is worth a look today.
type Reason struct {
	Code string // overdue, key, complained, risk, signal, finding, complaint, air
	Text string
}

// Stop is a place of the day's list.
type Stop struct {
	Object   Object
	Name     string
	Class    string
	At       geo.Point
	Cell     *Cell
	Reasons  []Reason
	Risk     int
	LastSeen int64 // ms UTC, 0 never
	Due      int64 // when the norm wants the next look
}

// Patrol is the short list of places worth a look today in the cells that the actor's posts
// serve, the riskiest first; a city's or county's post that serves none gets an empty one.
// Needs grid.patrol.
func (s *Service) Patrol(ctx context.Context) ([]Stop, error) {
	actor, err := access.RequireAnywhere(ctx, access.GridPatrol)
	if err != nil {
		return nil, err
	}
	var st *state
	var cells []*Cell
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		if st, err = s.state(ctx, tx); err != nil {
			return err
		}
		cells, err = s.served(ctx, tx, st, actor)
		return err
	})
	if err != nil {
		return nil, err
	}
	// The air is asked between two reads: a board may have to be read from the store, and a read
	// that waits for a second one while it holds the first can wait for ever.
	air := s.airOf(ctx, cells)
	var out []Stop
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		out, err = s.stops(ctx, tx, st, cells, air)
		return err
	})
	return out, err
}

// airOf are the newest AQI of the counties of cells, as far as they are known.
func (s *Service) airOf(ctx context.Context, cells []*Cell) map[region.Code]int {
	out, asked := map[region.Code]int{}, map[region.Code]bool{}
	if s.cfg.Air == nil {
		return out
	}
	for _, c := range cells {
		county, ok := c.Region.Ancestor(region.County)
		if !ok || asked[county] {
			continue
		}
		asked[county] = true
		if aqi, known := s.cfg.Air(ctx, county); known {
			out[county] = aqi
		}
	}
	return out
}

// served are the cells that an actor's posts serve, or that they stand in for.
func (s *Service) served(ctx context.Context, tx *store.Tx, st *state, actor access.Actor) ([]*Cell, error) {
	var mine []int64
	for _, g := range actor.Grants() {
		mine = append(mine, g.Post)
	}
	day := today(tx)
	away, err := standIns(ctx, tx, day)
	if err != nil {
		return nil, err
	}
	for post, by := range away {
		if slices.Contains(mine, by.By) {
			mine = append(mine, post)
		}
	}
	all, err := postsOn(ctx, tx, day)
	var out []*Cell
	for _, p := range all {
		if c := st.cells[p.Cell]; c != nil && slices.Contains(mine, p.Post) && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return st.leavesUnder(out), err
}

// leavesUnder are the leaves among cells and below them.
func (st *state) leavesUnder(cells []*Cell) []*Cell {
	var out []*Cell
	for _, l := range st.leaves {
		for c, steps := l, 0; c != nil && steps < 5; c, steps = st.cells[c.Parent], steps+1 {
			if slices.Contains(cells, c) {
				out = append(out, l)
				break
			}
		}
	}
	return out
}

func (s *Service) stops(ctx context.Context, tx *store.Tx, st *state, cells []*Cell, air map[region.Code]int) ([]Stop, error) {
	risk := s.rules.risk(dayOf(tx))
	var out []Stop
	looked := map[region.Code]map[int64]map[Object]look{}
	past := map[region.Code]*history{}
	for _, c := range cells {
		town := c.Region
		if t, ok := c.Region.Ancestor(region.Town); ok {
			town = t
		}
		if looked[town] == nil {
			var err error
			if looked[town], err = readLooks(ctx, tx, town); err != nil {
				return nil, err
			}
			if past[town], err = s.history(ctx, tx, st, town, risk, air); err != nil {
				return nil, err
			}
		}
		set, err := s.setting(ctx, tx, c.Region)
		if err != nil {
			return nil, err
		}
		for _, i := range st.held[c.ID] {
			x := st.sources[i]
			stop := Stop{Object: Object{ofSource, x.ID}, Name: x.Name, Class: x.Class, At: x.At, Cell: c}
			stop.LastSeen = looked[town][c.ID][stop.Object].last
			stop.weigh(x, set.Norms.For(c.Tier, x.Class), risk, past[town], tx.NowMS())
			if len(stop.Reasons) > 0 {
				out = append(out, stop)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Stop) int {
		return cmp.Or(cmp.Compare(b.Risk, a.Risk), cmp.Compare(a.LastSeen, b.LastSeen), cmp.Compare(a.Object.ID, b.Object.ID))
	})
	return out[:min(len(out), risk.Places)], nil
}

// history is what happened lately at the sources of a town.
type history struct {
	findings, complaints map[int64]int // by source
	signals              map[int64]bool
	aqi                  int
	airKnown             bool
}

func (s *Service) history(ctx context.Context, tx *store.Tx, st *state, town region.Code, risk Risk, air map[region.Code]int) (*history, error) {
	h := &history{findings: map[int64]int{}, complaints: map[int64]int{}, signals: map[int64]bool{}}
	if county, ok := town.Ancestor(region.County); ok {
		h.aqi, h.airKnown = air[county]
	}
	if s.cfg.Matters == nil {
		return h, nil
	}
	list, err := s.cfg.Matters.Findings(ctx, tx, town, tx.NowMS()-int64(risk.LookBack)*calendar.MsPerDay, tx.NowMS()+1)
	for _, f := range list {
		if f.At == nil || f.Cell == 0 || f.Unfounded {
			continue
		}
		i := st.nearest(f.Cell, *f.At, float64(risk.NearM))
		if i < 0 {
			continue
		}
		id := st.sources[i].ID
		switch {
		case f.Kind == "signal" && f.Open():
			h.signals[id] = true
		case f.Kind == "complaint":
			h.complaints[id]++
		default:
			h.findings[id]++
		}
	}
	return h, err
}

// weigh adds the reasons that speak for a look and their weights.
func (p *Stop) weigh(x *Source, n Norm, risk Risk, h *history, now int64) {
	because := func(weight int, code, text string) {
		p.Risk += weight
		p.Reasons = append(p.Reasons, Reason{code, text})
	}
	urgent := false
	if days := int64(n.Days()); days > 0 {
		base := max(p.LastSeen, x.FromAt)
		p.Due = base + days*calendar.MsPerDay
		if over := now - p.Due; over >= 0 {
			urgent = true
			since := fmt.Sprintf("%d 天没有到过", (now-base)/calendar.MsPerDay)
			if p.LastSeen == 0 {
				since = "登记以来没有到过"
			}
			because(risk.Overdue+int(over*int64(risk.Overdue)/(days*calendar.MsPerDay)), "overdue", since)
		}
	}
	if h.signals[x.ID] {
		urgent = true
		because(risk.Signal, "signal", "有未办结的自动信号")
	}
	if k := h.complaints[x.ID]; k > 0 {
		urgent = true
		because(risk.Complaint*k, "complaint", fmt.Sprintf("%d 天内被投诉 %d 次", risk.LookBack, k))
	}
	if k := h.findings[x.ID]; k > 0 {
		urgent = true
		because(risk.Finding*k, "finding", fmt.Sprintf("%d 天内发现问题 %d 个", risk.LookBack, k))
	}
	if h.airKnown && h.aqi >= risk.AirFrom {
		urgent = urgent || x.Class == "key" || x.Class == "risk"
		because(risk.Air, "air", fmt.Sprintf("空气 AQI %d", h.aqi))
	}
	if !urgent { // a class alone does not call for a look today
		p.Reasons, p.Risk = nil, 0
		return
	}
	if w := map[string]int{"key": risk.Key, "complained": risk.Complained, "risk": risk.Risk}[x.Class]; w > 0 {
		because(w, x.Class, ClassName(x.Class))
	}
}
