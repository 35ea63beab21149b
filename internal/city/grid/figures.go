package grid

import "qingshan/internal/rules/indicator"

// figure is an indicator as it is shown: what it is called and what exactly is divided by what.
type figure struct {
	id, name, nameEn, formula, formulaEn string
	graded                               bool // more is better: it has a grade by the bands
	of                                   func(*indicator.Indicators) indicator.Rate
}

// figures are the indicators of how cases are handled, in the order they are shown.
var figures = [...]figure{
	{"filing", "立案率", "Filed", "立案（转入交办办理）÷ 上报", "filed (taken on for handling) ÷ reported", true,
		func(x *indicator.Indicators) indicator.Rate { return x.Filing }},
	{"closing", "结案率", "Closed", "结案 ÷ 应结案", "closed ÷ due to be closed", true,
		func(x *indicator.Indicators) indicator.Rate { return x.Closing }},
	{"onTime", "按期结案率", "Closed in time", "按期结案 ÷ 应结案；按期指在办理时限（含批准的暂停、延期）内报结且已结案",
		"closed in time ÷ due to be closed; in time: handed in within the term with its granted pauses and extensions, and closed", true,
		func(x *indicator.Indicators) indicator.Rate { return x.OnTime }},
	{"handling", "按时处置率", "Handled in time", "按时处置（办理时限内报结）÷ 应处置", "handed in within the term ÷ due to be handled", true,
		func(x *indicator.Indicators) indicator.Rate { return x.Handling }},
	{"ownShare", "网格上报占比", "Filed from the grid", "网格人员上报的立案 ÷ 立案（监督员上报占比）", "filed from reports of the grid's own people ÷ filed", false,
		func(x *indicator.Indicators) indicator.Rate { return x.OwnShare }},
	{"valid", "有效上报率", "Valid reports", "上报中未被核实为不属实的 ÷ 上报", "reports not found untrue ÷ reported", true,
		func(x *indicator.Indicators) indicator.Rate { return x.Valid }},
	{"dispatch", "准确派遣率", "Handed to the right unit", "派遣后未因职责不符退回的 ÷ 派遣", "handed out and not returned as another's duty ÷ handed out", true,
		func(x *indicator.Indicators) indicator.Rate { return x.Dispatch }},
	{"rework", "返工率", "Sent back", "返工次数 ÷ 处置（报结）次数", "times sent back ÷ times handed in", false,
		func(x *indicator.Indicators) indicator.Rate { return x.Rework }},
	{"extension", "延期率", "Extended", "延期的 ÷ 派遣", "extended ÷ handed out", false,
		func(x *indicator.Indicators) indicator.Rate { return x.Extension }},
	{"return", "退回率", "Returned", "因职责不符退回的 ÷ 派遣", "returned as another's duty ÷ handed out", false,
		func(x *indicator.Indicators) indicator.Rate { return x.Return }},
	{"shelving", "挂账率", "Shelved", "挂账、缓办的 ÷ 派遣", "shelved or put off ÷ handed out", false,
		func(x *indicator.Indicators) indicator.Rate { return x.Shelving }},
	{"recurring", "重复率", "Recurred", "结案后又发生的 ÷ 结案（不含不属实）", "recurred after closing ÷ closed, without untrue ones", false,
		func(x *indicator.Indicators) indicator.Rate { return x.Recurring }},
}
