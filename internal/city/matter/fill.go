package matter

import (
	"context"
	"encoding/json"
	"fmt"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// Past is a matter of the past with its record, for loading history in bulk.
type Past struct {
	// Number, Seq, Head, Version, DueAt and Late are made here; the end of an open matter's
	// DueClock may be set by DueAt.
	Matter  Matter
	Parties []Party
	Record  []Told // Act, Transition, Name, From, To, At and who; the rest is made here
}

// Fill writes matters of the past in one transaction, with the rows, clocks and counts that
// moving them would have left, but without audit entries, notices and events: history that was made
// elsewhere. Only the system fills.
func (s *Service) Fill(ctx context.Context, list []Past) error {
	if a, _ := access.From(ctx); !a.IsSystem() {
		return fault.New(fault.Forbidden, "system_only", "只有系统可以装载历史事项")
	}
	return s.db.Update(ctx, func(tx *store.Tx) error {
		for i := range list {
			if err := s.fill(ctx, tx, &list[i]); err != nil {
				return fmt.Errorf("matter %d: %w", i+1, err)
			}
		}
		return nil
	})
}

func (s *Service) fill(ctx context.Context, tx *store.Tx, p *Past) error {
	m := &p.Matter
	k, err := s.kindOf(m)
	if err != nil {
		return err
	}
	if len(p.Record) == 0 || k.State(m.State) == nil || k.State(m.State).Type != m.Type {
		return fault.New(fault.Invalid, "past", "历史事项的状态与类别不符，或没有记录")
	}
	if m.Number, err = nextNumber(ctx, tx, k.ID, k.Prefix, calendar.DayOf(m.OpenedAt).Year()); err != nil {
		return err
	}
	m.Head, m.Seq, m.Version = nil, int64(len(p.Record)), int64(len(p.Record))
	bodies, hashes := make([]string, len(p.Record)), make([][]byte, len(p.Record))
	for i := range p.Record {
		t := &p.Record[i]
		t.Matter, t.Seq = m.Number, int64(i+1)
		body, err := json.Marshal(t)
		if err != nil {
			return err
		}
		m.Head = Chain(m.Head, body)
		bodies[i], hashes[i] = string(body), m.Head
	}
	clocks, err := s.pastClocks(m, k, p.Record, tx.NowMS())
	if err != nil {
		return missingYear(err)
	}
	if err := insert(ctx, tx, m); err != nil {
		return err
	}
	if err := s.fillClocks(&work{Tx: tx, ctx: ctx, s: s}, m, clocks); err != nil {
		return err
	}
	ran := make([]Clock, len(clocks))
	for i := range clocks {
		ran[i] = clocks[i].Clock
	}
	if err := s.putRounds(ctx, tx, m, p.Record, ran, len(p.Record)); err != nil {
		return err
	}
	for i, t := range p.Record {
		_, err := tx.Exec(ctx, `INSERT INTO matter_event (matter, seq, at, act, transition, state, account, post, body, hash)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, m.ID, t.Seq, t.At, t.Act, t.Transition, t.To, t.Account, t.Post, bodies[i], hashes[i])
		if err != nil {
			return err
		}
	}
	for _, q := range p.Parties {
		_, err := tx.Exec(ctx, `INSERT INTO matter_party (matter, relation, post, unit, account, since, until, region) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			m.ID, q.Relation, q.Post, q.Unit, q.Account, q.Since, q.Until, string(m.Region))
		if err != nil {
			return err
		}
	}
	return count(ctx, tx, m, string(m.Type), 1)
}

// Turns counts how a kind's own record of one round looks: the steps from the start to a
// state, for whoever fills history.
func Turns(k *kind.Kind, steps ...string) ([]Told, error) {
	var out []Told
	from := ""
	for _, id := range steps {
		t := k.Transition(id)
		if t == nil {
			return nil, fmt.Errorf("kind %s has no transition %s", k.ID, id)
		}
		out = append(out, Told{Act: string(t.Act), Transition: t.ID, Name: t.Name, From: from, To: t.To})
		from = t.To
	}
	return out, nil
}
