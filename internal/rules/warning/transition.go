package warning

// Start is the AQI above which the level's start condition begins: the lowest
// value that any of its alternatives asks for. It is 0 for None and for a level
// the edition does not have.
func (e *Edition) Start(l Level) int {
	for _, r := range e.Levels {
		if r.Level != l {
			continue
		}
		start := 0
		for _, a := range r.Any {
			if len(a.All) > 0 && (start == 0 || a.All[0].Above < start) {
				start = a.All[0].Above
			}
		}
		return start
	}
	return 0
}

// MayLift reports whether a warning of the level may be lowered or lifted: the
// measured AQI is at or below the level's start, and every one of the next
// LiftHours hours is forecast to stay so. Forecast hours follow each other from
// the next hour on; a negative value is no forecast. Too few hours are not
// enough.
func (e *Edition) MayLift(l Level, measured int, forecast []int) bool {
	start := e.Start(l)
	if l == None || measured < 0 || measured > start || len(forecast) < e.Transition.LiftHours {
		return false
	}
	for _, aqi := range forecast[:e.Transition.LiftHours] {
		if aqi < 0 || aqi > start {
			return false
		}
	}
	return true
}

// MustRaise reports whether the warning must be raised at once and to which
// level: severe pollution is measured, and none of the next LookHours hours is
// forecast to improve clearly. Hours without a forecast are no improvement.
func (e *Edition) MustRaise(now Level, measured int, forecast []int) (Level, bool) {
	if measured <= e.Transition.SevereAbove || now >= e.highest() {
		return now, false
	}
	for n, aqi := range forecast {
		if n < e.Transition.LookHours && aqi >= 0 && aqi <= e.Transition.ImprovedAt {
			return now, false
		}
	}
	return e.next(now), true
}

func (e *Edition) highest() Level { return e.Levels[len(e.Levels)-1].Level }

// next is the edition's level above l.
func (e *Edition) next(l Level) Level {
	for _, r := range e.Levels {
		if r.Level > l {
			return r.Level
		}
	}
	return l
}
