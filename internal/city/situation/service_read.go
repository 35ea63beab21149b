package situation

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Now is the newest hour of a region. sites are the stations whose curves are wanted.
// Errors as access.Require; not found without data.
func (s *Service) Now(ctx context.Context, code region.Code, asOf time.Time, sites []string) (*Now, error) {
	return complete(s.now(ctx, code, asOf, sites))
}

func (s *Service) now(ctx context.Context, code region.Code, asOf time.Time, sites []string) (*answer[Now], error) {
	v, err := s.open(ctx, code, asOf)
	if err != nil {
		return nil, err
	}
	return &answer[Now]{v, fmt.Sprintf("now %q", sites), s.meta(v, ""), func(n *Now) *Meta { return &n.Meta },
		func() (*Now, error) { return v.board.now(v.unit, sites), nil }}, nil
}

// Day is one finished day of a region; "" is yesterday's.
func (s *Service) Day(ctx context.Context, code region.Code, date string, asOf time.Time) (*DayBoard, error) {
	return complete(s.day(ctx, code, date, asOf))
}

func (s *Service) day(ctx context.Context, code region.Code, date string, asOf time.Time) (*answer[DayBoard], error) {
	v, err := s.open(ctx, code, asOf)
	if err != nil {
		return nil, err
	}
	day, err := dayOr(date, v.board.lastDay())
	if err != nil {
		return nil, err
	}
	m := s.meta(v, "")
	m.Standard = v.board.engines.on(day).Edition.ID
	return &answer[DayBoard]{v, "day " + day.String(), m, func(d *DayBoard) *Meta { return &d.Meta },
		func() (*DayBoard, error) { return v.board.dayBoard(v.unit, day), nil }}, nil
}

// Days lists the days of a region from … to (inclusive).
func (s *Service) Days(ctx context.Context, code region.Code, from, to string, asOf time.Time) (*Days, error) {
	return complete(s.days(ctx, code, from, to, asOf))
}

func (s *Service) days(ctx context.Context, code region.Code, from, to string, asOf time.Time) (*answer[Days], error) {
	v, err := s.open(ctx, code, asOf)
	if err != nil {
		return nil, err
	}
	z, err := dayOr(to, v.board.lastDay())
	if err != nil {
		return nil, err
	}
	a, err := dayOr(from, z-30)
	if err != nil {
		return nil, err
	}
	return &answer[Days]{v, fmt.Sprintf("days %s %s", a, z), s.meta(v, ""), func(d *Days) *Meta { return &d.Meta }, func() (*Days, error) {
		items, err := v.board.dayTable(v.unit, a, z)
		return &Days{Items: items}, err
	}}, nil
}

// Months lists the months of a year (0: the newest) and the year itself.
func (s *Service) Months(ctx context.Context, code region.Code, year int, dust string, asOf time.Time) (*Months, error) {
	return complete(s.months(ctx, code, year, dust, asOf))
}

func (s *Service) months(ctx context.Context, code region.Code, year int, dust string, asOf time.Time) (*answer[Months], error) {
	v, err := s.open(ctx, code, asOf)
	if err != nil {
		return nil, err
	}
	if year == 0 {
		year = v.board.lastDay().Year()
	}
	return &answer[Months]{v, fmt.Sprintf("months %d %q", year, dust), s.meta(v, dust), func(m *Months) *Meta { return &m.Meta },
		func() (*Months, error) { return &Months{Items: v.board.monthTable(v.unit, year, dust)}, nil }}, nil
}

// Ranking ranks a list by composite index over the period that ends on date ("": the newest
// finished day).
func (s *Service) Ranking(ctx context.Context, code region.Code, list, period, date, dust string, asOf time.Time) (*Ranking, error) {
	return complete(s.ranking(ctx, code, list, period, date, dust, asOf))
}

func (s *Service) ranking(ctx context.Context, code region.Code, list, period, date, dust string, asOf time.Time) (*answer[Ranking], error) {
	v, err := s.open(ctx, code, asOf)
	if err != nil {
		return nil, err
	}
	day, err := dayOr(date, v.board.lastDay())
	if err != nil {
		return nil, err
	}
	question := fmt.Sprintf("ranking %q %q %q %s", list, period, dust, day)
	return &answer[Ranking]{v, question, s.meta(v, dust), func(r *Ranking) *Meta { return &r.Meta },
		func() (*Ranking, error) { return v.ranking(list, period, dust, day) }}, nil
}

// ranking is the board's, with the place of a county that asks for those of the counties.
func (v *view) ranking(list, period, dust string, day calendar.Day) (*Ranking, error) {
	out, err := v.board.ranking(list, period, dust, day)
	if err != nil || list != "county" || v.unit == 0 {
		return out, err
	}
	for i := range out.Rows {
		out.Rows[i].Own = out.Rows[i].Region.Code == v.place.Code
		if out.Rows[i].Own {
			out.Own = OwnPlace{out.Rows[i].Rank, len(out.Rows)}
		}
	}
	out.Answer, out.AnswerEN = rankAnswer(v.place.Name, out)
	return out, nil
}

// Targets is a region's year (0: the newest) against its targets.
func (s *Service) Targets(ctx context.Context, code region.Code, year int, dust string, asOf time.Time) (*Targets, error) {
	return complete(s.targetPage(ctx, code, year, dust, asOf))
}

func (s *Service) targetPage(ctx context.Context, code region.Code, year int, dust string, asOf time.Time) (*answer[Targets], error) {
	v, err := s.open(ctx, code, asOf)
	if err != nil {
		return nil, err
	}
	if year == 0 {
		year = v.board.lastDay().Year()
	}
	set, err := s.targets(ctx, region.Code(v.place.Code), year, v.board.asOf)
	if err != nil {
		return nil, err
	}
	question := fmt.Sprintf("targets %d %q %v", year, dust, set) // maps are printed in the order of their keys
	return &answer[Targets]{v, question, s.meta(v, dust), func(t *Targets) *Meta { return &t.Meta }, func() (*Targets, error) {
		t, err := v.board.newYear(&s.outlooks, v.unit, year, dust, set)
		if err != nil {
			return nil, err
		}
		return t.page(), nil
	}}, nil
}

func (s *Service) year(ctx context.Context, v *view, year int, dust string, unit int) (*year, error) {
	if year == 0 {
		year = v.board.lastDay().Year()
	}
	set, err := s.targets(ctx, region.Code(v.board.units[unit].place.Code), year, v.board.asOf)
	if err != nil {
		return nil, err
	}
	return v.board.newYear(&s.outlooks, unit, year, dust, set)
}

func (s *Service) targets(ctx context.Context, code region.Code, year int, asOf time.Time) (set map[string]Target, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		set, err = readTargets(ctx, tx, code, year, asOf)
		return err
	})
	return set, err
}

// WhatIf answers an assumption about the rest of the year.
func (s *Service) WhatIf(ctx context.Context, q WhatIf) (*WhatIfAnswer, error) {
	asOf, err := ParseAsOf(q.AsOf)
	if err != nil {
		return nil, err
	}
	v, err := s.open(ctx, region.Code(q.Region), asOf)
	if err != nil {
		return nil, err
	}
	for _, x := range []*float64{q.PM25RestMean, q.FactorPM, q.FactorO3} {
		if x != nil && (math.IsNaN(*x) || math.IsInf(*x, 0) || *x < 0) {
			return nil, fault.New(fault.Invalid, "what_if", "假设值应为不小于 0 的数")
		}
	}
	t, err := s.year(ctx, v, q.Year, q.Dust, v.unit)
	if err != nil {
		return nil, err
	}
	return t.whatIf(&q)
}

// Explain turns a figure's key back into how it came about.
func (s *Service) Explain(ctx context.Context, code region.Code, k string, asOf time.Time) (*Explanation, error) {
	v, err := s.open(ctx, code, asOf)
	if err != nil {
		return nil, err
	}
	parsed := parseKey(k)
	if len(parsed) > 1 && !v.mayExplain(parsed[1]) {
		return nil, errKey
	}
	e, err := v.board.explanation(parsed, func(y int, dust string, unit int) (*year, error) {
		return s.year(ctx, v, y, dust, unit)
	})
	if err != nil {
		return nil, err
	}
	return e, s.fillInputs(ctx, e, asOf)
}

// mayExplain tells whether the key's station or unit lies in what the reader asked for: a
// county's reader sees the inputs of its own stations only. Period keys name a list first;
// ranked values are public.
func (v *view) mayExplain(id string) bool {
	if v.unit == 0 {
		return true
	}
	for i, s := range v.board.stations {
		if s.ID == id {
			return v.board.stations[i].Region.Code == v.place.Code
		}
	}
	for _, u := range v.board.units {
		if u.place.Code == id {
			return id == v.place.Code
		}
	}
	return true
}

// Map gives the shapes of a region's map; empty collections when none are loaded.
func (s *Service) Map(ctx context.Context, code region.Code) (*MapLayers, error) {
	code, err := s.asked(ctx, code)
	if err != nil {
		return nil, err
	}
	city, ok := code.Ancestor(region.Prefecture)
	if !ok {
		if city, err = s.defaultCity(ctx); err != nil {
			return nil, err
		}
	}
	out := &MapLayers{Boundaries: emptyCollection(), Rivers: emptyCollection(), BBox: []float64{}}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		for layer, dst := range map[string]*map[string]any{"county": &out.Boundaries, "river": &out.Rivers} {
			text, _, err := readLayer(ctx, tx, city, layer)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(text), dst); err != nil {
				return fault.Wrap(err, fault.Internal, "map_layer", "地图数据损坏")
			}
		}
		return nil
	})
	out.BBox = boundsOf(within(out.Boundaries, code))
	if len(out.BBox) == 0 {
		out.BBox = boundsOf(out.Boundaries)
	}
	return out, err
}

// within is the features of a collection that lie in a region or hold it.
func within(fc map[string]any, code region.Code) map[string]any {
	features, _ := fc["features"].([]any)
	kept := []any{}
	for _, f := range features {
		m, _ := f.(map[string]any)
		props, _ := m["properties"].(map[string]any)
		own, _ := props["code"].(string)
		if c := region.Code(own); region.Contains(code, c) || region.Contains(c, code) {
			kept = append(kept, f)
		}
	}
	return map[string]any{"type": "FeatureCollection", "features": kept}
}

func emptyCollection() map[string]any {
	return map[string]any{"type": "FeatureCollection", "features": []any{}}
}

// ParseAsOf reads an as-of time; "" is now. Errors: invalid.
func ParseAsOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		ms, err := calendar.ParseTime(text)
		if err != nil {
			return time.Time{}, fault.Newf(fault.Invalid, "as_of", "截至时间“%s”应写成 2026-08-28T08:00 这样的时间", text).WithField("query.asOf", "应写成 2026-08-28T08:00 这样的时间", text)
		}
		t = time.UnixMilli(ms)
	}
	return t.In(shanghai), nil
}
