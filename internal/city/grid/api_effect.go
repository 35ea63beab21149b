package grid

import (
	"cmp"
	"context"
	"encoding/json"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
)

// effectIn is a change to try: the fields of the operation that would make it.
type effectIn struct {
	Body struct {
		Change   string          `json:"change" enum:"add,shape,absorb,release,split,merge,end"`
		Cell     string          `json:"cell,omitempty" maxLength:"20"`
		Version  int64           `json:"version,omitempty"`
		Cells    []string        `json:"cells,omitempty" maxItems:"50" doc:"合并的网格，第一个留下"`
		Code     string          `json:"code,omitempty" maxLength:"60"`
		Name     string          `json:"name,omitempty" maxLength:"200"`
		Tier     int             `json:"tier,omitempty" minimum:"0" maximum:"4"`
		Region   string          `json:"region,omitempty" maxLength:"12"`
		Geometry json.RawMessage `json:"geometry,omitempty" doc:"面：新边界，或划入、划出的区域"`
		Line     json.RawMessage `json:"line,omitempty" doc:"分割线"`
		Snap     float64         `json:"snap,omitempty" minimum:"0" maximum:"100"`
		Fit      bool            `json:"fit,omitempty"`
	}
}

type nameOut struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type redrawnOut struct {
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	Change  string          `json:"change" enum:"added,changed,ended"`
	Was     float64         `json:"was" doc:"平方公里"`
	Is      float64         `json:"is"`
	Shape   json.RawMessage `json:"geometry,omitempty" doc:"修改后的边界"`
	Sources int             `json:"sources" doc:"修改后格内的污染源"`
}

type movedOut struct {
	Object objectOut `json:"object"`
	Name   string    `json:"name"`
	From   []nameOut `json:"from"`
	To     []nameOut `json:"to"`
	Lng    float64   `json:"lng"`
	Lat    float64   `json:"lat"`
}

type lastingOut struct {
	Was faultOut `json:"was"`
	Is  faultOut `json:"is"`
}

type effectOut struct {
	Cells   []redrawnOut `json:"cells"`
	Moves   []movedOut   `json:"moves" doc:"最多 500 个"`
	Moved   int          `json:"moved"`
	Closed  []faultOut   `json:"closed" doc:"会消失的缺口"`
	Opened  []faultOut   `json:"opened" doc:"会出现的缺口"`
	Lasting []lastingOut `json:"lasting" doc:"只改变大小的缺口"`
	Before  rateOut      `json:"before" doc:"入格率"`
	After   rateOut      `json:"after"`
	Posts   int          `json:"posts" doc:"随网格撤销的岗位"`
}

const mostListed = 500

func (h *API) effectOut(e Effect, now int64) effectOut {
	o := effectOut{Cells: []redrawnOut{}, Moves: []movedOut{}, Moved: len(e.Moves), Closed: []faultOut{}, Opened: []faultOut{}, Lasting: []lastingOut{},
		Before: rate(e.Bound[0]), After: rate(e.Bound[1]), Posts: e.Posts}
	held := map[int64]int{}
	for _, m := range e.Moves {
		for _, c := range m.To {
			held[c.ID]++
		}
	}
	for _, r := range e.Cells[:min(len(e.Cells), mostListed)] {
		c := r.cell()
		x := redrawnOut{ID: idText(c.ID), Name: c.Name, Change: "changed", Sources: held[c.ID]}
		switch {
		case r.Before == nil:
			x.Change = "added"
		case r.After == nil:
			x.Change = "ended"
		}
		if r.Before != nil {
			x.Was = r.Before.Shape.KM2()
		}
		if r.After != nil {
			x.Is, x.Shape = r.After.Shape.KM2(), r.After.Shape.JSON()
		}
		o.Cells = append(o.Cells, x)
	}
	for _, m := range e.Moves[:min(len(e.Moves), mostListed)] {
		x := movedOut{Object: objectOut{m.Object.Kind, idText(m.Object.ID)}, Name: m.Name, From: named(m.From), To: named(m.To)}
		x.Lng, x.Lat = m.At.Degrees()
		o.Moves = append(o.Moves, x)
	}
	for _, f := range e.Closed {
		o.Closed = append(o.Closed, h.faultOut(f, now))
	}
	for _, f := range e.Opened {
		o.Opened = append(o.Opened, h.faultOut(f, now))
	}
	for _, l := range e.Lasting {
		o.Lasting = append(o.Lasting, lastingOut{h.faultOut(l.Before, now), h.faultOut(l.After, now)})
	}
	return o
}

func named(cells []*Cell) []nameOut {
	out := make([]nameOut, len(cells))
	for i, c := range cells {
		out[i] = nameOut{idText(c.ID), c.Name}
	}
	return out
}

// effect tries a change. What a person types last, code, name and reason, may be missing.
func (h *API) effect(ctx context.Context, in *effectIn) (*out[effectOut], error) {
	change, err := h.change(ctx, in)
	if err != nil {
		return nil, err
	}
	e, err := h.s.Try(ctx, change)
	if err != nil {
		return nil, err
	}
	return &out[effectOut]{h.effectOut(e, h.s.db.Clock().Now().UnixMilli())}, nil
}

// change is the use case that a body asks for.
func (h *API) change(ctx context.Context, in *effectIn) (func(context.Context) error, error) {
	b := &in.Body
	const why = "试算"
	code, name := cmp.Or(b.Code, "新网格-试算"), cmp.Or(b.Name, "新网格")
	if b.Change == "merge" {
		ids, err := numbers(b.Cells)
		return func(ctx context.Context) error {
			_, err := h.s.MergeCells(ctx, ids, why)
			return err
		}, err
	}
	if b.Change == "add" {
		r, err := where(ctx, access.GridWrite, b.Region)
		if err != nil {
			return nil, err
		}
		shape, err := areaOf(b.Geometry)
		return func(ctx context.Context) error {
			_, err := h.s.AddCell(ctx, CellSpec{Code: code, Name: name, Tier: cmp.Or(b.Tier, Leaf), Region: r, Shape: shape, Snap: b.Snap, Fit: b.Fit, Reason: why})
			return err
		}, err
	}
	id, err := number(b.Cell)
	if err != nil {
		return nil, err
	}
	switch b.Change {
	case "end":
		return func(ctx context.Context) error { return h.s.EndCell(ctx, id, b.Version, why) }, nil
	case "split":
		line, err := geo.ParseLine(b.Line)
		return func(ctx context.Context) error {
			_, _, err := h.s.SplitCell(ctx, id, b.Version, line, code, name, why)
			return err
		}, err
	}
	e := CellChange{Snap: b.Snap, Fit: b.Fit, Reason: why}
	to := map[string]*geo.Shape{"shape": &e.Shape, "absorb": &e.Absorb, "release": &e.Release}[b.Change]
	if *to, err = areaOf(b.Geometry); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		_, err := h.s.ChangeCell(ctx, id, b.Version, e)
		return err
	}, nil
}

func areaOf(raw json.RawMessage) (geo.Shape, error) {
	s, err := shapeOf("geometry", raw)
	if err == nil && s.IsEmpty() {
		err = fault.New(fault.Invalid, "shape", "请先画出边界").WithField("body.geometry", "请先画出边界", "")
	}
	return s, err
}

func numbers(list []string) ([]int64, error) {
	ids := make([]int64, len(list))
	for i, t := range list {
		id, err := number(t)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}
