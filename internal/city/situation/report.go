package situation

import (
	"strings"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
)

// source is where a report's columns come from: a station or a unit of the board.
type source struct {
	id      string // key of the station or the unit's region code
	members []int  // stations behind it
	row     int    // in the columns
	station bool
}

func (b *board) stationSource(i int) source {
	return source{id: b.stations[i].ID, members: []int{i}, row: i, station: true}
}

func (b *board) unitSource(i int) source {
	return source{id: b.units[i].place.Code, members: b.units[i].members, row: i}
}

func (b *board) hourColumns(s source) *air.Hours {
	if s.station {
		return b.hours
	}
	return b.agg
}

// hourValues collects one hour; ok is false outside the block.
func hourValues(h *air.Hours, row int, end int64) (v air.Values, ok bool) {
	v = air.NoValues()
	day, label := calendar.HourOf(end)
	d := int(day - h.Start)
	if d < 0 || d >= h.Days {
		return v, false
	}
	at := (row*h.Days+d)*24 + label - 1
	for p := range h.V {
		if h.V[p] != nil {
			v[p] = int32(h.V[p][at])
		}
	}
	return v, true
}

// hourReport is the real-time report of a source for the hour ending at end.
func (b *board) hourReport(s source, end int64) Hour {
	v, _ := hourValues(b.hourColumns(s), s.row, end)
	res := b.rules.AQI(air.Hourly, &v)
	k := hourText(end)
	out := Hour{Time: k, Level: int(res.Level), Primary: names(res.Primary.List()), Above50: names(res.Falling(res.Above50)),
		Values: map[string]Figure{}}
	out.Withheld, out.WithheldEN = withheldText(&res)
	out.AQI, out.Category = b.aqiOf(res.AQI)
	out.CategoryEN = b.englishCategory(out.AQI)
	n := 0
	day, _ := calendar.HourOf(end)
	asked := b.inOperation(s.members, day)
	for _, p := range shown {
		f := b.figure(key{"hour", s.id, k, p.Column()}, b.concText(p, int16(v[p])), unitText(p))
		f.Flag = b.hourWord(s.members, p, end)
		if !s.station && len(s.members) > 0 {
			f = f.counted(b.present(asked, p, end), len(asked))
		}
		out.Values[p.Column()] = f
		if v[p] >= 0 {
			n++
		}
	}
	out.Figure = b.figure(key{"hour", s.id, k, "aqi"}, aqiText(res.AQI), "").counted(n, len(shown))
	return out
}

// present counts the stations that have the hour.
func (b *board) present(members []int, p air.Pollutant, end int64) (n int) {
	for _, s := range members {
		if v, _ := hourValues(b.hours, s, end); v[p] >= 0 {
			n++
		}
	}
	return n
}

// dayReport is the daily report of a source, by the edition in force on that day.
func (b *board) dayReport(s source, day calendar.Day) Day {
	cols := b.unitDays
	if s.station {
		cols = b.stationDays
	}
	date := day.String()
	out := Day{Date: date, Primary: []string{}, Above50: []string{}, Values: map[string]Figure{}}
	out.Figure = b.figure(key{"day", s.id, date, "aqi"}, "", "")
	_, out.Dust = b.dust[day]
	d := int(day - cols.Start)
	if d < 0 || d >= cols.Days {
		out.Withheld, out.WithheldEN = "这一天没有数据", "no data of this day"
		return out
	}
	v := cols.Values(s.row, d)
	r := b.engines.on(day)
	res := r.AQI(air.Daily, &v)
	out.Level = int(res.Level)
	out.Withheld, out.WithheldEN = withheldText(&res)
	out.Primary, out.Above50 = names(res.Primary.List()), names(res.Falling(res.Above50))
	out.AQI, out.Category = b.aqiOf(res.AQI)
	out.CategoryEN = b.englishCategory(out.AQI)
	n := 0
	for _, p := range inDay {
		f := b.figure(key{"day", s.id, date, p.Column()}, b.concText(p, int16(v[p])), unitText(p))
		f.Flag = b.dayWord(s.members, p, day)
		if v[p] >= 0 {
			n++
		}
		out.Values[p.Column()] = f.counted(b.hoursOfDay(s, p, day), 24)
	}
	out.Figure = b.figure(key{"day", s.id, date, "aqi"}, aqiText(res.AQI), "").counted(n, len(inDay))
	return out
}

// hoursOfDay counts the hours of a day that a source has.
func (b *board) hoursOfDay(s source, p air.Pollutant, day calendar.Day) (n int) {
	if p == air.O3_8h {
		p = air.O3
	}
	h := b.hourColumns(s)
	d := int(day - h.Start)
	if d < 0 || d >= h.Days || h.V[p] == nil {
		return 0
	}
	at := (s.row*h.Days + d) * 24
	for _, x := range h.V[p][at : at+24] {
		if x >= 0 {
			n++
		}
	}
	return n
}

func (b *board) aqiOf(aqi int16) (*int, string) {
	if aqi < 0 {
		return nil, ""
	}
	v := int(aqi)
	return &v, b.rules.Edition.Levels.Of(v).Category
}

// englishCategory is the level's name in English; "" without an AQI.
func (b *board) englishCategory(aqi *int) string {
	if aqi == nil {
		return ""
	}
	return b.rules.Edition.Levels.Of(*aqi).English
}

func aqiText(aqi int16) string {
	if aqi < 0 {
		return ""
	}
	return itoa(int(aqi))
}

// withheldText says why there is no AQI, in Chinese and in English; "" when there is one.
func withheldText(r *air.Result) (zh, en string) {
	switch {
	case !r.Withheld:
		return "", ""
	case r.Raw < 0:
		return "没有有效数据", "no valid data"
	}
	missing := names(r.Missing.List())
	return "缺 " + strings.Join(missing, "、") + "，按 HJ 633 §5.3 不发布 AQI",
		strings.Join(missing, ", ") + " missing: no AQI is published (HJ 633 §5.3)"
}
