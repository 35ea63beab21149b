package situation

import (
	"fmt"
	"strconv"
	"strings"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/num"
)

// explain fills the explanation of one figure of the target page.
func (t *year) explain(e *Explanation, what, item, place string) error {
	name := itemName(item)
	if name == "" {
		return errKey
	}
	ed := t.b.rules.Edition
	e.note(ed.Name, orText(ed.NameEN, ed.Name))
	e.count("截至", "as of", t.until.String())
	e.count("余下天数", "days left", strconv.Itoa(int(yearEnd(t.year)-t.until)))
	title := title{fmt.Sprintf("%s %d 年 %s ", place, t.year, name), fmt.Sprintf("%s %d %s: ", place, t.year, englishItem(item))}
	set := t.set[item]
	switch what {
	case "target":
		title.with(e, "目标", "target")
		e.formula("由有权的单位录入，每次修改留痕", "entered by the unit in charge; every change is kept")
		e.clause("年度目标，不是标准条款："+orText(set.Source, "尚未录入"), "a target of the year, no clause of a standard: "+orText(set.Source, "not set yet"))
		e.Confidence = "A"
		t.targetInput(e, item, "目标", "target")
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
func (t *year) explainSum(e *Explanation, title title, what, item string) {
	from, to, word, wordEN := yearStart(t.year), t.until, "至今", "to date"
	switch what {
	case "last_to_date":
		from, to, word, wordEN = yearStart(t.year-1), sameDayLastYear(t.until), "去年同期", "same period of last year"
	case "last_rest":
		from, to, word, wordEN = sameDayLastYear(t.until)+1, yearEnd(t.year-1), "去年余下同期", "rest of last year"
	}
	st := t.b.statsOf(t.days, t.unit, from, to)
	title.with(e, word, wordEN)
	ed := t.b.rules.Edition
	if _, p, mean := meanItem(item); mean {
		e.formula("有效日均值的算术平均（不是月均值的平均），按标准的位数修约一次", "arithmetic mean of the valid daily means (not of monthly means), rounded once to the standard's decimals")
		e.clause(ed.Decimals.Clause, ed.Decimals.ClauseEN)
		e.Confidence = ed.Decimals.Confidence.String()
		e.count("有效天数", "valid days", itoa(int(st.N[p])))
		e.count("结果", "result", periodText(t.b.rules, p, st.Value[p]))
		c := t.b.unitColumn(t.unit, t.dust)
		t.b.noteValidity(e, c, []air.Pollutant{p}, from, to)
		t.b.dayInputs(e, c, p, from, to)
		return
	}
	e.formula("AQI ≤ 100 的有效天数；缺项且 AQI ≤ 100 的日子不是有效天", "valid days with AQI ≤ 100; a day that lacks an item and has AQI ≤ 100 is not valid")
	e.clause(ed.AQI.Clause, ed.AQI.ClauseEN)
	e.Confidence = ed.AQI.Confidence.String()
	e.count("优良", "good", itoa(int(st.GoodDays)))
	e.count("有效天数", "valid days", itoa(int(st.ValidDays)))
	e.count("日历天数", "calendar days", itoa(int(to-from)+1))
	for n, days := range st.Levels {
		e.input(ed.Levels.Rows[n].Category, ed.Levels.Rows[n].English, itoa(int(days)), "天")
	}
}

func (t *year) explainAllowed(e *Explanation, title title, item string) error {
	e.Confidence = "A"
	e.clause("目标倒算：只用加减乘除", "target arithmetic: plain sums and quotients")
	l, mean := t.mean[item]
	if !mean {
		g := t.good
		title.with(e, "还需", "still needed")
		e.formula("还需优良天 = 目标 − 已有优良天；可失天数 = 余下天数 − 还需", "needed = target − good days so far; days that may be lost = days left − needed")
		t.targetInput(e, item, "目标", "target")
		e.input("已有", "so far", itoa(g.Good), "天")
		e.count("还需", "needed", itoa(max(g.Needed, 0)))
		e.count("可失", "may be lost", itoa(g.Losable))
		return nil
	}
	title.with(e, "余下日均上限", "mean that the days left may have")
	e.formula("（T′ ×（已用有效天 + 余下天数）− 已有日均值之和）÷ 余下天数；T′ 是修约后仍等于目标的最大年均值",
		"(T′ × (valid days so far + days left) − sum of the daily means so far) ÷ days left; T′ is the largest yearly mean that still rounds to the target")
	t.targetInput(e, item, "目标 T", "target T")
	e.input("日均值之和", "sum of the daily means", num.D(l.Sum, 3).Round(0, num.HalfEven).String(), "µg/m³·天")
	e.input("已用有效天", "valid days so far", itoa(l.Used), "天")
	e.input("余下天数", "days left", itoa(l.Left), "天")
	if l.Left > 0 {
		e.count("年均正好等于目标时的余下日均 R(T)", "mean of the rest that ends the year exactly at the target, R(T)", num.D(l.RestAtTarget.Round(10, num.HalfEven)/10, 2).String())
		e.count("修约后仍达标的余下日均 R(T′)", "mean of the rest that still meets it after rounding, R(T′)", num.D(l.RestAllowed.Round(10, num.Floor)/10, 2).String())
	}
	return nil
}

// targetInput lists a target as an input: its file and the version in force.
func (t *year) targetInput(e *Explanation, item, zh, en string) {
	set := t.set[item]
	in := e.input(zh, en, trim(num.D(set.Value, 3)), itemUnit(item))
	in.Source, in.SourceEN, in.Revision = set.Source, set.Source, int(set.Version)
	if set.UpdatedAt > 0 {
		in.RecordedAt = hourText(set.UpdatedAt)
	}
}

// title is the beginning of a title in Chinese and English.
type title struct{ zh, en string }

func (t title) with(e *Explanation, zh, en string) { e.title(t.zh+zh, t.en+en) }

func (t *year) explainChance(e *Explanation, title title, item string) error {
	title.with(e, "完成概率", "probability of meeting it")
	e.clause("估计，不是标准；检验见《评估》文档", "an estimate, no standard; tested in the evaluation document")
	e.Confidence = "B"
	opt := budget.DefaultOptions()
	e.formula(fmt.Sprintf("余下各日按 %d 天一块、六项污染物同日一起，从本市往年同季重抽；整段水平再乘一个随机因子（由多城市历史得出，颗粒物与一次气体共用，臭氧独立）；%d 次中达到目标（%s）的比例", opt.BlockDays, opt.Members, t.aim(item)),
		fmt.Sprintf("the days left are drawn again from the city's past years in the same season, in blocks of %d days, the six pollutants of a day together; the level of the rest is multiplied by a random factor (learned on many cities, one for particulates and primary gases, another for ozone); the share of %d draws that meet the target (%s)", opt.BlockDays, opt.Members, t.aimEN(item)))
	for _, it := range []string{itemPM25, itemPM10, itemGood} {
		if _, ok := t.set[it]; ok && (item == it || item == "joint") {
			t.targetInput(e, it, itemName(it)+" 目标", "target of "+englishItem(it))
		}
	}
	o := t.out
	if o.err != nil {
		zh, en := chanceReason(o.err)
		e.note("现在没有估计："+zh, "no estimate now: "+en)
		return nil
	}
	e.count("成员数", "members", itoa(o.sim.Members()))
	e.count2("块长", "length of a block", itoa(opt.BlockDays)+" 天", itoa(opt.BlockDays)+" days")
	e.count("全国年际波动", "nationwide shock of a year", fmt.Sprint(o.shock))
	for _, y := range o.sim.Years() {
		in := e.input(fmt.Sprintf("%d 年", y), itoa(y), "", "")
		in.Source, in.SourceEN = "本市全年日值", "daily values of the city"
	}
	e.note("水平因子来源："+o.prior[0], "source of the level factor: "+o.prior[1])
	if item == "joint" {
		e.count("同时达到", "all met", percent(o.base.Joint)+" %")
		return nil
	}
	if a, ok := o.answer(item); ok {
		e.count("达到目标", "target met", percent(a.Probability)+" %")
		e.count("年底 10–50–90 分位", "end of the year, percentiles 10–50–90", t.endText(item, a.End.P10)+" – "+t.endText(item, a.End.P50)+" – "+t.endText(item, a.End.P90))
	}
	return nil
}

// aim is the target itself in words: PM2.5 ≤ 46 µg/m³.
func (t *year) aim(item string) string {
	return orText(strings.Join(t.aims(item, itemName, itemUnit), "、"), "未设")
}

func (t *year) aimEN(item string) string {
	unit := func(it string) string { return englishUnit(itemUnit(it)) }
	return orText(strings.Join(t.aims(item, englishItem, unit), ", "), "not set")
}

func (t *year) aims(item string, name, unit func(string) string) (parts []string) {
	for _, it := range []string{itemPM25, itemPM10, itemGood} {
		set, ok := t.set[it]
		if !ok || item != it && item != "joint" {
			continue
		}
		sign := " ≤ "
		if it == itemGood {
			sign = " ≥ "
		}
		parts = append(parts, name(it)+sign+trim(num.D(set.Value, 3))+" "+unit(it))
	}
	return parts
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

func chanceReason(err error) (zh, en string) {
	switch err {
	case budget.ErrNoHistory:
		return "没有足够完整的往年数据（至少一年、300 个有效日）", "no past year is complete enough (one year with 300 valid days is needed)"
	case errNoTargets:
		return "尚未录入本年度目标", "no targets are set for this year"
	}
	return "计算失败，已记入日志", "the computation failed; see the log"
}
