package matter

import (
	"context"
	"slices"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// View is a matter with everything that its page shows.
type View struct {
	*Matter
	Kind     *kind.Kind
	Parties  []Party
	Events   []Event
	Clocks   []Clock
	Pauses   []Pause
	Evidence []Piece
	Exhibits map[int64]EvidenceRef // the pieces themselves, by id
	Moves    []kind.Move
	Family   Family
	Visible  map[string]bool // fields that the actor may read
	Watching bool

	rights clockRights     // of the actor, about the clocks
	who    map[string]bool // relations of the actor
}

// Piece is a piece of evidence and the event that brought it.
type Piece struct {
	ID, Seq int64
	Kind    string
}

// Pause is a pause or an extension of a clock, asked for, granted or refused.
type Pause struct {
	ID, Clock               int64
	What, State             string
	From, To, Until, Review int64
	Condition, Term, Reason string
	AskedAt, AskedBy        int64
	DecidedAt               int64
	Approver, Opinion       string
}

// Family is what is linked to a matter; only what the actor may see.
type Family struct {
	Parent, MergedInto                        *Matter
	Children, Merged, Recurrences, Duplicates []*Matter
	RecurrenceOf                              *Matter
}

// view runs a read as the actor of ctx.
func (s *Service) view(ctx context.Context, fn func(*work) error) error {
	me, err := s.reader(ctx)
	if err != nil {
		return err
	}
	return s.db.View(ctx, func(tx *store.Tx) error { return fn(&work{Tx: tx, ctx: ctx, s: s, me: me, dir: me.dir}) })
}

// Matter reads one matter with its record. Errors: not found also when the actor may not see it.
func (s *Service) Matter(ctx context.Context, id int64) (*View, error) {
	var v *View
	err := s.view(ctx, func(w *work) (err error) {
		v, err = w.matter(id)
		return err
	})
	return v, err
}

func (w *work) matter(id int64) (*View, error) {
	m, err := w.visible(id)
	if err != nil {
		return nil, err
	}
	v := &View{Matter: m}
	if v.Kind, err = w.s.kindOf(m); err != nil {
		return nil, err
	}
	if v.Parties, err = parties(w.ctx, w.Tx, id); err != nil {
		return nil, err
	}
	if v.Events, err = events(w.ctx, w.Tx, id); err != nil {
		return nil, err
	}
	if v.Clocks, err = clocksOf(w.ctx, w.Tx, id); err != nil {
		return nil, err
	}
	if v.Pauses, err = pausesOf(w.ctx, w.Tx, id); err != nil {
		return nil, err
	}
	if v.Evidence, err = pieces(w.ctx, w.Tx, id); err != nil {
		return nil, err
	}
	if len(v.Evidence) > 0 {
		if v.Exhibits, err = w.exhibitsOf(id); err != nil {
			return nil, err
		}
	}
	c := &change{m: m, k: v.Kind, parties: v.Parties}
	who, err := w.who(m, v.Parties)
	if err != nil {
		return nil, err
	}
	doing, err := w.doing(c)
	if err != nil {
		return nil, err
	}
	v.Moves, v.who = v.Kind.Moves(who, doing), who.Relations
	if v.rights, err = w.clockRightsOf(m, v.Kind, v.Clocks, v.Pauses, who); err != nil {
		return nil, err
	}
	v.Visible = w.me.fields(v.Kind, who.Relations)
	v.Watching = slices.ContainsFunc(v.Parties, func(p Party) bool {
		return p.Relation == Watcher && p.Until == 0 && p.Account == w.me.Account
	})
	v.hide(w.named(m))
	v.Family, err = w.family(m)
	return v, err
}

// fields are those of a kind that somebody in these relations may read.
func (me *self) fields(k *kind.Kind, rel map[string]bool) map[string]bool {
	out := map[string]bool{}
	for _, f := range k.Fields {
		out[f.ID] = me.IsSystem() || len(f.Visible) == 0 || slices.ContainsFunc(f.Visible, func(r string) bool { return rel[r] })
	}
	return out
}

// named tells whether the actor reads who did what by name: whoever reads the matters of its
// region. A firm and a party from elsewhere read posts and units.
func (w *work) named(m *Matter) bool { return w.me.IsSystem() || w.me.Can(access.MatterRead, m.Region) }

// hide takes out of the matter and its record what the actor may not read: fields, and persons'
// names unless named. The bodies, which the hashes are made of, are dropped when a field was
// taken out of them; the names in them are never shown.
func (v *View) hide(named bool) {
	if !named {
		for i := range v.Events {
			if t := &v.Events[i].Told; t.Account != 0 {
				t.Display, t.Person = "", 0
			}
		}
		for i := range v.Parties {
			v.Parties[i].Account = 0
		}
		for i := range v.Pauses {
			v.Pauses[i].AskedBy, v.Pauses[i].Approver = 0, ""
		}
		for i := range v.Clocks {
			for j := range v.Clocks[i].Granted {
				v.Clocks[i].Granted[j].By = ""
			}
		}
	}
	for id := range v.Fields {
		if !v.Visible[id] {
			delete(v.Fields, id)
		}
	}
	for i := range v.Events {
		e := &v.Events[i]
		for id := range e.Told.Fields {
			if !v.Visible[id] {
				delete(e.Told.Fields, id)
				e.Body = nil
			}
		}
	}
}

func pausesOf(ctx context.Context, tx *store.Tx, id int64) ([]Pause, error) {
	rows, err := tx.Query(ctx, `SELECT id, clock, what, state, from_at, to_at, until_at, review_at, condition, term, reason, asked_at, asked_by,
		decided_at, approver, opinion FROM matter_pause WHERE matter = $1 ORDER BY id`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Pause
	for rows.Next() {
		var p Pause
		if err := rows.Scan(&p.ID, &p.Clock, &p.What, &p.State, &p.From, &p.To, &p.Until, &p.Review, &p.Condition, &p.Term, &p.Reason,
			&p.AskedAt, &p.AskedBy, &p.DecidedAt, &p.Approver, &p.Opinion); err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, p)
	}
	return out, store.Classify(rows.Err())
}

func pieces(ctx context.Context, tx *store.Tx, id int64) ([]Piece, error) {
	rows, err := tx.Query(ctx, "SELECT evidence, seq, kind FROM matter_evidence WHERE matter = $1 ORDER BY seq, evidence", id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Piece
	for rows.Next() {
		var p Piece
		if err := rows.Scan(&p.ID, &p.Seq, &p.Kind); err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, p)
	}
	return out, store.Classify(rows.Err())
}

// family reads what is linked to a matter, as far as the actor may see it.
func (w *work) family(m *Matter) (Family, error) {
	var f Family
	rows, err := w.Query(w.ctx, "SELECT a, b, kind FROM matter_link WHERE a = $1 OR b = $2 ORDER BY at, a, b", m.ID, m.ID)
	if err != nil {
		return f, err
	}
	type link struct {
		a, b int64
		what string
	}
	var links []link
	for rows.Next() {
		var l link
		if err := rows.Scan(&l.a, &l.b, &l.what); err != nil {
			_ = rows.Close()
			return f, store.Classify(err)
		}
		links = append(links, l)
	}
	if err := rows.Close(); err != nil {
		return f, err
	}
	for _, l := range links {
		other, up := l.b, false
		if l.b == m.ID {
			other, up = l.a, true
		}
		x, err := w.visible(other)
		if err != nil {
			if fault.Is(err, fault.NotFound) { // not for this actor
				continue
			}
			return f, err
		}
		f.put(l.what, up, x)
	}
	return f, nil
}

func (f *Family) put(what string, up bool, x *Matter) {
	switch {
	case (what == "child" || what == "split") && up:
		f.Parent = x
	case what == "child", what == "split":
		f.Children = append(f.Children, x)
	case what == "merged" && up:
		f.MergedInto = x
	case what == "merged":
		f.Merged = append(f.Merged, x)
	case what == "recurrence" && up:
		f.RecurrenceOf = x
	case what == "recurrence":
		f.Recurrences = append(f.Recurrences, x)
	default:
		f.Duplicates = append(f.Duplicates, x)
	}
}
