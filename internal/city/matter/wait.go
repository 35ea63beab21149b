package matter

import (
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/rules/calendar"
)

// early finds from when the transitions of a matter's state may be made that wait for a term:
// counted from when the state was entered and from the day of a field, whichever is later. Only
// those that have to wait still are in it.
func (w *work) early(m *Matter, k *kind.Kind, list []Event) (map[string]int64, error) {
	var out map[string]int64
	for i := range k.Transitions {
		t := &k.Transitions[i]
		if t.Wait.Term.IsZero() || !from(t, m.State) {
			continue
		}
		since := entered(m, list)
		if day, err := calendar.ParseDay(m.Fields[t.Wait.Field]); t.Wait.Field != "" && err == nil {
			since = max(since, day.Start())
		}
		d, err := w.s.clocks.Due(since, t.Wait.Term, false)
		if err != nil {
			return nil, missingYear(err)
		}
		if d.At > w.NowMS() {
			if out == nil {
				out = map[string]int64{}
			}
			out[t.ID] = d.At
		}
	}
	return out, nil
}

func from(t *kind.Transition, state string) bool {
	for _, f := range t.From {
		if f == state {
			return true
		}
	}
	return false
}

// entered is when a matter came into its state.
func entered(m *Matter, list []Event) int64 {
	at := m.OpenedAt
	for _, e := range list {
		if e.Transition != "" && e.Told.From != e.Told.To {
			at = e.At
		}
	}
	return at
}
