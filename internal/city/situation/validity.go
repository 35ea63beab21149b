package situation

import (
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
)

// shortOf is which of the items have fewer valid days in a window than GB 3095 table 4 asks
// for (every whole month and whole year inside it); an item without any value is short too.
// Such a figure is printed and ranked, as provisional bulletins do, but always marked.
func (b *board) shortOf(days *air.Days, unit int, from, to calendar.Day, items air.Set) air.Set {
	w := air.WindowOf(days.Start, days.Days, from, to)
	if w.From >= w.To {
		return items
	}
	return items &^ b.rules.EnoughDays(days, unit, w)
}

func validityWord(short air.Set) string {
	if short == 0 {
		return "有效"
	}
	return "有效天数不足"
}

func validityWordEN(short air.Set) string {
	if short == 0 {
		return "valid"
	}
	return "too few valid days"
}
