package matter_test

import (
	"testing"

	"qingshan/internal/city/matter"
)

// A source is one of the list and the reporter's to name; a complaint is outside whoever
// wrote it down.
func TestASourceIsOfTheListAndTheReportersToName(t *testing.T) {
	both(t, func(c *town) {
		place := 0
		open := func(who, kind, category, source string) (*matter.Matter, error) {
			place++
			at := *dust(float64(place) * 1000).At
			return c.svc.Open(c.as(who), matter.Opening{Kind: kind, Category: category, Region: townA, At: &at, Source: source, AcknowledgeDuplicates: true})
		}
		for _, x := range []struct{ who, kind, category, source, code, stored string }{
			{"town", "grid", "dust", "", "", "township"},
			{"town", "grid", "dust", "province", "", "province"},
			{"town", "grid", "dust", "grid", "source_not_yours", ""},
			{"town", "grid", "dust", "open311", "source_not_yours", ""},
			{"town", "grid", "dust", "no-such", "unknown_source", ""},
			{"county", "grid", "dust", "township", "source_not_yours", ""},
			{"county", "grid", "dust", "", "", "county"},
			{"county", "complaint", "dust", "", "", "complaint"},
			{"county", "complaint", "dust", "12345", "", "12345"},
			{"town", "complaint", "dust", "township", "source_not_yours", ""},
		} {
			m, err := open(x.who, x.kind, x.category, x.source)
			c.want(x.who+" "+x.kind+" "+x.source, err, x.code)
			if err == nil && m.Source != x.stored {
				t.Errorf("%s %s %q: stored %q, want %q", x.who, x.kind, x.source, m.Source, x.stored)
			}
		}
	})
}
