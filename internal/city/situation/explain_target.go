package situation

import (
	"fmt"
	"strconv"
	"strings"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/rules/num"
)

// explain fills the explanation of one figure of the target page.
func (t *year) explain(e *Explanation, what, item, place string) error {
	name := itemName(item)
	if name == "" {
		return errKey
	}
	e.Notes = append(e.Notes, t.b.rules.Edition.Name)
	e.Counts = append(e.Counts, Count{"截至", t.until.String()}, Count{"余下天数", strconv.Itoa(int(yearEnd(t.year) - t.until))})
	title := fmt.Sprintf("%s %d 年 %s ", place, t.year, name)
	switch what {
	case "target":
		e.Title, e.Formula = title+"目标", "由有权的单位录入，每次修改留痕"
		set := t.set[item]
		e.Inputs = append(e.Inputs, Input{Name: "目标", Value: trim(num.D(set.Value, 3)), Source: set.Source, Revision: int(set.Version)})
	case "to_date", "last_to_date", "last_rest":
		t.explainSum(e, title, what, item)
	case "allowed":
		return t.explainAllowed(e, title, item)
	case "probability":
		return t.explainChance(e, title, item)
	default:
		return errKey
	}
	return nil
}

// explainSum explains a mean or a count over a window of the year.
func (t *year) explainSum(e *Explanation, title, what, item string) {
	from, to, word := yearStart(t.year), t.until, "至今"
	switch what {
	case "last_to_date":
		from, to, word = yearStart(t.year-1), sameDayLastYear(t.until), "去年同期"
	case "last_rest":
		from, to, word = sameDayLastYear(t.until)+1, yearEnd(t.year-1), "去年余下同期"
	}
	st := t.b.statsOf(t.days, t.unit, from, to)
	e.Title = title + word
	ed := t.b.rules.Edition
	if _, p, mean := meanItem(item); mean {
		e.Formula = "有效日均值的算术平均（不是月均值的平均），按标准的位数修约一次"
		e.Clause, e.Confidence = ed.Decimals.Clause, ed.Decimals.Confidence.String()
		e.Counts = append(e.Counts, Count{"有效天数", itoa(int(st.N[p]))}, Count{"结果", periodText(t.b.rules, p, st.Value[p])})
		for d := to; d >= from; d-- {
			if i := int(d - t.days.Start); i >= 0 && i < t.days.Days {
				if v := t.days.V[p][t.days.At(t.unit, i)]; v >= 0 {
					e.Inputs = append(e.Inputs, Input{Name: d.String(), Value: t.b.concText(p, v), Unit: unitText(p), Source: "日值"})
				}
			}
		}
		return
	}
	e.Formula = "AQI ≤ 100 的有效天数；缺项且 AQI ≤ 100 的日子不是有效天"
	e.Clause, e.Confidence = ed.AQI.Clause, ed.AQI.Confidence.String()
	e.Counts = append(e.Counts, Count{"优良", itoa(int(st.GoodDays))}, Count{"有效天数", itoa(int(st.ValidDays))}, Count{"日历天数", itoa(int(to-from) + 1)})
	for n, days := range st.Levels {
		e.Inputs = append(e.Inputs, Input{Name: ed.Levels.Rows[n].Category, Value: itoa(int(days)), Unit: "天"})
	}
}

func (t *year) explainAllowed(e *Explanation, title, item string) error {
	e.Confidence, e.Clause = "A", "目标倒算：只用加减乘除"
	l, mean := t.mean[item]
	if !mean {
		g := t.good
		e.Title, e.Formula = title+"还需", "还需优良天 = 目标 − 已有优良天；可失天数 = 余下天数 − 还需"
		e.Inputs = append(e.Inputs, Input{Name: "目标", Value: itoa(g.Target), Unit: "天"}, Input{Name: "已有", Value: itoa(g.Good), Unit: "天"})
		e.Counts = append(e.Counts, Count{"还需", itoa(max(g.Needed, 0))}, Count{"可失", itoa(g.Losable)})
		return nil
	}
	e.Title = title + "余下日均上限"
	e.Formula = "（T′ ×（已用有效天 + 余下天数）− 已有日均值之和）÷ 余下天数；T′ 是修约后仍等于目标的最大年均值"
	e.Inputs = append(e.Inputs,
		Input{Name: "目标 T", Value: trim(num.D(l.Target, 3)), Unit: "µg/m³", Source: t.set[item].Source},
		Input{Name: "日均值之和", Value: num.D(l.Sum, 3).Round(0, num.HalfEven).String(), Unit: "µg/m³·天"},
		Input{Name: "已用有效天", Value: itoa(l.Used), Unit: "天"}, Input{Name: "余下天数", Value: itoa(l.Left), Unit: "天"})
	if l.Left > 0 {
		e.Counts = append(e.Counts,
			Count{"年均正好等于目标时的余下日均 R(T)", num.D(l.RestAtTarget.Round(10, num.HalfEven)/10, 2).String()},
			Count{"修约后仍达标的余下日均 R(T′)", num.D(l.RestAllowed.Round(10, num.Floor)/10, 2).String()})
	}
	return nil
}

func (t *year) explainChance(e *Explanation, title, item string) error {
	e.Title, e.Clause, e.Confidence = title+"完成概率", "估计，不是标准；检验见《评估》文档", "B"
	e.Formula = "余下各日按 10 天一块、六项污染物同日一起，从本市往年同季重抽；整段水平再乘一个随机因子（由多城市历史得出，颗粒物与一次气体共用，臭氧独立）；2,000 次中达到目标（" + t.aim(item) + "）的比例"
	for _, it := range []string{itemPM25, itemPM10, itemGood} {
		if set, ok := t.set[it]; ok && (item == it || item == "joint") {
			e.Inputs = append(e.Inputs, Input{Name: itemName(it) + " 目标", Value: trim(num.D(set.Value, 3)), Unit: itemUnit(it), Source: set.Source, Revision: int(set.Version)})
		}
	}
	o := t.out
	if o.err != nil {
		e.Notes = append(e.Notes, "现在没有估计："+chanceReason(o.err))
		return nil
	}
	opt := budget.DefaultOptions()
	e.Counts = append(e.Counts, Count{"成员数", itoa(o.sim.Members())}, Count{"块长", itoa(opt.BlockDays) + " 天"}, Count{"全国年际波动", fmt.Sprint(opt.YearShock)})
	for _, y := range o.sim.Years() {
		e.Inputs = append(e.Inputs, Input{Name: fmt.Sprintf("%d 年", y), Value: "全年日值", Source: "本市"})
	}
	e.Notes = append(e.Notes, "水平因子来源："+o.prior[0])
	e.NotesEN = append(e.NotesEN, "Source of the level factor: "+o.prior[1])
	if item == "joint" {
		e.Counts = append(e.Counts, Count{"同时达到", percent(o.base.Joint) + " %"})
		return nil
	}
	if a, ok := o.answer(item); ok {
		e.Counts = append(e.Counts, Count{"达到目标", percent(a.Probability) + " %"},
			Count{"年底 10–50–90 分位", t.endText(item, a.End.P10) + " – " + t.endText(item, a.End.P50) + " – " + t.endText(item, a.End.P90)})
	}
	return nil
}

// aim is the target itself in words: PM2.5 ≤ 46 µg/m³.
func (t *year) aim(item string) string {
	var parts []string
	for _, it := range []string{itemPM25, itemPM10, itemGood} {
		set, ok := t.set[it]
		if !ok || item != it && item != "joint" {
			continue
		}
		sign := " ≤ "
		if it == itemGood {
			sign = " ≥ "
		}
		parts = append(parts, itemName(it)+sign+trim(num.D(set.Value, 3))+" "+itemUnit(it))
	}
	if len(parts) == 0 {
		return "未设"
	}
	return strings.Join(parts, "、")
}

func itemName(item string) string {
	return map[string]string{itemPM25: "PM2.5", itemPM10: "PM10", itemGood: "优良天数", "joint": "三项目标"}[item]
}

func itemUnit(item string) string {
	if item == itemGood {
		return "天"
	}
	return "µg/m³"
}

func chanceReason(err error) string {
	switch err {
	case budget.ErrNoHistory:
		return "没有足够完整的往年数据（至少一年、300 个有效日）"
	case errNoTargets:
		return "尚未录入本年度目标"
	}
	return "计算失败，已记入日志"
}
