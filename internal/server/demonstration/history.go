package demonstration

import (
	"context"
	"fmt"
	"strconv"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/rules/calendar"
	"qingshan/packs/demo"
	"qingshan/packs/demo/synth"
)

// The streams of the demonstration. The history is a file stream, whose values are not
// judged late; what comes in while the clock runs is a feed.
const (
	historyStream = "demo-history"
	feedStream    = "demo-feed"
	panelStream   = "demo-panel"
)

func deliveryOf(stream string, live bool) telemetry.Delivery {
	d := telemetry.Delivery{Stream: stream, Kind: telemetry.File}
	if live {
		d.Kind = telemetry.Feed
	}
	d.StreamName = map[string]string{
		historyStream: demo.Mark + "历史数据", feedStream: demo.Mark + "模拟", panelStream: demo.Mark + "城市日报",
	}[stream]
	return d
}

// newsColumns turns the news of the stations into columns of hourly series.
func newsColumns(w *synth.World, news []synth.Column) []telemetry.Column {
	out := make([]telemetry.Column, len(news))
	for i, n := range news {
		c := telemetry.Column{Site: w.SiteCode(n.Site), Factor: n.Item.String(), Stat: "hour",
			Times: make([]int64, len(n.Hours)), Values: make([]int64, len(n.Hours))}
		for k, h := range n.Hours {
			c.Times[k], c.Values[k] = h.Ms(), synth.Milli(n.Item, n.Values[k])
		}
		out[i] = c
	}
	return out
}

// panelColumns are the published days of all cities of the panel, n days from first.
func panelColumns(w *synth.World, first calendar.Day, n int) []telemetry.Column {
	times := make([]int64, n)
	for i := range times {
		times[i] = first.Add(i).End()
	}
	var out []telemetry.Column
	for i, cols := range w.CityDays(first, n) {
		for p, values := range cols {
			item := synth.Pollutant(p)
			col := telemetry.Column{Site: CitySite(w.Adcode(i)), Factor: item.String(), Stat: "day", Times: times, Values: make([]int64, n)}
			if item == synth.O3 {
				col.Factor = "O3_8h"
			}
			for k, v := range values {
				col.Values[k] = synth.Milli(item, v)
			}
			out = append(out, col)
		}
	}
	return out
}

// CitySite is the code of a city as a measured unit.
func CitySite(adcode int) string { return strconv.Itoa(adcode) }

// deliver hands over what came in of the stations after one hour and up to another.
func (c *City) deliver(ctx context.Context, after, at synth.Hour, live bool) error {
	stream := historyStream
	if live {
		stream = feedStream
	}
	cols := newsColumns(c.world, c.world.News(synth.HourEnd(c.span.Hours, 1), after, at))
	if len(cols) == 0 {
		return nil
	}
	a, err := c.sites.Ingest(ctx, telemetry.Batch{Delivery: deliveryOf(stream, live), Columns: cols})
	if err == nil && a.Rejected > 0 {
		err = fmt.Errorf("%d values of the demonstration were refused", a.Rejected)
	}
	return err
}

// deliverPanel hands over the panel's days from the place first (counted from the panel's
// first day) up to, but not with, the place to.
func (c *City) deliverPanel(ctx context.Context, first, to int) error {
	if to <= first {
		return nil
	}
	cols := panelColumns(c.world, c.span.Panel.Add(first), to-first)
	_, err := c.sites.Ingest(ctx, telemetry.Batch{Delivery: deliveryOf(panelStream, false), Columns: cols})
	return err
}
