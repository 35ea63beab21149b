package matter

import (
	"context"
	"slices"

	"qingshan/internal/city/matter/kind"
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

// Recovered ends the matter of a signal that went away before anybody took it up: the step of
// the kind that the system makes for that. One that people already handle stays theirs. It
// tells whether there was one to end. Only the system ends signals.
func (s *Service) Recovered(ctx context.Context, tx *store.Tx, key string) (bool, error) {
	if a, _ := access.From(ctx); !a.IsSystem() {
		return false, fault.New(fault.Forbidden, "system_only", "自动信号只由系统产生")
	}
	me, err := s.self(ctx, access.MatterAct)
	if err != nil {
		return false, err
	}
	list, err := where(ctx, tx, "m.signal_key = $1 AND m.signal_key <> '' AND m.open = 1", key)
	if err != nil || len(list) == 0 {
		return false, err
	}
	m := list[0]
	k, err := s.kindOf(m)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(k.Transitions, func(t kind.Transition) bool {
		return t.Act == kind.Verify && slices.Equal(t.By, []string{"system"}) && slices.Contains(t.From, m.State) && k.State(t.To).Type == kind.Closed
	})
	if i < 0 {
		return false, nil
	}
	w := &work{Tx: tx, ctx: ctx, s: s, me: me, dir: me.dir}
	_, err = w.move(m.ID, m.Version, Step{Transition: k.Transitions[i].ID})
	return err == nil, err
}

// OpenSignals are the keys of the signals whose matters are open, with when each was opened.
// Only the system asks.
func (s *Service) OpenSignals(ctx context.Context) (map[string]int64, error) {
	if a, _ := access.From(ctx); !a.IsSystem() {
		return nil, fault.New(fault.Forbidden, "system_only", "自动信号只由系统产生")
	}
	out := map[string]int64{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query(ctx, "SELECT signal_key, opened_at FROM matter WHERE signal_key <> '' AND open = 1")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var key string
			var at int64
			if err := rows.Scan(&key, &at); err != nil {
				return store.Classify(err)
			}
			out[key] = at
		}
		return store.Classify(rows.Err())
	})
	return out, err
}
