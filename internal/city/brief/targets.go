package brief

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"qingshan/internal/city/situation"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

const weeks = 8

// addTargets adds the year's targets in a line each, with the last eight weeks.
func (s *Service) addTargets(ctx context.Context, r region.Code, out *Today) error {
	t, err := s.air.Targets(ctx, r, 0, "", time.Time{})
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	last := calendar.DayOf(s.clk.Now().UnixMilli()) - 1
	days, err := s.air.Days(ctx, r, (last - 7*weeks + 1).String(), last.String(), time.Time{})
	if err != nil && !missing(err) {
		return err
	}
	out.TargetsNote = fmt.Sprintf("%d 天，余 %d 天", t.DaysUsed, t.DaysLeft)
	for _, i := range t.Items {
		if i.Target.Value == "" {
			continue
		}
		line := Target{Item: i.Item, Name: i.Name, Unit: i.Unit, ToDate: i.ToDate.Value, Target: i.Target.Value, Gap: i.Gap, Change: i.Change, Probability: i.Probability.Value}
		if line.Rest = "≤ " + i.AllowedMean.Value + " 日均"; i.Item == "good_days" {
			line.Rest = fmt.Sprintf("%d / %d 天 须优良", i.GoodNeeded, t.DaysLeft)
		}
		if days != nil {
			line.Weeks = weekly(days.Items, i.Item)
		}
		out.Targets = append(out.Targets, line)
	}
	return nil
}

// weekly are the means of eight weeks, or their good days; null is a week without data.
func weekly(days []situation.Day, item string) []*float64 {
	out := make([]*float64, weeks)
	for w := range weeks {
		sum, n := 0.0, 0
		for d := range 7 {
			i := w*7 + d
			if i >= len(days) {
				break
			}
			if item == "good_days" {
				if days[i].AQI != nil {
					n++
					if *days[i].AQI <= 100 {
						sum++
					}
				}
				continue
			}
			if v, err := strconv.ParseFloat(days[i].Values[item].Value, 64); err == nil {
				sum, n = sum+v, n+1
			}
		}
		if n > 0 {
			v := sum
			if item != "good_days" {
				v = sum / float64(n)
			}
			out[w] = &v
		}
	}
	return out
}
