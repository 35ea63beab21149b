package situation

import (
	"cmp"
	"slices"

	"qingshan/internal/platform/series"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
)

// trendHours is the length of the hourly curves, gridHours of the completeness grid.
const (
	trendHours = 72
	gridHours  = 24
)

// now answers for a unit of the board at the newest hour. sites are the stations whose
// curves are wanted beside the unit's.
func (b *board) now(unit int, sites []string) *Now {
	out := &Now{Series: map[string]Columns{}, Limits: b.limitLines(), City: b.hourReport(b.unitSource(unit), b.through)}
	for i := trendHours - 1; i >= 0; i-- {
		out.Hours = append(out.Hours, hourText(b.through-int64(i)*calendar.MsPerHour))
	}
	out.Series["city"] = b.trend(b.unitSource(unit))
	for _, i := range b.inOperation(b.stationsOf(unit), b.today) {
		s := b.stations[i]
		sh := StationHour{Site: s, Hour: b.hourReport(b.stationSource(i), b.through)}
		if last := b.lastHour(i); last < b.through && sh.Hour.Figure.Valid == 0 {
			if sh.NeverReported = last == 0; !sh.NeverReported {
				sh.OfflineSince = hourText(last)
			}
		}
		out.Stations = append(out.Stations, sh)
		if slices.Contains(sites, s.ID) {
			out.Series[s.ID] = b.trend(b.stationSource(i))
		}
	}
	slices.SortStableFunc(out.Stations, worstFirst)
	out.Completeness = b.completeness(unit)
	out.Answer, out.AnswerEN = b.nowAnswer(unit, out)
	return out
}

// worstFirst puts national before county before micro stations, and the highest AQI first.
func worstFirst(x, y StationHour) int {
	rank := map[string]int{"national": 0, "county": 1, "micro": 2, "city": 3}
	aqi := func(s StationHour) int {
		if s.Hour.AQI == nil {
			return -1
		}
		return *s.Hour.AQI
	}
	return cmp.Or(rank[x.Site.Kind]-rank[y.Site.Kind], aqi(y)-aqi(x), cmp.Compare(x.Site.Code, y.Site.Code))
}

// stationsOf are the stations shown with a unit: all for the city, its own for a county.
func (b *board) stationsOf(unit int) (out []int) {
	code := b.units[unit].place.Code
	for i, s := range b.stations {
		if unit == 0 || s.Region.Code == code {
			out = append(out, i)
		}
	}
	return out
}

func (b *board) hourStart() int64 { return calendar.HourEnd(b.hours.Start, 1) }

// lastHour is the end of a station's newest hour with any value, 0 when it has none.
func (b *board) lastHour(station int) int64 {
	for end := b.through; end >= b.hourStart(); end -= calendar.MsPerHour {
		v, _ := hourValues(b.hours, station, end)
		for _, p := range shown {
			if v[p] >= 0 {
				return end
			}
		}
	}
	return 0
}

// trend are the last hours of a source as chart columns.
func (b *board) trend(s source) Columns {
	var c Columns
	for i := trendHours - 1; i >= 0; i-- {
		v, _ := hourValues(b.hourColumns(s), s.row, b.through-int64(i)*calendar.MsPerHour)
		res := b.rules.AQI(air.Hourly, &v)
		c.SO2 = append(c.SO2, b.point(air.SO2, v[air.SO2]))
		c.NO2 = append(c.NO2, b.point(air.NO2, v[air.NO2]))
		c.CO = append(c.CO, b.point(air.CO, v[air.CO]))
		c.O3 = append(c.O3, b.point(air.O3, v[air.O3]))
		c.PM10 = append(c.PM10, b.point(air.PM10, v[air.PM10]))
		c.PM25 = append(c.PM25, b.point(air.PM25, v[air.PM25]))
		c.AQI = append(c.AQI, whole(res.AQI))
	}
	return c
}

func (b *board) point(p air.Pollutant, steps int32) *float64 {
	if steps < 0 {
		return nil
	}
	x := b.rules.Conc(p, int64(steps)).Float64()
	return &x
}

func whole(n int16) *float64 {
	if n < 0 {
		return nil
	}
	x := float64(n)
	return &x
}

// limitLines are the class II limits drawn in the hourly charts: the hourly one where there
// is one, else the daily one.
func (b *board) limitLines() map[string]LimitLine {
	out := map[string]LimitLine{}
	for _, p := range shown {
		if l, ok := b.rules.Edition.Limits.Find(p, "hour"); ok {
			out[p.Column()] = LimitLine{l.ClassII.Float64(), "1 小时二级 " + trim(l.ClassII), "1 h class II " + trim(l.ClassII)}
		} else if l, ok := b.rules.Edition.Limits.Find(p, "day"); ok {
			out[p.Column()] = LimitLine{l.ClassII.Float64(), "日二级 " + trim(l.ClassII), "day class II " + trim(l.ClassII)}
		}
	}
	return out
}

// trim prints a limit without decimals that say nothing.
func trim(d num.Decimal) string {
	for d.Places > 0 && d.Units%10 == 0 {
		d.Units, d.Places = d.Units/10, d.Places-1
	}
	return d.String()
}

// completeness is the grid of the last 24 hours of the stations that people look after
// (micro stations are too many for a grid and count for no standard).
func (b *board) completeness(unit int) Completeness {
	var c Completeness
	first := b.through - (gridHours-1)*calendar.MsPerHour
	for end := first; end <= b.through; end += calendar.MsPerHour {
		c.Hours = append(c.Hours, hourText(end))
	}
	present, all := 0, 0
	for _, i := range b.inOperation(b.stationsOf(unit), b.today) {
		s := b.stations[i]
		if s.Kind == "micro" {
			continue
		}
		row := CompletenessRow{SiteID: s.ID, Name: s.Name}
		for end := first; end <= b.through; end += calendar.MsPerHour {
			cell := b.cell(i, end)
			row.Cells = append(row.Cells, cell)
			switch cell {
			case cellClosed:
				continue
			case cellPresent, cellMarked:
				row.Present++
			}
			all++
		}
		present += row.Present
		c.Rows = append(c.Rows, row)
	}
	c.Missing = all - present
	if share, ok := b.rules.Share(int64(present), int64(all)); ok {
		c.Share = share.String()
	}
	return c
}

// The cells of the grid.
const (
	cellMissing = iota // a pollutant of the hourly report is missing
	cellPresent
	cellMarked // all are there, one of them is marked
	cellClosed // the station was not in operation
)

func (b *board) cell(station int, end int64) int {
	if day, _ := calendar.HourOf(end); !b.stations[station].on(day) {
		return cellClosed
	}
	v, _ := hourValues(b.hours, station, end)
	var marks series.Flag
	for _, p := range shown {
		if v[p] < 0 {
			return cellMissing
		}
		marks |= b.flags.at(station, p, end)
	}
	if marks&(series.Suspect|series.Stuck) != 0 {
		return cellMarked
	}
	return cellPresent
}

// dayBoard answers for one finished day.
func (b *board) dayBoard(unit int, day calendar.Day) *DayBoard {
	out := &DayBoard{City: b.dayReport(b.unitSource(unit), day)}
	for _, i := range b.inOperation(b.stationsOf(unit), day) {
		out.Stations = append(out.Stations, StationDay{b.stations[i], b.dayReport(b.stationSource(i), day)})
	}
	out.Answer, out.AnswerEN = b.dayAnswer(unit, out.City)
	return out
}
