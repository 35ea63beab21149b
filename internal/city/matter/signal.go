package matter

import (
	"context"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// SignalKind is the kind of matters that the system opens by itself.
const SignalKind = "signal"

// Signal is something that the system noticed.
type Signal struct {
	Key         string // what it is about: while a matter with this key is open there is no second
	Category    string // of the kind signal: over, missing, difference, flat, late, other
	Title       string
	Description string
	Region      region.Code
	Site        string
	At          *geo.Point
	Since       int64 // ms UTC, 0 now
}

// Signal opens a matter for a signal in the caller's transaction and gives its id; while one
// with the same key is open it gives that one. Only the system signals.
func (s *Service) Signal(ctx context.Context, tx *store.Tx, g Signal) (int64, error) {
	if a, _ := access.From(ctx); !a.IsSystem() {
		return 0, fault.New(fault.Forbidden, "system_only", "自动信号只由系统产生")
	}
	if g.Key == "" {
		return 0, fault.New(fault.Internal, "signal_key", "信号缺少标识")
	}
	me, err := s.self(ctx, access.MatterReport)
	if err != nil {
		return 0, err
	}
	var id int64
	err = tx.QueryRow(ctx, "SELECT id FROM matter WHERE signal_key = $1 AND signal_key <> '' AND open = 1", g.Key).Scan(&id)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return id, err
	}
	w := &work{Tx: tx, ctx: ctx, s: s, me: me, dir: me.dir}
	m, err := w.open(Opening{Kind: SignalKind, Category: g.Category, Title: g.Title, Description: g.Description, Region: g.Region, Site: g.Site,
		At: g.At, FoundAt: g.Since, Source: "system", signalKey: g.Key})
	if err != nil {
		return 0, err
	}
	return m.ID, nil
}
