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
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/region"
)

// SetTarget sets a year's target of a region. version is the one the editor saw, 0 for a
// target that did not exist. Errors: invalid item or value; conflict when somebody else was
// faster; as access.Require for target.write.
func (s *Service) SetTarget(ctx context.Context, code region.Code, year int, item, value, source string, version int64) (Target, error) {
	a, err := access.Require(ctx, access.TargetWrite, code)
	if err != nil {
		return Target{}, err
	}
	t := Target{Region: code, Year: year, Item: item, Source: strings.TrimSpace(source), Version: version, UpdatedBy: a.Name}
	if t.Value, err = targetValue(item, value, year); err != nil {
		return Target{}, err
	}
	if t.Source == "" {
		return Target{}, fault.New(fault.Invalid, "source", "请写明目标的来源，例如文件名称和文号").WithField("body.source", "不能为空", "")
	}
	err = s.db.Update(ctx, func(tx *store.Tx) error { return s.setTarget(ctx, tx, &t) })
	if err == nil {
		s.stale.Add(1)
	}
	return t, err
}

func (s *Service) setTarget(ctx context.Context, tx *store.Tx, t *Target) error {
	before, err := readTargets(ctx, tx, t.Region, t.Year, time.Time{})
	if err != nil {
		return err
	}
	old, had := before[t.Item]
	stale := fault.New(fault.Conflict, "stale", "目标刚被别人改过，请看过新值再改")
	if t.Version == 0 {
		if had {
			return stale
		}
		if err := insertTarget(ctx, tx, *t); err != nil {
			return err
		}
	} else if ok, err := updateTarget(ctx, tx, *t); err != nil {
		return err
	} else if !ok {
		return stale
	}
	t.Version++
	t.UpdatedAt = tx.NowMS()
	if err := keepTarget(ctx, tx, *t); err != nil {
		return err
	}
	return audit.Log(ctx, tx, audit.Entry{Action: "target.set", Object: fmt.Sprintf("target:%s:%d:%s", t.Region, t.Year, t.Item), Region: t.Region,
		Summary: fmt.Sprintf("%d 年 %s 目标设为 %s %s", t.Year, itemName(t.Item), trim(milliDecimal(t.Value)), itemUnit(t.Item)),
		Detail:  map[string]any{"old": old.Value, "new": t.Value, "source": t.Source}})
}

func targetValue(item, value string, year int) (int64, error) {
	if !slices.Contains(targetItems[:], item) {
		return 0, fault.Newf(fault.Invalid, "item", "没有“%s”这一项目标", item)
	}
	if year < 2013 || year > 2100 {
		return 0, fault.Newf(fault.Invalid, "year", "年份 %d 不在 2013–2100 之间", year)
	}
	d, err := num.Parse(strings.TrimSpace(value))
	bad := func(why string) error {
		return fault.New(fault.Invalid, "value", "目标值有误："+why).WithField("body.value", why, value)
	}
	if err != nil {
		return 0, bad("不是数")
	}
	v := d.Round(3, num.HalfEven)
	switch {
	case num.Cmp(v, d) != 0 || v.Places != 3:
		return 0, bad("小数位数过多")
	case item == itemGood && (v.Units%1000 != 0 || v.Units < 0 || v.Units > int64(calendar.YearLen(year))*1000):
		return 0, bad("应为 0 到全年天数之间的整数")
	case item != itemGood && (v.Units <= 0 || v.Units > 500_000):
		return 0, bad("应为 0 到 500 之间的浓度")
	}
	return v.Units, nil
}

func milliDecimal(v int64) num.Decimal { return num.D(v, 3) }

// boundsOf is west, south, east, north of a collection; empty without coordinates.
func boundsOf(fc map[string]any) []float64 {
	box := []float64{181, 91, -181, -91}
	var walk func(v any)
	walk = func(v any) {
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			return
		}
		x, isX := list[0].(float64)
		if isX && len(list) >= 2 {
			if y, ok := list[1].(float64); ok {
				box = []float64{min(box[0], x), min(box[1], y), max(box[2], x), max(box[3], y)}
			}
			return
		}
		for _, e := range list {
			walk(e)
		}
	}
	features, _ := fc["features"].([]any)
	for _, f := range features {
		if m, ok := f.(map[string]any); ok {
			if g, ok := m["geometry"].(map[string]any); ok {
				walk(g["coordinates"])
			}
		}
	}
	if box[0] > box[2] {
		return []float64{}
	}
	return box
}
