package situation

import (
	"fmt"
	"math"
	"strings"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

var ozoneOnly = standard.Of(air.O3_8h)

// sliders are where "if the rest of the year…" begins: the rest as it must be for PM2.5,
// particulate days in proportion to it, ozone days as last year.
func (t *year) sliders() Sliders {
	rest := t.restStats(t.year - 1)
	pm, o3 := t.exceeding(sameDayLastYear(t.until)+1, yearEnd(t.year-1))
	s := Sliders{
		PMRest:       SliderNumber{LastYear: periodText(t.b.rules, air.PM25, rest.Value[air.PM25])},
		PMExceedDays: SliderNumber{Value: itoa(pm), LastYear: itoa(pm)},
		O3ExceedDays: SliderNumber{Value: itoa(o3), LastYear: itoa(o3)},
	}
	s.PMRest.Value = s.PMRest.LastYear
	l := t.mean[itemPM25]
	if _, has := t.set[itemPM25]; has && l.Left > 0 && l.Used > 0 && l.RestAllowed.Num > 0 {
		s.PMRest.Value = num.D(l.RestAllowed.Round(100, num.Floor)/100, 1).String()
		if last := t.restMean(air.PM25, &rest); last > 0 {
			s.PMExceedDays.Value = itoa(int(math.Round(float64(pm) * min(l.RestAllowed.Float()/1000/last, 1))))
		}
	}
	return s
}

// restMean is a mean in µg/m³, 0 without values.
func (t *year) restMean(p air.Pollutant, st *air.Stats) float64 {
	if st.Value[p] < 0 {
		return 0
	}
	return t.b.rules.PeriodConc(p, st.Value[p]).Float64()
}

// whatIf answers an assumption about the days left: exact arithmetic for the year's end, and
// the chance when the same members live through it.
func (t *year) whatIf(q *WhatIf) (*WhatIfAnswer, error) {
	left := int(yearEnd(t.year) - t.until)
	if q.PMExceedDays != nil && q.O3ExceedDays != nil && *q.PMExceedDays+*q.O3ExceedDays > left {
		return nil, fault.Newf(fault.Invalid, "too_many_days", "余下只有 %d 天，两项超标天数之和不能更多", left)
	}
	out := &WhatIfAnswer{Probability: map[string]string{}, Arithmetic: []string{}, ArithmeticEN: []string{}}
	pm, o3 := t.assumedFactors(q)
	t.meanOutcome(out, &out.PM25, itemPM25, t.assumedRest(q, itemPM25, pm))
	t.meanOutcome(out, &out.PM10, itemPM10, t.assumedRest(q, itemPM10, pm))
	t.goodOutcome(out, q, left, pm, o3)
	return out, t.assumedChance(out, pm, o3)
}

// assumedFactors turns the assumption into factors on what the rest would otherwise be: the
// median of the members for particulates, the expected lost days for ozone.
func (t *year) assumedFactors(q *WhatIf) (pm, o3 float64) {
	pm, o3 = 1, 1
	if q.FactorPM != nil {
		pm = *q.FactorPM
	}
	if q.FactorO3 != nil {
		o3 = *q.FactorO3
	}
	l := t.mean[itemPM25]
	if a, ok := t.out.answer(itemPM25); ok && q.PM25RestMean != nil && l.Left > 0 {
		median := (a.End.P50*float64(l.All) - float64(l.Sum)) / float64(l.Left) / 1000
		if median > 0 {
			pm *= *q.PM25RestMean / median
		}
	}
	if _, last := t.exceeding(sameDayLastYear(t.until)+1, yearEnd(t.year-1)); q.O3ExceedDays != nil && last > 0 {
		o3 *= float64(*q.O3ExceedDays) / float64(last)
	}
	return pm, o3
}

// assumedRest is the mean of the days left in thousandths: as given, or last year's rest
// times the factor.
func (t *year) assumedRest(q *WhatIf, item string, factor float64) int64 {
	_, p, _ := meanItem(item)
	rest := t.restStats(t.year - 1)
	if item == itemPM25 && q.PM25RestMean != nil {
		return int64(math.Round(*q.PM25RestMean * 1000))
	}
	if q.PM25RestMean != nil { // PM10 moves as PM2.5 does against last year's rest
		if last := t.restMean(air.PM25, &rest); last > 0 {
			factor = *q.PM25RestMean / last
		}
	}
	return int64(math.Round(t.restMean(p, &rest) * 1000 * factor))
}

func (t *year) meanOutcome(out *WhatIfAnswer, to *Outcome, item string, rest int64) {
	l := t.mean[item]
	_, p, _ := meanItem(item)
	if l.Used+l.Left == 0 {
		return
	}
	_, _, places := t.b.rules.DecimalsOf(p)
	end := l.EndWith(rest * int64(l.Left))
	to.Value = num.D(end.Round(l.Quantum, num.HalfEven), 3).Round(places, num.HalfEven).String()
	if _, has := t.set[item]; has {
		to.Met = l.Met(rest * int64(l.Left))
		to.Margin = signed(num.D(l.Target-end.Round(l.Quantum, num.HalfEven), 3).Round(places, num.HalfEven))
	}
	sum := fmt.Sprintf("（%s×%d + %s×%d）÷ %d = %s", periodText(t.b.rules, p, t.stats.Value[p]), l.Used,
		num.D(rest, 3).Round(1, num.HalfEven), l.Left, l.All, to.Value)
	out.Arithmetic = append(out.Arithmetic, p.String()+"："+sum)
	out.ArithmeticEN = append(out.ArithmeticEN, p.String()+": "+strings.NewReplacer("（", "(", "）", ") ").Replace(sum))
}

func (t *year) goodOutcome(out *WhatIfAnswer, q *WhatIf, left int, pmFactor, o3Factor float64) {
	pm, o3 := t.exceeding(sameDayLastYear(t.until)+1, yearEnd(t.year-1))
	pm, o3 = int(math.Round(float64(pm)*pmFactor)), int(math.Round(float64(o3)*o3Factor))
	if q.PMExceedDays != nil {
		pm = *q.PMExceedDays
	}
	if q.O3ExceedDays != nil {
		o3 = *q.O3ExceedDays
	}
	good := t.good.Good + max(left-pm-o3, 0)
	out.GoodDays.Value = itoa(good)
	if _, has := t.set[itemGood]; has {
		out.GoodDays.Met = good >= t.good.Target
		out.GoodDays.Margin = signed(num.D(int64(good-t.good.Target), 0))
	}
	sum := fmt.Sprintf("%d + %d − %d − %d = %d", t.good.Good, left, pm, o3, good)
	out.Arithmetic = append(out.Arithmetic, "优良天数："+sum)
	out.ArithmeticEN = append(out.ArithmeticEN, "good days: "+sum)
}

func (t *year) assumedChance(out *WhatIfAnswer, pm, o3 float64) error {
	if t.out.base == nil {
		return nil
	}
	sc := budget.Scenario{}
	window := calendar.Window{From: t.until + 1, To: yearEnd(t.year)}
	if pm != 1 {
		sc.Steps = append(sc.Steps, budget.Step{Window: window, Items: budget.Particulates(), Factor: pm})
	}
	switch {
	case o3 < 1:
		sc.OzoneCut = 1 - o3
	case o3 > 1:
		sc.Steps = append(sc.Steps, budget.Step{Window: window, Items: []budget.Item{budget.O3}, Factor: o3})
	}
	res, err := t.out.sim.Run(sc, t.out.targets)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "scenario", "假设超出可计算的范围")
	}
	for i, k := range t.out.keys {
		out.Probability[k] = percent(res.Answers[i].Probability)
	}
	out.Probability["joint"] = percent(res.Joint)
	return nil
}

// answer is the sentence at the head of the page.
func (t *year) answer(p *Targets) (zh, en string) {
	var have []string
	var haveEN []string
	tightest, lowest := -1, 2.0
	for i, it := range p.Items {
		a, ok := t.out.answer(it.Item)
		if !ok {
			continue
		}
		have = append(have, fmt.Sprintf("%s %s%%", it.Name, it.Probability.Value))
		haveEN = append(haveEN, fmt.Sprintf("%s %s%%", englishItem(it.Item), it.Probability.Value))
		if a.Probability < lowest {
			tightest, lowest = i, a.Probability
		}
	}
	if tightest < 0 {
		return t.plainAnswer(p)
	}
	it := p.Items[tightest]
	zh = "按现有走势，完成概率 " + strings.Join(have, "、") + "。最紧的是 " + it.Name + "："
	en = "Chance of meeting: " + strings.Join(haveEN, ", ") + ". Tightest: " + englishItem(it.Item)
	if it.Item == itemGood {
		zh += fmt.Sprintf("余下 %d 天还需 %d 个优良天，去年同期 %s 天。", p.DaysLeft, it.GoodNeeded, it.LastYearRest.Value)
		en += fmt.Sprintf(", %d of the %d days left must be good (last year %s).", it.GoodNeeded, p.DaysLeft, it.LastYearRest.Value)
	} else {
		zh += fmt.Sprintf("余下 %d 天日均须 ≤ %s，去年同期 %s。", p.DaysLeft, it.AllowedMean.Value, it.LastYearRest.Value)
		en += fmt.Sprintf(", the %d days left may average %s (last year %s).", p.DaysLeft, it.AllowedMean.Value, it.LastYearRest.Value)
	}
	return zh, en
}

// plainAnswer is the sentence without a probability: no targets, or no past year.
func (t *year) plainAnswer(p *Targets) (zh, en string) {
	var parts, partsEN []string
	for _, it := range p.Items[:2] {
		if it.ToDate.Value != "" {
			parts, partsEN = append(parts, it.Name+" "+it.ToDate.Value), append(partsEN, it.Name+" "+it.ToDate.Value)
		}
	}
	if t.stats.ValidDays > 0 {
		parts = append(parts, fmt.Sprintf("优良天数 %d 天", t.good.Good))
		partsEN = append(partsEN, fmt.Sprintf("%d good days", t.good.Good))
	}
	zh, en = "今年至今 "+strings.Join(parts, "、")+"；", "To date "+strings.Join(partsEN, ", ")+"; "
	if len(parts) == 0 {
		zh, en = "今年还没有有效的日数据；", "There is no valid day of this year yet; "
	}
	if len(t.set) == 0 {
		return zh + "尚未录入本年度目标。", en + "no targets are set for this year."
	}
	return zh + "没有可用的历史年份，暂不能估计完成概率。", en + "without a past year no probability can be given."
}

func englishItem(item string) string {
	return map[string]string{itemPM25: "PM2.5", itemPM10: "PM10", itemGood: "good days", "joint": "all three targets"}[item]
}
