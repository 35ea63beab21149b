package matter

import (
	"cmp"
	"slices"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/rest"
)

// joins puts a report to the open matter that is about the same, by the kind's rule: near by,
// soon before or after, and told by another source. Every alarm is kept, as an event of the one
// matter. nil where there is none, or none that the reporter may see: then it is a new matter.
func (w *work) joins(m *Matter, k *kind.Kind, n Opening) (*Matter, error) {
	r := k.Merge
	if r.Metres == 0 || m.At == nil {
		return nil, nil
	}
	p := part{}
	p.cond = "m.kind = " + p.add(m.Kind) + " AND m.open = 1 AND m.found_at > " + p.add(m.FoundAt-r.WithinMS()) + " AND m.found_at < " + p.add(m.FoundAt+r.WithinMS())
	p.and(near(&p, *m.At, float64(r.Metres)) + " ORDER BY m.found_at, m.id LIMIT 50")
	list, err := where(w.ctx, w.Tx, p.cond, p.args...)
	if err != nil {
		return nil, err
	}
	source := cmp.Or(n.Fields[r.Other], m.Source)
	for _, old := range list {
		if old.At == nil || geo.Distance(*m.At, *old.At) >= float64(r.Metres) {
			continue
		}
		known, err := w.alarms(old, r.Other)
		if err != nil {
			return nil, err
		}
		if slices.Contains(known, source) {
			continue
		}
		if old, err = w.visible(old.ID); fault.Is(err, fault.NotFound) {
			continue
		} else if err != nil {
			return nil, err
		}
		if _, _, why, err := w.start(m, k, n); err != nil || why != nil {
			return nil, err // refused where it would be opened
		}
		return old, w.join(old, m, k, n, source)
	}
	return nil, nil
}

// alarms are the sources that told of a matter up to now.
func (w *work) alarms(m *Matter, field string) ([]string, error) {
	list, err := events(w.ctx, w.Tx, m.ID)
	out := []string{m.Source}
	if v := m.Fields[field]; v != "" {
		out[0] = v
	}
	for _, e := range list {
		if v := e.Told.More["alarm"]; v != "" {
			out = append(out, v)
		}
	}
	return out, err
}

// join writes a further alarm into the record of a matter, with its evidence and all it says.
func (w *work) join(old, m *Matter, k *kind.Kind, n Opening, source string) error {
	if m.ClientID != "" { // a repeat of the report finds the matter
		if _, err := w.Exec(w.ctx, "INSERT INTO matter_report (account, client_id, matter, at) VALUES ($1, $2, $3, $4)", w.me.Account, m.ClientID, old.ID, w.NowMS()); err != nil {
			return taken(err)
		}
	}
	c := &change{m: old, k: k, step: Step{Evidence: n.Evidence}}
	if err := w.s.before("evidence"); err != nil {
		return err
	}
	if err := w.writeEvidence(c); err != nil {
		return err
	}
	exhibits, err := w.exhibits(c)
	if err != nil {
		return err
	}
	list, err := parties(w.ctx, w.Tx, old.ID)
	if err != nil {
		return err
	}
	if who, err := w.who(old, list); err != nil {
		return err
	} else if !w.me.IsSystem() {
		if _, err := addParty(w.ctx, w.Tx, old, list, Party{Relation: Reporter, Post: who.Post, Unit: who.Unit, Account: w.me.Account}); err != nil {
			return err
		}
	}
	more := map[string]string{"alarm": source, "foundAt": rest.Instant(m.FoundAt), "position": m.At.String()}
	for key, v := range map[string]string{"title": m.Title, "source": m.Source, "sourceNumber": m.SourceNumber, "place": m.Place} {
		if v != "" {
			more[key] = v
		}
	}
	return w.remark(old, Told{Act: string(kind.Note), Name: "并入另一来源的报警", From: old.State, Opinion: cmp.Or(m.Description, n.Opinion), Evidence: exhibits, Fields: n.Fields, More: more},
		"matter.alarm", old.Number+" 并入另一来源的报警")
}
