package situation

import (
	"qingshan/internal/platform/series"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
)

// flagHours is how far back the marks of single hours are kept.
const flagHours = 72

// hourFlags are the marks of the newest hours of the stations, and the days that hold a
// value that a person corrected.
type hourFlags struct {
	last      int64 // end of the newest hour, ms UTC
	stations  int
	marks     []series.Flag // [station][pollutant][hour], flagHours hours ending at last
	corrected map[correctedDay]bool
}

type correctedDay struct {
	station int
	p       air.Pollutant
	day     calendar.Day
}

func newHourFlags(stations int, last int64) *hourFlags {
	return &hourFlags{last: last, stations: stations,
		marks: make([]series.Flag, stations*air.N*flagHours), corrected: map[correctedDay]bool{}}
}

// column is where one series' marks lie, oldest hour first.
func (f *hourFlags) column(station int, p air.Pollutant) []series.Flag {
	at := (station*air.N + int(p)) * flagHours
	return f.marks[at : at+flagHours]
}

// at is the mark of an hour; 0 outside the kept hours.
func (f *hourFlags) at(station int, p air.Pollutant, end int64) series.Flag {
	back := (f.last - end) / calendar.MsPerHour
	if back < 0 || back >= flagHours {
		return 0
	}
	return f.column(station, p)[flagHours-1-int(back)]
}

// word is the one mark a page shows for a set of them.
func word(f series.Flag) string {
	switch {
	case f&series.Corrected != 0:
		return "corrected"
	case f&series.Estimated != 0:
		return "estimated"
	case f&(series.Suspect|series.Stuck) != 0:
		return "suspect"
	}
	return ""
}

// dayWord marks a unit's day when one of its stations' hours was corrected.
func (b *board) dayWord(members []int, p air.Pollutant, day calendar.Day) string {
	if p == air.O3_8h {
		p = air.O3
	}
	for _, s := range members {
		if b.flags.corrected[correctedDay{s, p, day}] {
			return "corrected"
		}
	}
	return ""
}

// hourWord is the mark of a unit's hour: that of any of its stations.
func (b *board) hourWord(members []int, p air.Pollutant, end int64) string {
	var all series.Flag
	for _, s := range members {
		all |= b.flags.at(s, p, end)
	}
	return word(all)
}
