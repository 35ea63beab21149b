package situation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
)

// basis names the observations that an input of an explanation was made from.
type basis struct {
	sites    []string
	stats    []string // in the order of preference: the first with a point counts
	p        air.Pollutant
	from, to int64 // labels, both included
	each     bool  // one observation: every revision of it is listed
}

// hourBasis are the observations behind an hour of a station or a unit.
func (b *board) hourBasis(s source, p air.Pollutant, end int64) *basis {
	day, _ := calendar.HourOf(end)
	return &basis{sites: b.measuredBy(s, day), stats: []string{"hour"}, p: p, from: end, to: end}
}

// sourceDay are the observations behind a day of a station or a unit.
func (b *board) sourceDay(s source, p air.Pollutant, day calendar.Day) *basis {
	x := &basis{sites: b.measuredBy(s, day), stats: []string{"hour"}, p: p, from: calendar.HourEnd(day, 1), to: calendar.HourEnd(day, 24)}
	if b.originOf(s, day) == fromCityDays {
		x.stats = []string{"day", "hour"}
	}
	return x
}

// panelDay are the observations behind a day of a city of the panel.
func (b *board) panelDay(city int, p air.Pollutant, day calendar.Day) *basis {
	if city == b.own {
		return b.sourceDay(b.unitSource(0), p, day)
	}
	return &basis{sites: []string{b.cities[city].site}, stats: []string{"day", "hour"}, p: p, from: calendar.HourEnd(day, 1), to: calendar.HourEnd(day, 24)}
}

// measuredBy are the sites that a source's values of a day come from.
func (b *board) measuredBy(s source, day calendar.Day) (codes []string) {
	if b.originOf(s, day) != fromStations {
		for _, c := range b.cities {
			if c.place.Code == s.id {
				return []string{c.site}
			}
		}
	}
	for _, i := range b.inOperation(s.members, day) {
		codes = append(codes, b.stations[i].Code)
	}
	return codes
}

// keys are the series that may hold the observations of a statistic.
func (x *basis) keys(stat string) (out []series.Key) {
	p := x.p
	if p == air.O3_8h && stat == "hour" {
		p = air.O3
	}
	for _, s := range x.sites {
		out = append(out, series.Key{Site: s, Factor: factorOf[p], Stat: stat})
	}
	return out
}

// observed are revisions of observations as read for an explanation.
type observed struct {
	ids     map[series.Key]series.ID
	points  map[series.ID][]series.Point // every revision known, in the order of append
	origins map[int64]telemetry.Origin
	doubts  map[series.ID]map[telemetry.DoubtAt]telemetry.Doubt
	rules   *telemetry.Rules
}

// readObserved reads everything behind the inputs of an explanation, as known at asOf.
func (s *Service) readObserved(ctx context.Context, inputs []Input, asOf time.Time) (*observed, error) {
	o := &observed{ids: map[series.Key]series.ID{}, points: map[series.ID][]series.Point{}, rules: s.sites.Rules()}
	var known int64
	if !asOf.IsZero() {
		known = asOf.UnixMilli()
	}
	spans := map[series.Key][2]int64{}
	for _, in := range inputs {
		if in.basis == nil {
			continue
		}
		for _, stat := range in.basis.stats {
			for _, k := range in.basis.keys(stat) {
				w, ok := spans[k]
				if !ok {
					w = [2]int64{in.basis.from, in.basis.to}
				}
				spans[k] = [2]int64{min(w[0], in.basis.from), max(w[1], in.basis.to)}
			}
		}
	}
	err := s.db.View(ctx, func(tx *store.Tx) error { return o.read(ctx, tx, spans, known) })
	if err != nil {
		return nil, err
	}
	origins := map[int64]bool{}
	for _, list := range o.points {
		for _, p := range list {
			origins[p.Origin] = true
		}
	}
	if o.origins, err = s.sites.Origins(ctx, origins); err != nil {
		return nil, err
	}
	o.doubts = map[series.ID]map[telemetry.DoubtAt]telemetry.Doubt{}
	for k, id := range o.ids {
		if !slices.ContainsFunc(o.points[id], func(p series.Point) bool { return p.Flag&series.Suspect != 0 }) {
			continue
		}
		if o.doubts[id], err = s.sites.Doubts(ctx, k, spans[k][0], spans[k][1]); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// read reads the series over their spans, those with the same span at once.
func (o *observed) read(ctx context.Context, tx *store.Tx, spans map[series.Key][2]int64, known int64) error {
	keys := make([]series.Key, 0, len(spans))
	for k := range spans {
		keys = append(keys, k)
	}
	ids, err := series.Find(ctx, tx, keys)
	if err != nil {
		return err
	}
	groups := map[[2]int64][]series.ID{}
	for i, id := range ids {
		if id != 0 {
			o.ids[keys[i]] = id
			groups[spans[keys[i]]] = append(groups[spans[keys[i]]], id)
		}
	}
	for w, list := range groups {
		err := series.Each(ctx, tx, list, w[0], w[1], known, func(id series.ID, p series.Point) error {
			o.points[id] = append(o.points[id], p)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// revision is one revision of an observation of a series.
type revision struct {
	series.Point
	id series.ID
}

// of are the revisions behind an input, oldest first, of the first statistic that has any.
func (o *observed) of(x *basis) (out []revision) {
	for _, stat := range x.stats {
		for _, k := range x.keys(stat) {
			for _, p := range o.points[o.ids[k]] {
				if p.Time >= x.from && p.Time <= x.to {
					out = append(out, revision{p, o.ids[k]})
				}
			}
		}
		if len(out) > 0 {
			break
		}
	}
	slices.SortStableFunc(out, func(a, b revision) int { return int(a.Revision - b.Revision) })
	return out
}

// fillInputs says of every input in which revision it was used, when that was recorded and
// where it came from; a single observation is listed in all its revisions.
func (s *Service) fillInputs(ctx context.Context, e *Explanation, asOf time.Time) error {
	o, err := s.readObserved(ctx, e.Inputs, asOf)
	if err != nil {
		return err
	}
	out := []Input{}
	for _, in := range e.Inputs {
		switch {
		case in.basis == nil:
			out = append(out, in)
		case in.basis.each:
			out = append(out, o.revisions(in)...)
		default:
			out = append(out, o.current(in))
		}
	}
	e.Inputs = out
	return nil
}

// revisions lists every revision of the one observation behind an input.
func (o *observed) revisions(in Input) (out []Input) {
	points := o.of(in.basis)
	if len(points) == 0 {
		return []Input{in}
	}
	for _, q := range points {
		h := in
		h.Value, h.Revision, h.RecordedAt = "", int(q.Revision), hourText(q.RecordedAt)
		if q.Value != series.Missing {
			h.Value = trim(milliDecimal(q.Value))
		}
		h.Source, h.SourceEN = o.origin(q)
		out = append(out, h)
	}
	return out
}

// current describes an input by the revisions in force: of several observations the highest
// revision, the latest record, and how many of them were revised.
func (o *observed) current(in Input) Input {
	last := map[[2]int64]revision{}
	for _, stat := range in.basis.stats {
		for n, k := range in.basis.keys(stat) {
			for _, p := range o.points[o.ids[k]] {
				if p.Time < in.basis.from || p.Time > in.basis.to {
					continue
				}
				at := [2]int64{int64(n), p.Time}
				if old, ok := last[at]; !ok || p.Revision >= old.Revision {
					last[at] = revision{p, o.ids[k]}
				}
			}
		}
		if len(last) > 0 {
			break
		}
	}
	var newest revision
	revised, suspect, counts, marks := 0, 0, true, series.Flag(0)
	var streams []string
	for _, p := range last {
		in.Revision = max(in.Revision, int(p.Revision))
		if p.Revision > 0 {
			revised++
		}
		if p.RecordedAt > newest.RecordedAt || newest.Time == 0 {
			newest = p
		}
		marks |= p.Flag
		if undecided(p.Flag) {
			suspect, counts = suspect+1, o.rules.SuspectCounts(p.Time)
		}
		if name := o.origins[p.Origin].Stream; name != "" && !slices.Contains(streams, name) {
			streams = append(streams, name)
		}
	}
	if len(last) == 0 {
		return in
	}
	in.RecordedAt = hourText(newest.RecordedAt)
	zh, en := o.origin(newest)
	if len(last) > 1 {
		slices.Sort(streams)
		zh, en = fmt.Sprintf("%d 个小时值", len(last)), fmt.Sprintf("%d hourly values", len(last))
		if revised > 0 {
			zh, en = fmt.Sprintf("%s，其中 %d 个有修订", zh, revised), fmt.Sprintf("%s, %d of them revised", en, revised)
		}
		if marks&series.Corrected != 0 {
			zh, en = zh+"（含人工订正）", en+" (some by a person)"
		}
		if suspect > 0 {
			does, doesEN := suspectsAmong(suspect, counts)
			zh, en = zh+does, en+doesEN
		}
		if len(streams) > 0 {
			zh, en = zh+"；"+strings.Join(streams, "、"), en+"; "+strings.Join(streams, ", ")
		}
	}
	in.Source, in.SourceEN = joinText(in.Source, zh, "；"), joinText(in.SourceEN, en, "; ")
	return in
}

func joinText(a, b, between string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + between + b
}

// origin says in words where a revision came from.
func (o *observed) origin(q revision) (zh, en string) {
	src := o.origins[q.Origin]
	switch {
	case q.Flag&series.Corrected != 0:
		zh, en = "人工订正", "corrected by a person"
		if src.By != "" {
			zh, en = zh+"（"+src.By+"）", en+" ("+src.By+")"
		}
		if src.Reason != "" {
			zh, en = zh+"："+src.Reason, en+": "+src.Reason
		}
		return zh, en
	case q.Revision > 0:
		zh, en = "修订", "revised"
	default:
		zh, en = "原始值", "as received"
	}
	if src.Stream != "" {
		zh, en = zh+"："+src.Stream, en+": "+src.Stream
	}
	if q.Flag != 0 {
		zh, en = zh+"，"+flagText(q.Flag), en+", "+q.Flag.String()
	}
	if d, ok := o.doubts[q.id][telemetry.DoubtAt{Time: q.Time, Value: q.Value}]; ok {
		why, whyEN := d.Text()
		zh, en = zh+"（"+why+"）", en+" ("+whyEN+")"
	}
	if undecided(q.Flag) {
		does, doesEN := suspectWord(o.rules.SuspectCounts(q.Time))
		zh, en = zh+"，"+does, en+", "+doesEN
	}
	return zh, en
}

func flagText(f series.Flag) string {
	var words []string
	for _, m := range []struct {
		flag series.Flag
		word string
	}{{series.Suspect, "存疑"}, {series.Estimated, "估计值"}, {series.Audited, "已审核"}, {series.Stuck, "恒值"}} {
		if f&m.flag != 0 {
			words = append(words, m.word)
		}
	}
	return strings.Join(words, "、")
}
