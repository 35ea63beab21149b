package situation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// DustDay is a day under confirmed dust influence.
type DustDay struct {
	Date       string `json:"date"`
	Source     string `json:"source" doc:"who confirmed it, and by which document"`
	RecordedAt string `json:"recordedAt"`
}

// DustDays lists the confirmed dust days of a prefecture in a year (0: all), the newest
// first, as known at asOf. Needs air.read.
func (s *Service) DustDays(ctx context.Context, code region.Code, year int, asOf time.Time) ([]DustDay, error) {
	code, err := s.asked(ctx, code)
	if err != nil {
		return nil, err
	}
	city, ok := code.Ancestor(region.Prefecture)
	if !ok {
		if city, err = s.defaultCity(ctx); err != nil {
			return nil, err
		}
	}
	var found map[calendar.Day]dustDay
	err = s.db.View(ctx, func(tx *store.Tx) error {
		found, err = readDust(ctx, tx, city, asOf)
		return err
	})
	out := []DustDay{}
	for day, d := range found {
		if year == 0 || day.Year() == year {
			out = append(out, DustDay{day.String(), d.source, hourText(d.recordedAt)})
		}
	}
	slices.SortFunc(out, func(a, b DustDay) int { return strings.Compare(b.Date, a.Date) })
	return out, err
}

// SetDust marks days of a prefecture as confirmed dust days. Loading the same day again with
// the same source changes nothing; with another source it becomes a new revision. Errors:
// invalid without a source, for a day to come or for a region that is no prefecture; as
// access.Require for dust.write.
func (s *Service) SetDust(ctx context.Context, city region.Code, days []calendar.Day, source string) error {
	if _, err := access.Require(ctx, access.DustWrite, city); err != nil {
		return err
	}
	source = strings.TrimSpace(source)
	if source == "" {
		return fault.New(fault.Invalid, "source", "请写明认定沙尘影响日的依据").WithField("body.source", "不能为空", "")
	}
	if city.Level() != region.Prefecture {
		return fault.New(fault.Invalid, "region", "沙尘影响日按地级市认定")
	}
	today := calendar.DayOf(s.db.Clock().Now().UnixMilli())
	for _, d := range days {
		if d > today {
			return fault.Newf(fault.Invalid, "date", "%s 还没有到", d)
		}
	}
	err := s.db.Update(ctx, func(tx *store.Tx) error { return s.setDust(ctx, tx, city, days, source) })
	if err == nil {
		s.stale.Add(1)
	}
	return err
}

func (s *Service) setDust(ctx context.Context, tx *store.Tx, city region.Code, days []calendar.Day, source string) error {
	have, err := readDust(ctx, tx, city, time.Time{})
	if err != nil {
		return err
	}
	var fresh []string
	for _, d := range days {
		old, known := have[d]
		if known && old.source == source {
			continue
		}
		if known {
			if err := endDust(ctx, tx, city, d); err != nil {
				return err
			}
		}
		if err := insertDust(ctx, tx, city, d, source); err != nil {
			return err
		}
		fresh = append(fresh, d.String())
	}
	if len(fresh) == 0 {
		return nil
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "dust.set", Object: "dust:" + city.String(), Region: city,
		Summary: fmt.Sprintf("认定 %d 个沙尘影响日", len(fresh)), Detail: map[string]any{"days": fresh, "source": source}})
}

// TakeDustBack takes a confirmed dust day back: the assessed values hold its particulates
// again, and a look into the past still sees it. Errors: not found for a day that is no dust
// day; invalid without a reason; as access.Require for dust.write.
func (s *Service) TakeDustBack(ctx context.Context, city region.Code, day calendar.Day, reason string) error {
	if _, err := access.Require(ctx, access.DustWrite, city); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return fault.New(fault.Invalid, "reason", "请写明撤销的原因").WithField("query.reason", "不能为空", "")
	}
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		have, err := readDust(ctx, tx, city, time.Time{})
		if err != nil {
			return err
		}
		old, known := have[day]
		if !known {
			return fault.Newf(fault.NotFound, "no_dust_day", "%s 不是已认定的沙尘影响日", day)
		}
		if err := endDust(ctx, tx, city, day); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "dust.remove", Object: "dust:" + city.String(), Region: city,
			Summary: "撤销沙尘影响日 " + day.String(), Detail: map[string]any{"day": day.String(), "source": old.source, "reason": reason}})
	})
	if err == nil {
		s.stale.Add(1)
	}
	return err
}
