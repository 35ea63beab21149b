package indicator

import (
	"cmp"
	"slices"
)

// Case is a matter as the indicators see it. Times are ms UTC, 0 none.
type Case struct {
	Reported   int64
	Filed      int64 // 立案; 0: not filed
	Dispatched int64 // 派遣, the first
	Handled    int64 // when the disposing clock stopped: the handing in; 0: it has not, or there is none
	Closed     int64
	// Due is the end of the disposing clock with all suspended time and extensions already
	// added: a suspension moves the due moment, it does not take the case out.
	Due       int64
	Own       bool // filed from a report of the grid's own people (监督员上报)
	Outside   bool // found by others while a patrol was due; a problem of others of which no patrol was due counts for neither
	Missed    bool // of these: the own grid should have found it (漏报)
	Beyond    bool // on no patrol's list: counts neither as discovered nor as missed
	Unfounded bool // looked into and not true: no finding of anybody
	Reworks   int  // times sent back by the checker (返工)
	Returned  int  // times returned as not one's own (退回, 推诿)
	Extended  int
	Shelved   bool // 挂账: the clock stands until a named condition; it is not closed
	Recurred  bool // the same again within the look-back after closing
	Roadside  bool // could be seen from the road
	Trivial   bool
	Performed int // times handed in (处置数)
}

// Period is from (inclusive) to to (exclusive), ms UTC.
type Period struct{ From, To int64 }

func (p Period) has(t int64) bool { return t >= p.From && t < p.To && t > 0 }

// Indicators are those of governance.md §5.4 and §4.3 for one evaluation object.
type Indicators struct {
	Filing    Rate // 立案率 = 立案 ÷ 上报
	Closing   Rate // 结案率 = 结案 ÷ 应结案
	OnTime    Rate // 按期结案率 = 按期结案 ÷ 应结案; in time: closed, and handed in within the term
	OwnShare  Rate // 监督员上报占比 = 监督员立案 ÷ 立案
	Rework    Rate // 返工率 = 返工 ÷ 处置
	Missing   Rate // 漏报率 = 漏报 ÷ (漏报 + 自主发现)
	Discovery Rate // 自主发现率 = 自主 ÷ (自主 + 外部)
	Roadside  Rate // 低级问题漏报 = 路边可见 ÷ 漏报
	Valid     Rate // 有效上报率 = 未被核实为不属实的上报 ÷ 上报
	Dispatch  Rate // 准确派遣率 = 未被退回的派遣 ÷ 派遣
	Extension Rate // 延期率 = 延期 ÷ 派遣
	Return    Rate // 推诿(退回)率 = 退回 ÷ 派遣
	Shelving  Rate // 挂账率 = 挂账 ÷ 派遣
	Handling  Rate // 按时处置率 = 按时处置 ÷ 应处置
	Recurring Rate // 重复率 = 销号后再发 ÷ 结案
	Trivial   Rate // 低价值占比 = 琐碎 ÷ 自主发现
}

// Compute counts the cases of one evaluation object in a period. 应结案数 are the filed cases
// whose due moment lies in the period and those that were closed in it before a later one; a
// case that was due before it and closed late belongs to the period of its due moment. The
// time that a checker takes is not the handler's: who handed in within the term is in time.
func Compute(cases []Case, p Period) Indicators {
	var x Indicators
	for i := range cases {
		x.Add(&cases[i], p)
	}
	return x
}

// Add counts one more case.
func (x *Indicators) Add(c *Case, p Period) {
	x.reports(c, p)
	x.dispatches(c, p)
	early := c.Closed > 0 && c.Closed < c.Due
	if c.Filed > 0 && (early && p.has(c.Closed) || p.has(c.Due) && !(early && c.Closed < p.From)) {
		closed, end := c.Closed > 0 && c.Closed < p.To, c.Handled
		if end == 0 {
			end = c.Closed
		}
		in := end > 0 && end <= c.Due
		x.Closing.count(closed)
		x.OnTime.count(closed && in)
		x.Handling.count(in && end < p.To)
	}
	if p.has(c.Closed) && !c.Unfounded {
		x.Recurring.count(c.Recurred)
	}
}

func (x *Indicators) reports(c *Case, p Period) {
	if !p.has(c.Reported) {
		return
	}
	x.Filing.count(c.Filed > 0)
	x.Valid.count(!c.Unfounded)
	if c.Filed > 0 {
		x.OwnShare.count(c.Own)
	}
	if c.Beyond || c.Unfounded {
		return
	}
	if c.Own || c.Outside || c.Missed {
		x.Discovery.count(c.Own)
	}
	if c.Own || c.Missed {
		x.Missing.count(c.Missed)
	}
	if c.Missed {
		x.Roadside.count(c.Roadside)
	}
	if c.Own {
		x.Trivial.count(c.Trivial)
	}
}

func (x *Indicators) dispatches(c *Case, p Period) {
	if !p.has(c.Dispatched) {
		return
	}
	x.Dispatch.count(c.Returned == 0)
	x.Extension.count(c.Extended > 0)
	x.Return.count(c.Returned > 0)
	x.Shelving.count(c.Shelved)
	x.Rework = x.Rework.Plus(Of(c.Reworks, c.Performed))
}

func (r *Rate) count(hit bool) {
	r.Den++
	if hit {
		r.Num++
	}
}

// Percentile is the p-th percentile (0 to 100) of durations in ms by the nearest-rank
// method; −1 of none. The median is Percentile(d, 50).
func Percentile(d []int64, p int) int64 {
	if len(d) == 0 {
		return -1
	}
	s := slices.Clone(d)
	slices.Sort(s)
	rank := (p*len(s) + 99) / 100
	return s[min(max(rank, 1), len(s))-1]
}

// Rank orders objects from the lowest rate to the highest; those whose sample is too small
// follow unranked in their own order.
func Rank[T any](list []T, rate func(T) Rate, least int64) (ranked, shown []T) {
	for _, x := range list {
		if rate(x).Ranked(least) {
			ranked = append(ranked, x)
		} else {
			shown = append(shown, x)
		}
	}
	slices.SortStableFunc(ranked, func(a, b T) int {
		l, r := rate(a), rate(b)
		return cmp.Compare(l.Num*r.Den, r.Num*l.Den)
	})
	return ranked, shown
}
