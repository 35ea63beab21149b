package budget

// Transitions gives the steps between consecutive years of a city that are both
// usable, before the given year: a panel is the steps of many cities.
func Transitions(years []Year, before int) []Transition {
	var out []Transition
	for n := 1; n < len(years); n++ {
		a, b := &years[n-1], &years[n]
		if b.Year == a.Year+1 && b.Year < before && a.Usable() && b.Usable() {
			out = append(out, Transition{a, b})
		}
	}
	return out
}

// LevelsFor learns the level laws from a panel when it is large enough for every
// pollutant, and takes the table otherwise. learned tells which.
func LevelsFor(panel []Transition, table PriorTable, k int) (levels Levels, learned bool) {
	if l, err := FitLevels(panel, k); err == nil {
		return l, true
	}
	return table.At(k), false
}
