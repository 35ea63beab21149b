package matter

import (
	"context"
	"fmt"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Recounted is a deadline that a changed calendar moved.
type Recounted struct {
	Matter   int64
	Number   string
	Clock    string
	From, To int64 // ms UTC
}

// Recount counts the open deadlines anew that were counted with another calendar, and says
// which of them moved. Each that moved stands in its matter's record; the audit log keeps the
// sum. It does nothing when the calendar is the same.
func (s *Service) Recount(ctx context.Context) ([]Recounted, error) {
	var moved []Recounted
	version := s.clocks.Version()
	query := fmt.Sprintf("SELECT id FROM matter_clock WHERE state IN ('running', 'paused') AND calendar <> '%s' AND started_at <= $1 ORDER BY id LIMIT %d", version, wakeBatch)
	n, err := s.each(ctx, query, func(w *work, id int64) (bool, error) {
		r, err := w.recount(id)
		if err == nil && r != nil {
			moved = append(moved, *r)
		}
		return err == nil, err
	})
	if n == 0 {
		return nil, err
	}
	if logged := s.logRecount(ctx, version, n, moved); logged != nil {
		return moved, logged
	}
	return moved, err
}

func (w *work) recount(id int64) (*Recounted, error) {
	m, _, c, x, err := w.ticking(id)
	if err != nil || x.Calendar == w.s.clocks.Version() || x.Over() {
		return nil, err
	}
	before, was := m.Version, x.DueAt
	if err := w.count(m, c, x); err != nil || x.DueAt == was {
		return nil, err
	}
	text := fmt.Sprintf("日历变更，“%s”时限由 %s 改为 %s", c.Name, calendar.FormatTime(was), calendar.FormatTime(x.DueAt))
	err = w.say(m, before, c.ID, call{name: "时限重算", text: text, key: fmt.Sprintf("clock/%d/calendar/%s", x.ID, x.Calendar),
		to: []ball{{post: m.HolderPost, unit: m.HolderUnit}}})
	return &Recounted{m.ID, m.Number, c.ID, was, x.DueAt}, err
}

func (s *Service) logRecount(ctx context.Context, version string, counted int, moved []Recounted) error {
	if _, err := access.RequireAnywhere(ctx, access.MatterRead); err != nil {
		return err
	}
	list := make([]map[string]any, 0, len(moved))
	for _, r := range moved {
		list = append(list, map[string]any{"number": r.Number, "clock": r.Clock, "from": calendar.FormatTime(r.From), "to": calendar.FormatTime(r.To)})
	}
	return s.db.Update(ctx, func(tx *store.Tx) error {
		return audit.Log(ctx, tx, audit.Entry{Action: "matter.recount", Object: "calendar/" + version, Region: region.Code(""),
			Summary: fmt.Sprintf("日历变更：重算 %d 个时限，其中 %d 个改变", counted, len(moved)), Detail: map[string]any{"moved": list}})
	})
}
