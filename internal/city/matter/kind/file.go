package kind

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"qingshan/internal/rules/calendar"
)

// The shapes below are the file as written; Parse turns them into a Kind.

type fileKind struct {
	ID         string           `toml:"id"`
	Name       string           `toml:"name"`
	NameEn     string           `toml:"name_en"`
	Prefix     string           `toml:"prefix"`
	Edition    string           `toml:"edition"`
	Apart      string           `toml:"apart"`
	Source     string           `toml:"source"`
	Confidence string           `toml:"confidence"`
	Recurrence fileRecurrence   `toml:"recurrence"`
	Merge      fileMerge        `toml:"merge"`
	Category   []fileCategory   `toml:"category"`
	Field      []fileField      `toml:"field"`
	State      []fileState      `toml:"state"`
	Transition []fileTransition `toml:"transition"`
	Clock      []fileClock      `toml:"clock"`
}

type fileBasis struct {
	Source     string `toml:"source"`
	Confidence string `toml:"confidence"`
}

type fileRecurrence struct {
	Days         int    `toml:"days"`
	Metres       int    `toml:"metres"`
	SameCategory bool   `toml:"same_category"`
	Reopen       bool   `toml:"reopen"`
	Source       string `toml:"source"`
	Confidence   string `toml:"confidence"`
}

type fileMerge struct {
	Metres int           `toml:"metres"`
	Within calendar.Term `toml:"within"`
	Other  string        `toml:"other"`
	fileBasis
}

type fileCategory struct {
	ID       string `toml:"id"`
	Name     string `toml:"name"`
	NameEn   string `toml:"name_en"`
	Class    string `toml:"class"`
	Code     string `toml:"code"`
	Tile     int    `toml:"tile"`
	Roadside bool   `toml:"roadside"`
	Patrol   bool   `toml:"patrol"`
}

type fileField struct {
	ID      string       `toml:"id"`
	Name    string       `toml:"name"`
	NameEn  string       `toml:"name_en"`
	Type    string       `toml:"type"`
	Choice  []fileChoice `toml:"choices"`
	Unit    string       `toml:"unit"`
	Visible []string     `toml:"visible"`
	Write   []string     `toml:"write"`
	Max     int          `toml:"max"`
}

type fileChoice struct {
	ID     string `toml:"id"`
	Name   string `toml:"name"`
	NameEn string `toml:"name_en"`
}

type fileState struct {
	ID     string `toml:"id"`
	Name   string `toml:"name"`
	NameEn string `toml:"name_en"`
	Type   string `toml:"type"`
	Holder string `toml:"holder"`
	Stage  string `toml:"stage"`
}

type fileTransition struct {
	ID          string         `toml:"id"`
	Name        string         `toml:"name"`
	NameEn      string         `toml:"name_en"`
	From        []string       `toml:"from"`
	To          string         `toml:"to"`
	By          []string       `toml:"by"`
	NotBy       []string       `toml:"not_by"`
	Act         string         `toml:"act"`
	Fields      []string       `toml:"fields"`
	Optional    []string       `toml:"optional"`
	Evidence    []fileEvidence `toml:"evidence"`
	Opinion     bool           `toml:"opinion"`
	Assigns     string         `toml:"assigns"`
	Rework      bool           `toml:"rework"`
	Reopen      bool           `toml:"reopen"`
	Limit       int            `toml:"limit"`
	LimitText   string         `toml:"limit_text"`
	LimitTextEn string         `toml:"limit_text_en"`
	Wait        fileWait       `toml:"wait"`
	Effects     []fileEffect   `toml:"effects"`
	Consequence string         `toml:"consequence"`
}

type fileWait struct {
	Term  calendar.Term `toml:"term"`
	Field string        `toml:"field"`
	fileBasis
}

type fileEvidence struct {
	Kind  string `toml:"kind"`
	Min   int    `toml:"min"`
	Fresh bool   `toml:"fresh"`
}

type fileEffect struct {
	Do     string `toml:"do"`
	To     string `toml:"to"`
	Kind   string `toml:"kind"`
	Clock  string `toml:"clock"`
	Action string `toml:"action"`
}

type fileClock struct {
	ID         string          `toml:"id"`
	Name       string          `toml:"name"`
	NameEn     string          `toml:"name_en"`
	Start      []string        `toml:"start"`
	Stop       []string        `toml:"stop"`
	Pause      []string        `toml:"pause"`
	Rolls      bool            `toml:"rolls"`
	Rework     string          `toml:"rework"`
	Remind     []calendar.Term `toml:"remind"`
	Term       []fileTerm      `toml:"term"`
	Escalate   []fileStep      `toml:"escalate"`
	Extend     []fileExtend    `toml:"extend"`
	Pauses     filePauses      `toml:"pauses"`
	Dated      bool            `toml:"dated"`
	Disposes   bool            `toml:"disposes"`
	Until      string          `toml:"until"`
	Then       string          `toml:"then"`
	Source     string          `toml:"source"`
	Confidence string          `toml:"confidence"`
}

type fileTerm struct {
	Class      string        `toml:"class"`
	Term       calendar.Term `toml:"term"`
	Source     string        `toml:"source"`
	Confidence string        `toml:"confidence"`
}

type fileStep struct {
	After calendar.Term `toml:"after"`
	Every bool          `toml:"every"`
	Light string        `toml:"light"`
	To    string        `toml:"to"`
	fileBasis
}

type fileExtend struct {
	By   string        `toml:"by"`
	Most calendar.Term `toml:"most"`
	fileBasis
}

type filePauses struct {
	By     []string      `toml:"by"`
	Fixed  calendar.Term `toml:"fixed"`
	Review calendar.Term `toml:"review"`
	Times  int           `toml:"times"`
	Sum    calendar.Term `toml:"sum"`
	fileBasis
}

// Parse reads and checks one kind file. The errors name file and line; there
// may be several, joined.
func Parse(name string, data []byte) (*Kind, error) {
	var f fileKind
	dec := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, decodeError(name, err)
	}
	sum := sha256.Sum256(data)
	k := &Kind{
		ID: f.ID, Name: f.Name, NameEn: f.NameEn, Prefix: f.Prefix, Edition: f.Edition,
		Source: f.Source, Confidence: f.Confidence, Apart: f.Apart, Hash: hex.EncodeToString(sum[:]),
		Recurrence: Recurrence{f.Recurrence.Days, f.Recurrence.Metres, f.Recurrence.SameCategory, f.Recurrence.Reopen,
			Basis{f.Recurrence.Source, f.Recurrence.Confidence}},
		Merge: Merge{f.Merge.Metres, f.Merge.Within, f.Merge.Other, Basis(f.Merge.fileBasis)},
		file:  name, at: lines(data),
	}
	if k.Apart == "" {
		k.Apart = "person"
	}
	k.take(f)
	if err := k.Check(); err != nil {
		return nil, err
	}
	k.from, _ = calendar.ParseDay(k.Edition)
	return k, nil
}

func (k *Kind) take(f fileKind) {
	for _, c := range f.Category {
		k.Categories = append(k.Categories, Category(c))
	}
	for _, d := range f.Field {
		k.Fields = append(k.Fields, d.field())
	}
	for _, s := range f.State {
		k.States = append(k.States, State{s.ID, s.Name, s.NameEn, StateType(s.Type), s.Holder, s.Stage})
	}
	for _, t := range f.Transition {
		k.Transitions = append(k.Transitions, t.transition())
		if len(t.From) == 0 {
			k.Start = append(k.Start, t.ID)
		}
	}
	for _, c := range f.Clock {
		out := c.clock()
		for _, s := range k.States { // no clock outlives the matter
			if s.Type.Final() && !slices.Contains(out.Stop, s.ID) {
				out.Stop = append(out.Stop, s.ID)
			}
		}
		k.Clocks = append(k.Clocks, out)
	}
}

func (d fileField) field() Field {
	out := Field{ID: d.ID, Name: d.Name, NameEn: d.NameEn, Type: FieldType(d.Type), Unit: d.Unit, Visible: d.Visible, Write: d.Write, Max: d.Max}
	for _, c := range d.Choice {
		out.Choices = append(out.Choices, Choice(c))
	}
	if out.Max == 0 {
		switch out.Type {
		case Text:
			out.Max = 200
		case LongText:
			out.Max = 4000
		}
	}
	return out
}

func (t fileTransition) transition() Transition {
	out := Transition{
		ID: t.ID, Name: t.Name, NameEn: t.NameEn, From: t.From, To: t.To, By: t.By, NotBy: t.NotBy, Act: Act(t.Act),
		Need: Need{Fields: t.Fields, Optional: t.Optional, Opinion: t.Opinion}, Assigns: t.Assigns, Rework: t.Rework, Reopen: t.Reopen,
		Limit: t.Limit, LimitText: t.LimitText, LimitTextEn: t.LimitTextEn, Consequence: t.Consequence,
	}
	out.Wait = Wait{t.Wait.Term, t.Wait.Field, Basis(t.Wait.fileBasis)}
	for _, e := range t.Evidence {
		out.Need.Evidence = append(out.Need.Evidence, EvidenceNeed(e))
	}
	for _, e := range t.Effects {
		out.Effects = append(out.Effects, Effect(e))
	}
	return out
}

func (c fileClock) clock() Clock {
	out := Clock{
		ID: c.ID, Name: c.Name, NameEn: c.NameEn, Start: c.Start, Stop: c.Stop, Pause: c.Pause, Rolls: c.Rolls,
		Rework: c.Rework, Remind: c.Remind, Source: c.Source, Confidence: c.Confidence,
		Dated: c.Dated, Disposes: c.Disposes, Until: c.Until, Then: c.Then,
		Terms: map[string]calendar.Term{}, Bases: map[string]Basis{},
		Pauses: Pauses{c.Pauses.By, c.Pauses.Fixed, c.Pauses.Review, c.Pauses.Times, c.Pauses.Sum, Basis(c.Pauses.fileBasis)},
	}
	for _, t := range c.Term {
		b := Basis{t.Source, t.Confidence}
		if b.Source == "" {
			b = Basis{c.Source, c.Confidence}
		}
		out.classes = append(out.classes, t.Class)
		out.Terms[t.Class], out.Bases[t.Class] = t.Term, b
	}
	for _, s := range c.Escalate {
		out.Escalate = append(out.Escalate, Step{s.After, s.Every, s.Light, s.To, Basis(s.fileBasis)})
	}
	for _, e := range c.Extend {
		out.Extend = append(out.Extend, Extend{e.By, e.Most, Basis(e.fileBasis)})
	}
	return out
}
