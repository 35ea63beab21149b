package matter_test

import (
	"testing"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/geo"
)

// fire is an alarm at a place metres east of a point, told by a source at a time.
func (r *clockRig) fire(source, at string, metres float64) *matter.Matter {
	r.Helper()
	p := geo.Degrees(114.4+metres/91_170, 35.05)
	m, err := r.svc.Open(r.system(), matter.Opening{Kind: "fire", Category: "straw", Region: "410727101000", At: &p, Title: "火警",
		FoundAt: civil(r, at).UnixMilli(), Fields: map[string]string{"alarm": source}})
	if err != nil {
		r.Fatal(err)
	}
	return m
}

// T44: a camera's alarm at 14:02 and a satellite's point at 14:40, 600 m apart, are one fire
// with two alarms. The same source, two hours or a kilometre make another fire.
func TestT44TwoAlarmsOneFire(t *testing.T) {
	clocks(t, "2026-10-05T17:00", func(t *testing.T, r *clockRig) {
		one := r.fire("camera", "2026-10-05T14:02", 0)
		two := r.fire("satellite", "2026-10-05T14:40", 600)
		if one.ID != two.ID || two.Version != one.Version+1 {
			t.Fatalf("%s and %s, version %d", one.Number, two.Number, two.Version)
		}
		v := r.view(one)
		last := v.Events[len(v.Events)-1].Told
		if len(v.Events) != 2 || last.More["alarm"] != "satellite" || last.More["position"] == "" || last.More["foundAt"] == "" || v.Fields["alarm"] != "camera" {
			t.Errorf("the second alarm is kept as %+v", last)
		}
		if !matter.Unbroken(v.Events, v.Head) || r.audited("matter.alarm", one) != 1 {
			t.Error("the record or the audit log")
		}
		for what, other := range map[string]*matter.Matter{
			"the satellite again": r.fire("satellite", "2026-10-05T14:50", 650),
			"two hours later":     r.fire("drone", "2026-10-05T16:51", 0),
			"a kilometre away":    r.fire("drone", "2026-10-05T14:10", -1010),
			"two hours before":    r.fire("report", "2026-10-05T12:02", 0),
		} {
			if other.ID == one.ID {
				t.Errorf("%s is taken for the same fire", what)
			}
		}
	})
}

// T43: an alarm that is a chimney is a false alarm: no fire point, nothing on the legal list,
// and it can be counted as false.
func TestT43ChimneyIsNoFire(t *testing.T) {
	clocks(t, "2026-10-05T14:10", func(t *testing.T, r *clockRig) {
		m := r.fire("camera", "2026-10-05T14:02", 0)
		m = r.move("town", m, matter.Step{Transition: "false", Fields: map[string]string{"not_fire": "industrial"}, Evidence: []int64{1}})
		if m.State != "false" || m.Type != kind.Closed || m.Fields["listed"] != "" || m.Fields["not_fire"] != "industrial" {
			t.Errorf("%s %v", m.State, m.Fields)
		}
		list, err := r.svc.List(r.as("county"), matter.Query{Kinds: []string{"fire"}, States: []string{"false"}, Types: []kind.StateType{kind.Closed}})
		if err != nil || list.Total != 1 {
			t.Errorf("false alarms %d, %v", list.Total, err)
		}
		for _, id := range []string{"reckon", "confirm"} {
			if _, err := r.svc.Move(r.as("county"), m.ID, m.Version, matter.Step{Transition: id}); codeOf(err) != kind.NotFromState {
				t.Errorf("%s of a false alarm: %v", id, err)
			}
		}
	})
}
