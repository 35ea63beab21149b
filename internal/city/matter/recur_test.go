package matter_test

import (
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
)

// Only who may see a closed matter, and whom its kind lets re-open it, takes it up again; what
// anybody else reports becomes a matter of its own that counts against the closure.
func TestOnlyWhoMayReopensByReporting(t *testing.T) {
	both(t, func(c *town) {
		old := c.closed(dust(0))
		c.clock.Advance(24 * time.Hour)
		complaint := matter.Opening{Kind: "complaint", Category: "dust", Region: townA, At: dust(0).At, Fields: map[string]string{"person": "演示投诉人甲", "phone": "0373-000001"}}
		first := c.open("county", complaint)
		if first.ID == old.ID {
			t.Fatal("a complaint took up a grid problem")
		}
		// A township registers complaints; re-opening them is the county's.
		first = c.move("county", first, matter.Step{Transition: "sign"})
		first = c.move("county", first, matter.Step{Transition: "gone", Opinion: "现场已无", Fields: map[string]string{"reply": "已答复"}, Evidence: []int64{1}})
		complaint.Fields = map[string]string{"person": "演示投诉人乙"}
		second := c.open("town", complaint)
		if second.ID == first.ID || second.Number == first.Number {
			t.Errorf("the township re-opened %s", first.Number)
		}
		v, err := c.svc.Matter(c.as("county"), first.ID)
		c.ok(err)
		if v.Matter.Recurrences != 1 || v.Matter.Type != kind.Closed {
			t.Errorf("the closed complaint: %+v", v.Matter)
		}
		// A firm reports its own deviations only; a neighbour's closed matter stays out of its sight.
		n := dust(0)
		n.Category = "dust"
		m, err := c.svc.Open(c.as("firm2"), n)
		if err == nil && m.ID == old.ID {
			t.Errorf("a firm re-opened %s", old.Number)
		}
	})
}

// The event of a return holds all that the new report says; the first report stays its reporter's.
func TestAReturnKeepsTheNewReport(t *testing.T) {
	both(t, func(c *town) {
		first := dust(0)
		first.ClientID = "phone-1"
		m := c.closed(first)
		c.clock.Advance(24 * time.Hour)
		again := dust(20)
		again.ClientID, again.Title, again.Source, again.SourceNumber, again.Description = "phone-2", "又在扬尘", "city", "巡查〔2026〕7号", "比上次更大"
		back := c.open("county", again)
		if back.ID != m.ID || back.ClientID != "phone-1" {
			t.Fatalf("back: %+v", back)
		}
		v, err := c.svc.Matter(c.as("county"), m.ID)
		c.ok(err)
		last := v.Events[len(v.Events)-1].Told
		if last.Opinion != "比上次更大" || last.More["title"] != "又在扬尘" || last.More["source"] != "city" || last.More["sourceNumber"] != "巡查〔2026〕7号" || last.More["position"] == "" || last.More["foundAt"] == "" {
			t.Errorf("the event says %+v", last)
		}
		if same := c.open("county", again); same.ID != m.ID || same.Version != back.Version {
			t.Errorf("the same report again: %+v", same)
		}
		for who, want := range map[string]int{"county": 1, "town": 1} {
			rows, err := c.svc.Reported(c.as(who), 10)
			c.ok(err)
			if len(rows) != want {
				t.Errorf("%s reported %d", who, len(rows))
			}
		}
		if err := c.svcMove("county", back, matter.Step{Transition: "void", Opinion: "不要了"}); err == nil || !strings.Contains(err.Error(), kind.WorkWasDone) {
			t.Errorf("voided after its return: %v", err)
		}
	})
}

func (c *town) svcMove(who string, m *matter.Matter, s matter.Step) error {
	_, err := c.svc.Move(c.as(who), m.ID, m.Version, s)
	return err
}
