package situation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/standard"
)

// span is a period and the same one a year earlier.
type span struct{ from, to, fromLast, toLast calendar.Day }

// spanOf is the window of a ranking that ends on a day. A 29 February is compared with
// 28 February.
func spanOf(period string, day calendar.Day) (span, error) {
	y, m, d := day.Civil()
	last := min(d, monthLength(y-1, m))
	s := span{to: day, toLast: calendar.Date(y-1, m, last)}
	switch period {
	case "month":
		s.from, s.fromLast = calendar.Date(y, m, 1), calendar.Date(y-1, m, 1)
	case "ytd", "":
		s.from, s.fromLast = calendar.Date(y, time.January, 1), calendar.Date(y-1, time.January, 1)
	case "year": // the last full year before the day, or the day's own when it is complete
		if m != time.December || d != 31 {
			y--
		}
		s = span{calendar.Date(y, time.January, 1), calendar.Date(y, time.December, 31),
			calendar.Date(y-1, time.January, 1), calendar.Date(y-1, time.December, 31)}
	default:
		return s, fault.Newf(fault.Invalid, "period", "时段应为 month、ytd 或 year，收到“%s”", period)
	}
	return s, nil
}

func monthLength(y int, m time.Month) int {
	return int(calendar.Date(y, m+1, 1) - calendar.Date(y, m, 1))
}

// table is the units a ranking is made over.
type table struct {
	list   CityList
	days   *air.Days
	rows   []int // units of days, in the list's order
	places []Place
	own    int // index into rows, −1
}

// tableOf finds the units of a list: province, nation, county, or a named list.
func (b *board) tableOf(list, dust string) (*table, error) {
	if list == "county" {
		t := &table{days: b.days(dust), own: -1, list: CityList{ID: list, Name: b.city.Name + "各县（市、区）", NameEN: "counties of " + b.city.Name, Source: "县级站", SourceEN: "county stations", Confidence: "A"}}
		for i := 1; i < len(b.units); i++ {
			t.rows, t.places = append(t.rows, i), append(t.places, b.units[i].place)
		}
		t.list.Members = len(t.rows)
		return t, nil
	}
	if b.panel == nil {
		return nil, fault.New(fault.NotFound, "no_panel", "没有其他城市的数据，无法排名。请先导入全国或全省城市的日均值")
	}
	t := &table{days: b.panel, own: -1}
	if dust == "assessed" {
		t.days = b.panelAssessed
	}
	include, err := b.membership(list, t)
	if err != nil {
		return nil, err
	}
	for i, c := range b.cities {
		if include(c) {
			if i == b.own {
				t.own = len(t.rows)
			}
			t.rows, t.places = append(t.rows, i), append(t.places, c.place)
		}
	}
	t.list.Members = len(t.rows)
	return t, nil
}

func (b *board) membership(list string, t *table) (func(panelCity) bool, error) {
	switch list {
	case "nation", "":
		t.list = CityList{ID: "nation", Name: "全国有数据的城市", NameEN: "cities of the nation with data", Source: "已导入的城市日均值", SourceEN: "imported daily values of cities", Confidence: "A"}
		return func(panelCity) bool { return true }, nil
	case "province":
		province := ""
		if b.own >= 0 {
			province = b.cities[b.own].province
		}
		t.list = CityList{ID: list, Name: province + "各市", NameEN: "cities of " + province, Source: "GB/T 2260", SourceEN: "GB/T 2260", Confidence: "A"}
		return func(c panelCity) bool { return c.province == province }, nil
	}
	l, err := b.engines.registry.List(list, b.today)
	if err != nil {
		if l, err = b.engines.registry.Latest(list); err != nil {
			return nil, fault.Newf(fault.NotFound, "list", "没有名为“%s”的城市名单", list)
		}
	}
	if !l.Complete {
		return nil, fault.Newf(fault.Invalid, "list_incomplete", "名单“%s”的成员尚未核实，不能用来排名", l.Name)
	}
	t.list = CityList{ID: l.ID, Name: l.Name, NameEN: orText(l.NameEN, l.Name), Source: l.Source, SourceEN: orText(l.SourceEN, l.Source), Confidence: l.Confidence.String()}
	return func(c panelCity) bool { return slices.Contains(l.Members, c.short) }, nil
}

// ranking is a list ranked by composite index over a period that ends on day.
func (b *board) ranking(list, period, dust string, day calendar.Day) (*Ranking, error) {
	s, err := spanOf(period, day)
	if err != nil {
		return nil, err
	}
	t, err := b.tableOf(list, dust)
	if err != nil {
		return nil, err
	}
	now, before := b.windowStats(t, s.from, s.to), b.windowStats(t, s.fromLast, s.toLast)
	places, placesLast := air.Rank(composites(now), false), air.Rank(composites(before), false)
	out := &Ranking{List: t.list, Period: orText(period, "ytd"), From: s.from.String(), To: s.to.String(), Rows: []RankRow{}}
	out.StandardNote, out.StandardNoteEN = b.crossing(s)
	short := 0
	for i := range t.rows {
		r := b.rankRow(t, i, &now[i], &before[i], list, s, dust)
		r.Rank, r.RankLast = int(places[i]), int(placesLast[i])
		if len(r.Short) > 0 && r.Rank > 0 {
			short++
		}
		if r.Rank > 0 && r.RankLast > 0 {
			r.RankChange = r.Rank - r.RankLast
		}
		if r.Own {
			out.Own = OwnPlace{r.Rank, ranked(places)}
		}
		out.Rows = append(out.Rows, r)
	}
	slices.SortStableFunc(out.Rows, func(x, y RankRow) int {
		return cmp.Or(cmp.Compare(lastIfZero(x.Rank), lastIfZero(y.Rank)), cmp.Compare(x.Region.Code, y.Region.Code))
	})
	if short > 0 {
		out.ValidityNote = fmt.Sprintf("%d 个地区有效天数不足（已标注），位次仅供参考。", short)
		out.ValidityNoteEN = fmt.Sprintf("%d places rest on too few valid days (marked); their rank is for information only.", short)
	}
	out.Answer, out.AnswerEN = rankAnswer(b.city.Name, out)
	return out, nil
}

func lastIfZero(rank int) int {
	if rank == 0 {
		return 1 << 30
	}
	return rank
}

func ranked(places []int16) (n int) {
	for _, p := range places {
		if p > 0 {
			n++
		}
	}
	return n
}

func (b *board) windowStats(t *table, from, to calendar.Day) []air.Stats {
	w := air.WindowOf(t.days.Start, t.days.Days, from, to)
	out := make([]air.Stats, len(t.rows))
	for i, u := range t.rows {
		if w.From < w.To {
			b.rules.Period(&out[i], t.days, u, w, false)
		} else {
			out[i] = emptyStats()
		}
	}
	return out
}

func emptyStats() air.Stats {
	s := air.Stats{Composite: -1}
	for p := range s.Value {
		s.Value[p], s.High[p], s.Single[p] = -1, -1, -1
	}
	return s
}

func composites(stats []air.Stats) []int32 {
	out := make([]int32, len(stats))
	for i := range stats {
		out[i] = stats[i].Composite
	}
	return out
}

// crossing notes that a comparison spans a change of the standard.
func (b *board) crossing(s span) (zh, en string) {
	a, z := b.engines.on(s.fromLast), b.engines.on(s.to)
	if a == z {
		return "", ""
	}
	name := func(r *air.Rules) string { return orText(r.Edition.NameEN, r.Edition.Name) }
	return fmt.Sprintf("所比时段跨越 %s（%s 施行），两年均按 %s限值重新计算。", z.Edition.From, z.Edition.Name, b.rules.Edition.Name),
		fmt.Sprintf("The comparison crosses %s (%s in force); both years are computed again with the limits of %s.", z.Edition.From, name(z), name(b.rules))
}

func (b *board) rankRow(t *table, i int, now, before *air.Stats, list string, s span, dust string) RankRow {
	r := b.rules
	k := func(what string) key {
		return key{"period", orText(list, "nation"), t.places[i].Code, s.from.String(), s.to.String(), what, orText(dust, "observed")}
	}
	fig := func(p air.Pollutant) Figure {
		return b.figure(k(p.Column()), periodText(r, p, now.Value[p]), unitText(p)).counted(int(now.N[p]), int(now.Days))
	}
	row := RankRow{Region: t.places[i], Own: i == t.own,
		Composite:     b.figure(k("composite"), indexText(r, now.Composite), "").counted(int(now.ValidDays), int(now.Days)),
		CompositeLast: indexText(r, before.Composite),
		SO2:           fig(air.SO2), NO2: fig(air.NO2), PM10: fig(air.PM10), PM25: fig(air.PM25), COP95: fig(air.CO), O3P90: fig(air.O3_8h),
		GoodDays: int(now.GoodDays), ValidDays: int(now.ValidDays)}
	index := standard.Of(r.IndexItems()...)
	row.Short = names(b.shortOf(t.days, t.rows[i], s.from, s.to, index).List())
	row.ShortLast = before.Composite >= 0 && b.shortOf(t.days, t.rows[i], s.fromLast, s.toLast, index) != 0
	row.Change = changeText(r.Edition, row.Composite.Value, row.CompositeLast)
	for p, at := range map[air.Pollutant]*string{air.SO2: &row.ISO2, air.NO2: &row.INO2, air.PM10: &row.IPM10,
		air.PM25: &row.IPM25, air.CO: &row.ICO, air.O3_8h: &row.IO3} {
		*at = singleText(r, now.Single[p])
	}
	if now.Composite >= 0 {
		row.Worst = now.Worst.String()
	}
	if ratio, ok := r.GoodRatio(now); ok {
		row.GoodRatio = ratio.String()
	}
	return row
}

func rankAnswer(city string, r *Ranking) (zh, en string) {
	when := map[string]string{"month": "本月至今", "ytd": "今年至今", "year": r.From[:4] + " 年"}[r.Period]
	whenEN := map[string]string{"month": "month to date", "ytd": "year to date", "year": r.From[:4]}[r.Period]
	for _, row := range r.Rows {
		if !row.Own || row.Rank == 0 {
			continue
		}
		zh = fmt.Sprintf("%s%s综合指数 %s，在%s中排第 %d", when, city, row.Composite.Value, among(r.List.Name, r.Own.Of), row.Rank)
		en = fmt.Sprintf("%s: composite index %s, place %d of %d (%s)", whenEN, row.Composite.Value, row.Rank, r.Own.Of, r.List.ID)
		if row.RankLast > 0 {
			zh += "，" + moved(row.RankChange)
			en += fmt.Sprintf(", last year %d", row.RankLast)
		}
		return zh + "；最重的是 " + row.Worst + "。", en + "; heaviest item " + row.Worst + "."
	}
	if len(r.Rows) > 0 && r.Rows[0].Rank == 1 {
		best := r.Rows[0]
		return fmt.Sprintf("%s%s最好（%s），共 %d 个。", when, best.Region.Name, best.Composite.Value, len(r.Rows)),
			fmt.Sprintf("%s: best is %s (%s) of %d.", whenEN, best.Region.Name, best.Composite.Value, len(r.Rows))
	}
	return when + "没有可排名的数据。", whenEN + ": nothing to rank."
}

// among is a list of cities or counties and their number in one phrase: 河南省 18 个城市.
func among(list string, n int) string {
	if head, _, ok := strings.Cut(list, "县（市、区）"); ok {
		return fmt.Sprintf("%s %d 个县（市、区）", strings.TrimSuffix(head, "各"), n)
	}
	for _, end := range []string{"各市", "的城市", "城市"} {
		if name, ok := strings.CutSuffix(list, end); ok {
			list = name
			break
		}
	}
	return fmt.Sprintf("%s %d 个城市", list, n)
}

func moved(change int) string {
	switch {
	case change < 0:
		return fmt.Sprintf("比去年同期前进 %d 位", -change)
	case change > 0:
		return fmt.Sprintf("比去年同期后退 %d 位", change)
	}
	return "与去年同期相同"
}
