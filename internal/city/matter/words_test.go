package matter_test

import (
	"slices"
	"strings"
	"testing"

	"qingshan/internal/city/matter"
	"qingshan/internal/rules/region"
)

// A search gives each account what it sees and what contains every word, whether the hits are
// read one by one or met in the order of the list; matters that came after the first search
// are found as well.
func TestASearchFindsWhatContainsEachWord(t *testing.T) {
	both(t, func(c *town) {
		for round := range 2 {
			n := dust(float64(9000 * round))
			n.Title, n.Place = "渣土车 PLM-7 未苫盖", "南街100%路口"
			c.open("town", n)
			c.closed(dust(float64(9000*round + 3000)))
			n = matter.Opening{Kind: "grid", Category: "dust", Region: countyB, Title: "延津南街扬尘", Place: "plm-7_旁"}
			c.open("other", n)
			for _, few := range []int{2000, 0} {
				matter.SetFewHits(c.svc, few)
				for _, who := range []string{"office", "audit", "county", "other", "town", "firm"} {
					for _, text := range []string{"南街", "plm-7", "南街 plm-7", "100%", "%", "7_", "没有的", " 渣土车 ", "2026-000"} {
						c.searched(who, text)
					}
				}
			}
		}
	})
}

// searched holds the lists of a text against all that an account sees.
func (c *town) searched(who, text string) {
	c.Helper()
	for _, in := range []region.Code{"", cityCode} {
		for _, sort := range []string{"", "opened", "updated"} {
			all, err := c.svc.List(c.as(who), matter.Query{Region: in, Sort: sort})
			if who == "firm" && in != "" {
				continue // a firm asks for no region
			}
			c.ok(err)
			var want []int64
			for _, m := range all.Items {
				holds := func(word string) bool {
					return strings.Contains(strings.ToLower(m.Number+"|"+m.Title+"|"+m.Place), word)
				}
				if !slices.ContainsFunc(strings.Fields(strings.ToLower(text)), func(word string) bool { return !holds(word) }) {
					want = append(want, m.ID)
				}
			}
			p, err := c.svc.List(c.as(who), matter.Query{Region: in, Text: text, Sort: sort})
			c.ok(err)
			var got []int64
			for _, m := range p.Items {
				got = append(got, m.ID)
			}
			if !slices.Equal(got, want) || p.Total != len(want) {
				c.Errorf("%s looks for %q in %q by %q: %v of %d, want %v", who, text, in, sort, got, p.Total, want)
			}
		}
	}
}
