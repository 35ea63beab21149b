package situation

import "qingshan/internal/rules/standard"

// An explanation speaks Chinese and English; these keep the two side by side.

func (e *Explanation) title(zh, en string)   { e.Title, e.TitleEN = zh, en }
func (e *Explanation) formula(zh, en string) { e.Formula, e.FormulaEN = zh, en }

// clause sets the clause; a file of a pack may give it in Chinese only.
func (e *Explanation) clause(zh, en string) { e.Clause, e.ClauseEN = zh, orText(en, zh) }

func (e *Explanation) note(zh, en string) {
	e.Notes, e.NotesEN = append(e.Notes, zh), append(e.NotesEN, en)
}

// on says by which edition the figure was computed.
func (e *Explanation) on(ed *standard.Edition) {
	e.Standard, e.Edition, e.EditionEN = ed.ID, ed.Name, orText(ed.NameEN, ed.Name)
}

func (e *Explanation) count(zh, en, value string) { e.count2(zh, en, value, value) }

func (e *Explanation) count2(zh, en, value, valueEN string) {
	e.Counts = append(e.Counts, Count{zh, en, value, valueEN})
}

// input adds an input; what is returned may be filled until the next one is added.
func (e *Explanation) input(zh, en, value, unit string) *Input {
	e.Inputs = append(e.Inputs, Input{Name: zh, NameEN: en, Value: value, Unit: unit, UnitEN: englishUnit(unit)})
	return &e.Inputs[len(e.Inputs)-1]
}

func englishUnit(unit string) string {
	switch unit {
	case "天":
		return "days"
	case "µg/m³·天":
		return "µg/m³·days"
	}
	return unit
}
