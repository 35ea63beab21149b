package matter

import (
	"context"
	"strings"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/store"
)

const roundColumns = "matter, round, region, county, town, cell, opened_at, line, dead, until_at, changed_at"

// roundUpsert writes a line, or writes it anew.
func roundUpsert() string {
	list := strings.Split(roundColumns, ", ")
	marks, _ := store.In(1, len(list))
	set := make([]string, 0, len(list))
	for _, c := range list[2:] {
		set = append(set, c+" = excluded."+c)
	}
	return "INSERT INTO matter_round (" + roundColumns + ") VALUES " + marks + " ON CONFLICT (matter, round) DO UPDATE SET " + strings.Join(set, ", ")
}

// keepRounds writes the lines that figures are counted from, as the matter is now: its last
// life, and the one before, which may have just become one that recurred.
func (w *work) keepRounds(m *Matter) error {
	if err := w.s.before("round"); err != nil {
		return err
	}
	list, err := events(w.ctx, w.Tx, m.ID)
	if err != nil {
		return err
	}
	record := make([]Told, len(list))
	for i := range list {
		record[i] = list[i].Told
	}
	clocks, err := clocksOf(w.ctx, w.Tx, m.ID)
	if err != nil {
		return err
	}
	return w.s.putRounds(w.ctx, w.Tx, m, record, clocks, 2)
}

// putRounds writes the last few lives of a matter.
func (s *Service) putRounds(ctx context.Context, tx *store.Tx, m *Matter, record []Told, clocks []Clock, last int) error {
	k, err := s.kindOf(m)
	if err != nil {
		return err
	}
	upsert := roundUpsert()
	rounds := roundsOf(m, k, record, clocks)
	county, town := cut(m.Region)
	for i := max(0, len(rounds)-last); i < len(rounds); i++ {
		r := &rounds[i]
		_, err := tx.Exec(ctx, upsert, m.ID, r.Round, string(m.Region), county, town, m.Cell, r.Opened, lineOf(*r, m.Kind, m.Edition, m.Category),
			bit(r.Dead), r.until(), tx.NowMS())
		if err != nil {
			return err
		}
	}
	return nil
}

// RoundsJob makes the lines of matters that were there before the lines were.
const RoundsJob = "matter.rounds"

// makeRounds makes the lines of some matters that have none yet; it gives how many.
func (s *Service) makeRounds(ctx context.Context, most int) (int, error) {
	n := 0
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		list, err := where(ctx, tx, "m.id IN (SELECT matter FROM matter_round_missing ORDER BY matter LIMIT $1)", most)
		if err != nil {
			return err
		}
		w := &work{Tx: tx, ctx: ctx, s: s, me: &self{Actor: access.System("matter")}}
		for _, m := range list {
			told, err := events(ctx, tx, m.ID)
			if err != nil {
				return err
			}
			record := make([]Told, len(told))
			for i := range told {
				record[i] = told[i].Told
			}
			clocks, err := clocksOf(ctx, w.Tx, m.ID)
			if err != nil {
				return err
			}
			if err := s.putRounds(ctx, tx, m, record, clocks, len(record)); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "DELETE FROM matter_round_missing WHERE matter = $1", m.ID); err != nil {
				return err
			}
		}
		n = len(list)
		return nil
	})
	return n, err
}
