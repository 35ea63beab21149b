package matter

import (
	"context"

	"qingshan/internal/city/matter/kind"
)

// ProcedureOut is a kind with its transitions: what the field app needs to go on without the
// server, which then decides.
type ProcedureOut struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Categories  []CategoryOut   `json:"categories"`
	States      []StateRef      `json:"states"`
	Transitions []TransitionOut `json:"transitions"`
}

// TransitionOut is a transition as data.
type TransitionOut struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	NameEn      string   `json:"nameEn"`
	Act         string   `json:"act"`
	From        []string `json:"from"`
	To          string   `json:"to"`
	By          []string `json:"by"`
	Need        NeedOut  `json:"need"`
	Assigns     string   `json:"assigns"`
	Consequence string   `json:"consequence"`
}

// Held are the open matters that wait for the actor, the most urgent first, each as its page
// shows it: at most limit of them.
func (s *Service) Held(ctx context.Context, limit int) ([]MatterOut, error) {
	x, err := (&API{s}).dir(ctx)
	if err != nil {
		return nil, err
	}
	out := []MatterOut{}
	err = s.view(ctx, func(w *work) error {
		list, _, err := w.list(Query{HolderMe: true, Sort: "due", Limit: limit})
		if err != nil {
			return err
		}
		for _, m := range list {
			v, err := w.matter(m.ID)
			if err != nil {
				return err
			}
			out = append(out, x.matter(v))
		}
		return nil
	})
	return out, err
}

// Reported are the matters that the actor's own account opened, the newest first.
func (s *Service) Reported(ctx context.Context, limit int) ([]Row, error) {
	x, err := (&API{s}).dir(ctx)
	if err != nil {
		return nil, err
	}
	out := []Row{}
	err = s.view(ctx, func(w *work) error {
		list, err := where(w.ctx, w.Tx, "(m.client_by = $1 AND m.client_id <> '' OR m.id IN (SELECT matter FROM matter_report WHERE account = $1)) ORDER BY m.opened_at DESC, m.id DESC LIMIT $2", w.me.Account, limit)
		if err != nil {
			return err
		}
		for _, m := range list {
			if seen, err := w.visible(m.ID); err == nil { // what was taken out of sight stays out of it
				out = append(out, x.row(seen))
			}
		}
		return nil
	})
	return out, err
}

// Procedures are the kinds of today with their transitions.
func (s *Service) Procedures() []ProcedureOut {
	out := []ProcedureOut{}
	for _, k := range s.InForce() {
		out = append(out, procedure(k))
	}
	return out
}

func procedure(k *kind.Kind) ProcedureOut {
	o := ProcedureOut{ID: k.ID, Name: k.Name, Categories: []CategoryOut{}, States: []StateRef{}, Transitions: []TransitionOut{}}
	for _, c := range k.Categories {
		o.Categories = append(o.Categories, CategoryOut{c.ID, c.Name, c.NameEn, c.Tile, c.Roadside, c.Patrol})
	}
	for _, s := range k.States {
		o.States = append(o.States, StateRef{s.ID, s.Name, string(s.Type)})
	}
	for i := range k.Transitions {
		t := &k.Transitions[i]
		o.Transitions = append(o.Transitions, TransitionOut{t.ID, t.Name, t.NameEn, string(t.Act), append([]string{}, t.From...), t.To,
			append([]string{}, t.By...), needOut(k, t.Need, nil), t.Assigns, t.Consequence})
	}
	return o
}
