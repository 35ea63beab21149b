package matter

import (
	"context"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
)

// FieldOut is a field of a matter with its value.
type FieldOut struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Value string `json:"value"`
	Text  string `json:"text" doc:"给人看的值"`
}

// PartyOut is who stands in a relation.
type PartyOut struct {
	Relation string   `json:"relation"`
	Name     string   `json:"name"`
	Post     *PostRef `json:"post,omitempty"`
	Unit     *Ref     `json:"unit,omitempty"`
	Account  string   `json:"account,omitempty" doc:"姓名"`
}

// StageOut is a step of the progress bar.
type StageOut struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	State string `json:"state" enum:"done,now,next"`
}

// EventOut is an entry of the record.
type EventOut struct {
	Seq      int64             `json:"seq"`
	At       string            `json:"at"`
	Act      string            `json:"act"`
	Name     string            `json:"name"`
	From     *StateRef         `json:"from"`
	To       StateRef          `json:"to"`
	Actor    ActorOut          `json:"actor"`
	Assigned string            `json:"assigned,omitempty" doc:"交给谁办理或核查：单位和岗位"`
	Opinion  string            `json:"opinion"`
	Fields   []FieldOut        `json:"fields"`
	Evidence []EvidenceRef     `json:"evidence"`
	More     map[string]string `json:"more,omitempty"`
	Hash     string            `json:"hash"`
}

// ActorOut is who did something, as the record names them.
type ActorOut struct {
	Display string `json:"display"`
	Post    string `json:"post,omitempty"`
	Unit    string `json:"unit,omitempty"`
}

// FieldDef is a field of a kind.
type FieldDef struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	NameEn  string `json:"nameEn"`
	Type    string `json:"type"`
	Choices []Ref  `json:"choices"`
	Unit    string `json:"unit"`
	Max     int    `json:"max"`
}

// EvidenceDef is evidence that a move needs.
type EvidenceDef struct {
	Kind string `json:"kind"`
	Min  int    `json:"min"`
	Name string `json:"name"`
}

// NeedOut is what a move must bring.
type NeedOut struct {
	Fields   []FieldDef    `json:"fields"`
	Optional []FieldDef    `json:"optional" doc:"还可以填写的栏目"`
	Evidence []EvidenceDef `json:"evidence"`
	Opinion  bool          `json:"opinion"`
}

// RefusalOut says why not.
type RefusalOut struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	MessageEn string `json:"messageEn"`
}

// MoveOut is a step from here.
type MoveOut struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	NameEn      string      `json:"nameEn"`
	Act         string      `json:"act"`
	To          Ref         `json:"to"`
	Allowed     bool        `json:"allowed"`
	Refusal     *RefusalOut `json:"refusal"`
	Need        NeedOut     `json:"need"`
	Assigns     string      `json:"assigns"`
	Due         bool        `json:"due" doc:"可以另定办理期限"`
	Consequence string      `json:"consequence"`
}

// FamilyOut is what is linked to a matter.
type FamilyOut struct {
	Parent       *Row  `json:"parent"`
	Children     []Row `json:"children"`
	MergedInto   *Row  `json:"mergedInto"`
	Merged       []Row `json:"merged"`
	RecurrenceOf *Row  `json:"recurrenceOf"`
	Recurrences  []Row `json:"recurrences"`
	Duplicates   []Row `json:"duplicates"`
}

// VerifyOut is the end of the record's chain.
type VerifyOut struct {
	Head string `json:"head"`
	At   string `json:"at"`
	OK   bool   `json:"ok"`
}

// Page of a matter.
type MatterOut struct {
	Row
	Description  string        `json:"description"`
	Fields       []FieldOut    `json:"fields"`
	Parties      []PartyOut    `json:"parties"`
	SourceNumber string        `json:"sourceNumber"`
	Cell         string        `json:"cell"`
	Site         string        `json:"site"`
	Subject      *Ref          `json:"subject"`
	Stages       []StageOut    `json:"stages"`
	Clocks       []ClockOut    `json:"clocks"`
	Elapsed      string        `json:"elapsed"`
	ElapsedEn    string        `json:"elapsedEn"`
	Events       []EventOut    `json:"events"`
	Evidence     []EvidenceRef `json:"evidence"`
	Family       FamilyOut     `json:"family"`
	Moves        []MoveOut     `json:"moves"`
	Watching     bool          `json:"watching"`
	Verify       VerifyOut     `json:"verify"`
}

type matterOut struct {
	ETag string `header:"ETag"`
	Body MatterOut
}

// IDIn is the matter of an operation.
type IDIn struct {
	ID string `path:"id" maxLength:"20"`
}

func (h *API) get(ctx context.Context, in *IDIn) (*matterOut, error) {
	id, err := pathID(in.ID)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, id)
}

// answer is a matter as its page shows it.
func (h *API) answer(ctx context.Context, id int64) (*matterOut, error) {
	v, err := h.svc.Matter(ctx, id)
	if err != nil {
		return nil, err
	}
	x, err := h.dir(ctx)
	if err != nil {
		return nil, err
	}
	return &matterOut{rest.ETag(v.Version), x.matter(v)}, nil
}

func (x *shape) matter(v *View) MatterOut {
	m, k := v.Matter, v.Kind
	out := MatterOut{Row: x.row(m), Description: m.Description, Fields: x.fields(k, m.Fields), SourceNumber: m.SourceNumber, Cell: idText(m.Cell),
		Site: m.Site, Subject: x.unit(m.Subject), Stages: stages(k, v.Events, m.State), Clocks: x.clocks(v), Watching: v.Watching, Parties: []PartyOut{},
		Events: []EventOut{}, Evidence: []EvidenceRef{}, Moves: []MoveOut{}}
	end := x.now
	if m.ClosedAt > 0 {
		end = m.ClosedAt
	}
	out.Elapsed, out.ElapsedEn = span(max(end-m.OpenedAt, 0))
	for _, p := range v.Parties {
		if p.Until == 0 && p.Relation != Watcher {
			zh, _ := kind.RelationName(p.Relation)
			out.Parties = append(out.Parties, PartyOut{p.Relation, zh, x.post(p.Post), x.unit(p.Unit), x.dir.Names[p.Account]})
		}
	}
	for _, p := range v.Evidence {
		if r, ok := v.Exhibits[p.ID]; ok {
			out.Evidence = append(out.Evidence, r)
		}
	}
	for _, e := range v.Events {
		out.Events = append(out.Events, x.event(v, e))
	}
	for _, mv := range v.Moves {
		out.Moves = append(out.Moves, moveOut(k, mv, v.who))
	}
	f := v.Family
	out.Family = FamilyOut{Children: x.rows(f.Children), Merged: x.rows(f.Merged), Recurrences: x.rows(f.Recurrences), Duplicates: x.rows(f.Duplicates),
		Parent: x.maybe(f.Parent), MergedInto: x.maybe(f.MergedInto), RecurrenceOf: x.maybe(f.RecurrenceOf)}
	out.Verify = VerifyOut{Head: hex.EncodeToString(m.Head), At: shownTime(m.UpdatedAt), OK: true}
	if !slices.ContainsFunc(v.Events, func(e Event) bool { return e.Body == nil }) { // a hidden field leaves nothing to check with
		out.Verify.OK = Unbroken(v.Events, m.Head)
	}
	return out
}

func (x *shape) maybe(m *Matter) *Row {
	if m == nil {
		return nil
	}
	r := x.row(m)
	return &r
}

func (x *shape) fields(k *kind.Kind, values map[string]string) []FieldOut {
	out := []FieldOut{}
	for _, f := range k.Fields {
		v, set := values[f.ID]
		if !set {
			continue
		}
		o := FieldOut{f.ID, f.Name, v, v}
		switch f.Type {
		case kind.ChoiceOf:
			for _, c := range f.Choices {
				if c.ID == v {
					o.Text = c.Name
				}
			}
		case kind.Bool:
			o.Text = map[string]string{"true": "是", "false": "否"}[v]
		case kind.Number:
			if f.Unit != "" && v != "" {
				o.Text = v + " " + f.Unit
			}
		case kind.UnitRef, kind.PostRef:
			id, _ := strconv.ParseInt(v, 10, 64)
			if u := x.unit(id); u != nil && f.Type == kind.UnitRef {
				o.Text = u.Name
			} else if p := x.post(id); p != nil && f.Type == kind.PostRef {
				o.Text = p.Unit.Name + " " + p.Name
			}
		}
		out = append(out, o)
	}
	return out
}

func (x *shape) event(v *View, e Event) EventOut {
	k, t := v.Kind, e.Told
	out := EventOut{Seq: e.Seq, At: shownTime(e.At), Act: t.Act, Name: t.Name, To: x.stateOf(k, t.To), Opinion: t.Opinion, More: t.More,
		Actor: ActorOut{t.Display, t.PostName, t.UnitName}, Fields: x.fields(k, t.Fields), Evidence: []EvidenceRef{}, Hash: hex.EncodeToString(e.Hash)}
	if p := x.post(t.AssignPost); p != nil {
		out.Assigned = x.short(x.dir.Posts[t.AssignPost].Unit) + " " + p.Name
	} else {
		out.Assigned = x.short(t.AssignUnit)
	}
	if t.From != "" {
		from := x.stateOf(k, t.From)
		out.From = &from
	}
	for _, p := range v.Evidence {
		if r, ok := v.Exhibits[p.ID]; ok && p.Seq == e.Seq {
			out.Evidence = append(out.Evidence, r)
		}
	}
	return out
}

func (x *shape) stateOf(k *kind.Kind, id string) StateRef { return x.state(k, id, "") }

// stages is the progress bar: the stages in the order of the kind's states.
func stages(k *kind.Kind, record []Event, state string) []StageOut {
	been := map[string]bool{}
	for _, e := range record {
		if s := k.State(e.State); s != nil {
			been[s.Stage] = true
		}
	}
	now := ""
	if s := k.State(state); s != nil {
		now = s.Stage
	}
	out := []StageOut{}
	for _, s := range k.States {
		if s.Stage == "" || slices.ContainsFunc(out, func(o StageOut) bool { return o.ID == s.Stage }) {
			continue
		}
		o := StageOut{s.Stage, s.Stage, "next"}
		if been[s.Stage] {
			o.State = "done"
		}
		if s.Stage == now {
			o.State = "now"
		}
		out = append(out, o)
	}
	return out
}

func fieldDef(f *kind.Field) FieldDef {
	d := FieldDef{f.ID, f.Name, f.NameEn, string(f.Type), []Ref{}, f.Unit, f.Max}
	for _, c := range f.Choices {
		d.Choices = append(d.Choices, Ref{c.ID, c.Name})
	}
	return d
}

// needOut is what a step brings; of what it may bring besides, only what somebody with these
// relations may fill in.
func needOut(k *kind.Kind, n kind.Need, rel map[string]bool) NeedOut {
	out := NeedOut{[]FieldDef{}, []FieldDef{}, []EvidenceDef{}, n.Opinion}
	for _, id := range n.Optional {
		if f := k.Field(id); f != nil && f.WritableBy(rel) {
			out.Optional = append(out.Optional, fieldDef(f))
		}
	}
	for _, id := range n.Fields {
		if f := k.Field(id); f != nil {
			out.Fields = append(out.Fields, fieldDef(f))
		}
	}
	for _, e := range n.Evidence {
		zh, _ := e.Name()
		out.Evidence = append(out.Evidence, EvidenceDef{e.Kind, e.Min, zh})
	}
	return out
}

func moveOut(k *kind.Kind, mv kind.Move, rel map[string]bool) MoveOut {
	t := mv.Transition
	out := MoveOut{ID: t.ID, Name: t.Name, NameEn: t.NameEn, Act: string(t.Act), To: Ref{t.To, t.To}, Allowed: mv.Refusal == nil,
		Need: needOut(k, t.Need, rel), Assigns: t.Assigns, Consequence: t.Consequence}
	// The end that may be set is the main clock's, as enterBy takes it.
	out.Due = t.Assigns == Owner && slices.ContainsFunc(k.Clocks, func(c kind.Clock) bool { return len(c.Extend) > 0 })
	if s := k.State(t.To); s != nil {
		out.To.Name = s.Name
	}
	if r := mv.Refusal; r != nil {
		out.Refusal = &RefusalOut{r.Code, r.Message, r.MessageEn}
	}
	return out
}

// KindOut is a kind as the interface needs it to report and filter.
type KindOut struct {
	ID         string        `json:"id"`
	Name       string        `json:"name"`
	NameEn     string        `json:"nameEn"`
	Prefix     string        `json:"prefix"`
	Edition    string        `json:"edition"`
	Source     string        `json:"source"`
	Confidence string        `json:"confidence"`
	Categories []CategoryOut `json:"categories"`
	Fields     []FieldDef    `json:"fields"`
	States     []StateRef    `json:"states"`
	Starts     []StartOut    `json:"starts" doc:"您的岗位可用的登记方式"`
	Hands      []HandOut     `json:"hands" doc:"交给承办单位的动作；批量交办用"`
}

// HandOut is a step that hands a matter to who shall do it.
type HandOut struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	NameEn  string   `json:"nameEn"`
	From    []string `json:"from" doc:"可用的状态"`
	Opinion bool     `json:"opinion"`
	Plain   bool     `json:"plain" doc:"不要求栏目和材料，可以批量办"`
}

// CategoryOut is a category of a kind.
type CategoryOut struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	NameEn   string `json:"nameEn"`
	Tile     int    `json:"tile"`
	Roadside bool   `json:"roadside"`
	Patrol   bool   `json:"patrol"`
}

// StartOut is a way to create a matter.
type StartOut struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	NameEn  string  `json:"nameEn"`
	Need    NeedOut `json:"need"`
	Assigns string  `json:"assigns"`
}

func (h *API) kinds(ctx context.Context, _ *struct{}) (*bodyOut[[]KindOut], error) {
	out := []KindOut{}
	rel := postRelations(ctx)
	for _, k := range h.svc.InForce() {
		o := KindOut{ID: k.ID, Name: k.Name, NameEn: k.NameEn, Prefix: k.Prefix, Edition: k.Edition, Source: k.Source, Confidence: k.Confidence,
			Categories: []CategoryOut{}, Fields: []FieldDef{}, States: []StateRef{}, Starts: []StartOut{}, Hands: []HandOut{}}
		for _, c := range k.Categories {
			o.Categories = append(o.Categories, CategoryOut{c.ID, c.Name, c.NameEn, c.Tile, c.Roadside, c.Patrol})
		}
		for i := range k.Fields {
			o.Fields = append(o.Fields, fieldDef(&k.Fields[i]))
		}
		for _, s := range k.States {
			o.States = append(o.States, StateRef{s.ID, s.Name, string(s.Type)})
		}
		for _, id := range k.Start {
			t := k.Transition(id)
			if !slices.ContainsFunc(t.By, func(r string) bool { return rel[r] }) {
				continue
			}
			o.Starts = append(o.Starts, StartOut{t.ID, t.Name, t.NameEn, needOut(k, t.Need, rel), t.Assigns})
		}
		for _, t := range k.Transitions {
			if t.Assigns == Owner && !t.Starts() {
				o.Hands = append(o.Hands, HandOut{t.ID, t.Name, t.NameEn, t.From, t.Need.Opinion, len(t.Need.Fields) == 0 && len(t.Need.Evidence) == 0})
			}
		}
		out = append(out, o)
	}
	return &bodyOut[[]KindOut]{out}, nil
}

// postRelations are the relations that the actor's posts give it to a new matter somewhere in
// its scope, the reporter's included.
func postRelations(ctx context.Context) map[string]bool {
	a, _ := access.From(ctx)
	rel := map[string]bool{Reporter: true, "system": a.IsSystem()}
	for _, g := range a.Grants() {
		rel["role:"+g.Role] = true
		for _, l := range levels {
			rel[l.token] = rel[l.token] || l.role == g.Role
		}
		if cell, ok := strings.CutPrefix(g.Role, "grid_"); ok {
			rel["cell:"+cell] = true
		}
	}
	return rel
}

func (h *API) diagram(w http.ResponseWriter, r *http.Request) error {
	for _, k := range h.svc.InForce() {
		if k.ID == r.PathValue("id") {
			w.Header().Set("Content-Type", "image/svg+xml")
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
			_, err := w.Write([]byte(k.Diagram()))
			return err
		}
	}
	return fault.New(fault.NotFound, "not_found", "没有这类事项")
}

func idOrZero(n int64) string { return strconv.FormatInt(n, 10) }
