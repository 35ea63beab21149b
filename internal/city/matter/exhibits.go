package matter

import (
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/fault"
)

// peek looks at the evidence of a new matter.
func (w *work) peek(ids []int64) ([]kind.EvidenceSeen, error) { return w.peekSince(ids, 0) }

// peekSince looks at evidence before it is put to the matter: what kind it is, and whether it
// was captured after a time.
func (w *work) peekSince(ids []int64, since int64) ([]kind.EvidenceSeen, error) {
	list, err := w.look(ids)
	out := make([]kind.EvidenceSeen, len(list))
	for i, e := range list {
		out[i] = kind.EvidenceSeen{Kind: e.Kind, Fresh: e.CapturedAt >= since}
	}
	return out, err
}

func (w *work) look(ids []int64) ([]Exhibit, error) {
	switch {
	case len(ids) == 0:
		return nil, nil
	case len(ids) > maxEvidence:
		return nil, fault.Newf(fault.Invalid, "too_many", "一次最多附 %d 份材料", maxEvidence).WithField("body.evidence", "过多", "")
	case w.s.cfg.Exhibits == nil:
		return nil, fault.New(fault.Unavailable, "no_evidence_store", "材料库未启用，暂不能附材料")
	}
	return w.s.cfg.Exhibits.Look(w.ctx, w.Tx, ids)
}

// exhibits are the pieces of a step as its event keeps them.
func (w *work) exhibits(c *change) ([]Exhibit, error) { return w.look(c.step.Evidence) }

// writeEvidence puts the pieces to the matter and notes the event that brings them.
func (w *work) writeEvidence(c *change) error {
	if len(c.step.Evidence) == 0 {
		return nil
	}
	list, err := w.look(c.step.Evidence)
	if err != nil {
		return err
	}
	if err := w.s.cfg.Exhibits.Use(w.ctx, w.Tx, object(c.m.ID), c.step.Evidence, c.m.At, c.m.FoundAt); err != nil {
		return err
	}
	for _, e := range list {
		_, err := w.Exec(w.ctx, "INSERT INTO matter_evidence (matter, seq, evidence, kind) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
			c.m.ID, c.m.Seq+1, e.ID, e.Kind)
		if err != nil {
			return err
		}
	}
	return nil
}
