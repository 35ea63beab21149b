package brief

import (
	"context"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/region"
)

const nightLines = 8

// addNight lists what came in since yesterday 18:00.
func (s *Service) addNight(ctx context.Context, a access.Actor, r region.Code, out *Today) error {
	now := s.clk.Now().In(clock.Shanghai)
	from := time.Date(now.Year(), now.Month(), now.Day()-1, 18, 0, 0, 0, clock.Shanghai)
	out.NightFrom = from.Format(time.RFC3339)
	if !a.Has(access.MatterRead) {
		return nil
	}
	page, err := s.matters.List(ctx, matter.Query{Region: r, Sort: "opened", Limit: 100})
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	n := 0
	for n < len(page.Items) && page.Items[n].OpenedAt >= from.UnixMilli() {
		n++
	}
	out.NightTotal = n
	rows, err := s.matters.Rows(ctx, page.Items[:min(n, nightLines)])
	if err != nil {
		return err
	}
	for i, x := range rows {
		sub := x.Number + "，" + x.Region.Name
		if x.Holder.Text != "" {
			sub += "，球在" + x.Holder.Text
		}
		out.Night = append(out.Night, Happened{At: rest.Instant(page.Items[i].OpenedAt), Text: x.Title, TextEN: x.Title, Sub: sub, State: x.State.Name, Type: x.State.Type, Href: "/matters/" + x.ID})
	}
	return nil
}
