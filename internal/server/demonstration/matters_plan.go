package demonstration

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/geo"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
	"qingshan/packs/demo"
	"qingshan/packs/demo/land"
	"qingshan/packs/demo/synth"
)

// People open between leastADay and mostADay matters a day; faultyShare of them in the
// county of the story.
const (
	leastADay   = 4
	mostADay    = 9
	faultyShare = 0.24
)

// place is where a problem is: in a village of a town of a county.
type place struct {
	county, town, village land.Region
	at                    geo.Point
}

// plan draws what is going to be found on each day, and puts down what is to be open at the
// end.
func (h *history) plan(begin time.Time) {
	rng := rand.New(rand.NewPCG(h.seed, 0x6d61))
	for at := begin; at.Before(h.end); at = at.AddDate(0, 0, 1) {
		n := leastADay + rng.IntN(mostADay-leastADay+1)
		for range n {
			when := at.Add(time.Duration(6*60+rng.IntN(12*60)+rng.IntN(3*60))*time.Minute + time.Duration(rng.IntN(60))*time.Second)
			if when.Before(h.end.Add(-90 * time.Minute)) {
				h.push(h.draw(rng, when), when)
			}
		}
	}
	for i, o := range h.story.Opened {
		when := h.end.AddDate(0, 0, -o.Back)
		clockTime, err := time.Parse("15:04", o.Time)
		if err != nil {
			continue // ReadStory refused it
		}
		when = time.Date(when.Year(), when.Month(), when.Day(), clockTime.Hour(), clockTime.Minute(), 0, 0, clock.Shanghai)
		if when.After(begin) {
			h.push(h.fixed(o, i), when)
		}
	}
}

// draw makes a problem by chance.
func (h *history) draw(rng *rand.Rand, when time.Time) *agent {
	own := rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64()))
	a := &agent{rng: own}
	a.place = h.anywhere(own)
	month := int(when.In(clock.Shanghai).Month())
	late := h.mayBeLate(a.place, when)
	a.script = pick(own, h.story.Scripts, func(s *demo.Script) float64 {
		if len(s.Months) > 0 && !slices.Contains(s.Months, month) || s.Name == "late" && !late {
			return 0
		}
		return s.Weight
	})
	a.turns = a.script.Turns
	a.about = h.category(own, a.script, month)
	a.category, a.firm = a.about.ID, one(own, h.story.Texts.Firm)
	if a.script.Name == "twice" {
		a.twin = a // found when it is opened
	}
	return a
}

// mayBeLate keeps the last weeks' overdue matters to two counties, so that what is overdue at
// the start can be read.
func (h *history) mayBeLate(p place, when time.Time) bool {
	code := p.county.Code.GB2260()
	return when.Before(h.end.AddDate(0, 0, -14)) || code == faulty.GB2260() || code == "410726"
}

func (h *history) category(rng *rand.Rand, s *demo.Script, month int) *demo.StoryCategory {
	if s.Category != "" {
		return h.story.Category(s.Kind, s.Category)
	}
	return pick(rng, h.story.Categories, func(c *demo.StoryCategory) float64 {
		in := slices.Contains(c.Months, month)
		switch {
		case c.Kind != s.Kind || len(c.Months) > 0 && !in:
			return 0
		case in && c.WeightMonth > 0:
			return c.WeightMonth
		}
		return c.Weight
	})
}

// fixed is a matter that is open at the end, in the town and village of the accounts.
func (h *history) fixed(o demo.Opened, i int) *agent {
	rng := rand.New(rand.NewPCG(h.seed, uint64(0x6f70+i)))
	a := &agent{rng: rng, script: h.story.Script(o.Kind, o.Script), about: h.story.Category(o.Kind, o.Category), category: o.Category,
		firm: one(rng, h.story.Texts.Firm), to: o.To, checker: o.Checker, again: true}
	a.turns = slices.Clone(a.script.Turns[:o.Stop])
	if o.Ask != "" {
		a.turns = append(a.turns, demo.Turn{Do: "@" + o.Ask, By: "owner", Wait: []int{60, 400}})
	}
	nth := 0
	if o.To != "officer" {
		nth = i
	}
	a.place = h.accountsTown(rng, nth)
	return a
}

// accountsTown is the n-th village of the town whose people have accounts.
func (h *history) accountsTown(rng *rand.Rand, n int) place {
	l := h.land
	from, to := l.Level(region.Town)
	towns := []int{}
	for i := from; i < to; i++ {
		if region.Contains(faulty, l.Regions[i].Code) {
			towns = append(towns, i)
		}
	}
	town := towns[1]
	from, to = l.Level(region.Village)
	var villages []int
	for i := from; i < to; i++ {
		if l.Regions[i].Parent == town {
			villages = append(villages, i)
		}
	}
	v := villages[n%len(villages)]
	p, _ := l.Spot(v, rng.IntN(1<<20))
	return h.placeAt(rng, p, v)
}

func (h *history) anywhere(rng *rand.Rand) place {
	from, to := h.land.Level(region.County)
	c, _ := h.land.Find(faulty)
	if rng.Float64() >= faultyShare {
		c = from + rng.IntN(to-from)
	}
	p, v := h.land.Spot(c, rng.IntN(1<<20))
	return h.placeAt(rng, p, v)
}

func (h *history) placeAt(rng *rand.Rand, p land.Point, v int) place {
	r := h.land.Regions
	town := r[v].Parent
	return place{county: r[r[town].Parent], town: r[town], village: r[v],
		at: geo.Point{Lng: int64(p.Lon)*100 + int64(rng.IntN(8000)-4000), Lat: int64(p.Lat)*100 + int64(rng.IntN(8000)-4000)}}
}

// pick takes one of a list by weight.
func pick[T any](rng *rand.Rand, list []T, weight func(*T) float64) *T {
	sum := 0.0
	for i := range list {
		sum += weight(&list[i])
	}
	x := rng.Float64() * sum
	for i := range list {
		if x -= weight(&list[i]); x < 0 {
			return &list[i]
		}
	}
	return &list[0]
}

func one(rng *rand.Rand, list []string) string { return list[rng.IntN(len(list))] }

// ozoneOver is the hourly ozone (µg/m³) above which a station's AQI passes 150, as in the
// rules of the signals.
const ozoneOver = 200

// planSignals lets the stations' own hours of too much ozone raise matters when they arrive,
// one of a station in three weeks.
func (h *history) planSignals(begin time.Time) {
	stations, err := demo.Stations(h.land)
	if err != nil {
		return // makeSites told
	}
	from, last := synth.HourAt(begin.UnixMilli()), delivered(h.end)-3
	script := h.story.Script("signal", 0)
	for i, cols := range h.world.AllKnown(from, last, last) {
		s, quiet := stations[i], from
		if s.Kind == "micro" {
			continue
		}
		for k, v := range cols[synth.O3] {
			hour := from + synth.Hour(k)
			if v <= ozoneOver || hour < quiet {
				continue
			}
			quiet = hour + 21*24
			at := geo.Degrees(s.Lon, s.Lat)
			county, _ := h.land.Find(s.Region)
			rng := rand.New(rand.NewPCG(h.seed, uint64(i)<<32|uint64(hour)))
			p, v2 := h.land.Spot(county, 0)
			a := &agent{rng: rng, script: script, turns: script.Turns, category: "over", again: true, place: h.placeAt(rng, p, v2), signal: &matter.Signal{
				Key: "air/" + s.Code + "/over", Category: "over", Title: "空气质量超标：" + s.Name, Region: s.Region, Site: s.Code, At: &at,
				Description: fmt.Sprintf("%s O₃ 小时值 %d µg/m³，小时 AQI 高于 150。", calendar.FormatHour(hour.Ms()), v)}}
			h.push(a, arrival(hour).Add(time.Minute))
		}
	}
}

// fill puts names into a template.
func (h *history) fill(a *agent, text string) string {
	t := h.story.Texts
	return strings.NewReplacer("{village}", a.place.village.Name, "{town}", a.place.town.Name, "{firm}", a.firm,
		"{where}", one(a.rng, t.Where), "{weather}", one(a.rng, t.Weather)).Replace(text)
}
