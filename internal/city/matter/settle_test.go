package matter_test

import (
	"testing"

	"qingshan/internal/city/matter"
)

// A place that lies in another region's cell gives the matter no cell: that cell's posts would
// otherwise act on a matter of a region that is not theirs.
func TestCellOfAnotherRegionIsNotTheMatters(t *testing.T) {
	both(t, func(c *town) {
		c.svc.SetPlaces(&oneCell{map[string][]int64{"officer": {c.post("officer")}}}) // its cell lies in townA
		n := dust(0)
		n.Region = countyA
		if m := c.open("office", n); m.Cell != 1 || m.Region != townA {
			t.Errorf("in its own county: cell %d, region %s", m.Cell, m.Region)
		}
		n = dust(3000)
		n.Region = countyB
		m := c.open("other", n)
		if m.Cell != 0 || m.Region != countyB {
			t.Errorf("in another county: cell %d, region %s", m.Cell, m.Region)
		}
		_, err := c.svc.Move(c.as("officer"), m.ID, m.Version, matter.Step{Transition: "gone", Opinion: "x", Evidence: []int64{1}})
		c.want("the cell's officer", err, "not_found")
	})
}
