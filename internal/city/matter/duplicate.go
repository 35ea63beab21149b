package matter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

const (
	duplicateMetres = 300
	duplicateDays   = 14
	likelyMetres    = 100 // nearer, of one category and from these days: asked about before opening
	likelyDays      = 3
	maxDuplicates   = 5
)

// Duplicate is an open matter that a report may repeat.
type Duplicate struct {
	*Matter
	Distance float64  // metres, -1 when one of them has no place
	Why      []string // Chinese
	score    float64
	likely   bool
}

// Asked is a report in the making.
type Asked struct {
	Kind, Category, Site, Text string
	Subject                    int64
	Region                     region.Code
	At                         *geo.Point
}

// Duplicates offers open matters that a report may repeat, the likeliest first: by distance,
// category, time and words. Only what the actor may see is offered.
func (s *Service) Duplicates(ctx context.Context, q Asked) ([]Duplicate, error) {
	var out []Duplicate
	err := s.view(ctx, func(w *work) (err error) {
		out, err = w.duplicates(q)
		return err
	})
	return out, err
}

func (w *work) duplicates(q Asked) ([]Duplicate, error) {
	var out []Duplicate
	for _, p := range w.sight("") {
		p.and("m.open = 1 AND m.opened_at >= " + p.add(w.NowMS()-duplicateDays*calendar.MsPerDay))
		if q.Kind != "" {
			p.and("m.kind = " + p.add(q.Kind))
		}
		switch {
		case q.At != nil:
			p.and(near(&p, *q.At, duplicateMetres))
		case q.Site != "":
			p.and("m.site <> '' AND m.site = " + p.add(q.Site))
		case q.Subject != 0:
			p.and("m.subject <> 0 AND m.subject = " + p.add(q.Subject))
		case q.Region != "" && q.Region.Level() >= region.Town:
			p.and(inRegion(&p, q.Region, "m.region"))
		default:
			continue
		}
		list, err := where(w.ctx, w.Tx, p.cond+" ORDER BY m.opened_at DESC, m.id DESC LIMIT 100", p.args...)
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			if d, ok := w.compare(q, m); ok {
				out = append(out, d)
			}
		}
	}
	slices.SortFunc(out, func(a, b Duplicate) int {
		if a.score != b.score {
			return int((b.score - a.score) * 1000)
		}
		return int(b.ID - a.ID)
	})
	return out[:min(len(out), maxDuplicates)], nil
}

// compare weighs how alike a report and a matter are.
func (w *work) compare(q Asked, m *Matter) (Duplicate, bool) {
	d := Duplicate{Matter: m, Distance: -1}
	close, same := false, m.Category == q.Category
	if q.At != nil && m.At != nil {
		d.Distance = geo.Distance(*q.At, *m.At)
		if d.Distance > duplicateMetres {
			return d, false
		}
		close = d.Distance <= likelyMetres
		d.score += 0.5 * (1 - d.Distance/duplicateMetres)
		d.Why = append(d.Why, fmt.Sprintf("相距 %.0f 米", d.Distance))
	}
	if q.Site != "" && m.Site == q.Site {
		close = true
		d.score += 0.5
		d.Why = append(d.Why, "同一点位")
	}
	if q.Subject != 0 && m.Subject == q.Subject {
		close = true
		d.score += 0.3
		d.Why = append(d.Why, "同一单位")
	}
	if same {
		d.score += 0.25
		d.Why = append(d.Why, "同一类别")
	}
	age := float64(w.NowMS()-m.OpenedAt) / float64(calendar.MsPerDay)
	d.score += 0.1 * (1 - age/duplicateDays)
	if alike := similarity(q.Text, m.Title+" "+m.Description); alike >= 0.3 {
		d.score += 0.25 * alike
		d.Why = append(d.Why, "描述相近")
	}
	d.likely = close && same && age <= likelyDays
	return d, d.score >= 0.35
}

// similarity is the share of the shorter text's pairs of neighbouring characters that the
// longer one has too, 0 to 1: words of Chinese need no dictionary that way.
func similarity(a, b string) float64 {
	x, y := pairs(a), pairs(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) < 3 {
		return 0
	}
	n := 0
	for p := range x {
		if y[p] {
			n++
		}
	}
	return float64(n) / float64(len(x))
}

func pairs(s string) map[string]bool {
	r := []rune(strings.ToLower(strings.Join(strings.Fields(s), "")))
	out := map[string]bool{}
	for i := 0; i+1 < len(r) && i < 500; i++ {
		out[string(r[i:i+2])] = true
	}
	return out
}

// refuseDuplicates asks the reporter to look before opening what is likely open already.
func (w *work) refuseDuplicates(m *Matter, k *kind.Kind) error {
	list, err := w.duplicates(Asked{Kind: k.ID, Category: m.Category, Site: m.Site, Subject: m.Subject, Region: m.Region, At: m.At, Text: m.Title + " " + m.Description})
	if err != nil {
		return err
	}
	var numbers []string
	for _, d := range list {
		if d.likely {
			numbers = append(numbers, d.Number+"（"+strings.Join(d.Why, "、")+"）")
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	return fault.New(fault.Conflict, "duplicates", "可能已有人上报："+strings.Join(numbers, "；")+"。确认不是同一问题请继续上报")
}
