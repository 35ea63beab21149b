package grid

import (
	"context"
	"encoding/json"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

type placeOut struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type holderOut struct {
	Role    string `json:"role"`
	Name    string `json:"name" doc:"角色的本地名称"`
	Post    string `json:"post"`
	Title   string `json:"title"`
	Person  string `json:"person" doc:"空为空缺"`
	Since   string `json:"since"`
	StandIn string `json:"standIn" doc:"代岗者，空为无"`
}

type cellOut struct {
	ID          string      `json:"id"`
	Code        string      `json:"code"`
	Name        string      `json:"name"`
	Tier        int         `json:"tier"`
	Region      placeOut    `json:"region"`
	Parent      string      `json:"parent"`
	AreaKM2     float64     `json:"areaKm2"`
	Holders     []holderOut `json:"holders"`
	VacantSince string      `json:"vacantSince" doc:"缺口中的空缺起始，空为无"`
	Blind       bool        `json:"blind"`
	Sources     int         `json:"sources"`
	Version     int64       `json:"version"`
}

type featureOut struct {
	Type       string          `json:"type"`
	ID         string          `json:"id"`
	Properties cellOut         `json:"properties"`
	Geometry   json.RawMessage `json:"geometry"`
}

type featuresOut struct {
	Type     string       `json:"type"`
	Features []featureOut `json:"features"`
}

type cellsIn struct {
	Region string `query:"region" maxLength:"12"`
	Tier   int    `query:"tier" minimum:"0" maximum:"4" doc:"0 为叶网格"`
	BBox   string `query:"bbox" maxLength:"100" doc:"西,南,东,北"`
}

func (h *API) cells(ctx context.Context, in *cellsIn) (*out[featuresOut], error) {
	r, err := where(ctx, access.GridRead, in.Region)
	if err != nil {
		return nil, err
	}
	var box geo.Box
	if in.BBox != "" {
		if box, err = geo.ParseBox(in.BBox); err != nil {
			return nil, err
		}
	}
	body := featuresOut{"FeatureCollection", []featureOut{}}
	err = h.s.db.View(ctx, func(tx *store.Tx) error {
		st, err := h.s.state(ctx, tx)
		if err != nil {
			return err
		}
		var list []*Cell
		if in.Tier == 0 || in.Tier == Leaf {
			list = st.leavesIn(r)
		} else {
			for _, c := range st.cells {
				if c.Tier == in.Tier && region.Contains(r, c.Region) {
					list = append(list, c)
				}
			}
			sortCells(list)
		}
		cov, err := h.s.coverage(ctx, tx, r)
		if err != nil {
			return err
		}
		set, err := h.s.settings(ctx, tx)
		if err != nil {
			return err
		}
		seats, err := h.s.seats(ctx, tx, st, func(id int64) bool { return st.cells[id] != nil && region.Contains(r, st.cells[id].Region) }, set)
		if err != nil {
			return err
		}
		marks := marksOf(cov)
		for _, c := range list {
			if in.BBox != "" && !c.Shape.Box().Meets(box) {
				continue
			}
			body.Features = append(body.Features, featureOut{"Feature", idText(c.ID), h.cellOut(st, c, seats[c.ID], marks[c.ID]), c.Shape.JSON()})
		}
		return nil
	})
	for i, name := range h.names(ctx, body.Features...) {
		body.Features[i].Properties.Region.Name = name
	}
	return &out[featuresOut]{body}, err
}

// names are the names of the cells' regions. They are read when the read of the cells is over:
// one that waits for another while it holds the first can wait for ever.
func (h *API) names(ctx context.Context, list ...featureOut) []string {
	codes := make([]region.Code, len(list))
	for i, f := range list {
		codes[i] = region.Code(f.Properties.Region.Code)
	}
	known := h.s.org.RegionNames(ctx, slices.Compact(slices.Sorted(slices.Values(codes))))
	out := make([]string, len(list))
	for i, c := range codes {
		out[i] = known[c]
	}
	return out
}

// mark is what the list of cells shows of the faults.
type mark struct {
	vacant int64
	blind  bool
}

func marksOf(cov Coverage) map[int64]mark {
	out := map[int64]mark{}
	for _, f := range cov.Faults {
		m := out[f.Cell]
		switch f.Kind {
		case FaultVacant:
			if m.vacant == 0 || f.Since < m.vacant {
				m.vacant = f.Since
			}
		case FaultBlind:
			m.blind = true
		}
		out[f.Cell] = m
	}
	return out
}

func (h *API) cellOut(st *state, c *Cell, seats []Seat, m mark) cellOut {
	o := cellOut{ID: idText(c.ID), Code: c.Code, Name: c.Name, Tier: c.Tier, Region: placeOut{Code: string(c.Region)},
		Parent: idText(c.Parent), AreaKM2: float64(c.Area/100) / 1e4, Holders: []holderOut{}, VacantSince: rest.Instant(m.vacant), Blind: m.blind,
		Sources: len(st.held[c.ID]), Version: c.Version}
	for _, x := range seats {
		v := holderOut{Role: x.Role, Name: x.RoleName, Post: idText(x.Post.Post), Title: x.Sitting.Name, Person: x.Sitting.Person.Name, Since: x.Sitting.Since}
		if x.StandIn != nil {
			v.StandIn = x.StandIn.Person.Name
		}
		o.Holders = append(o.Holders, v)
	}
	return o
}

// ByID is an operation on one record.
type ByID struct {
	ID string `path:"id" maxLength:"20"`
}

func (h *API) one(ctx context.Context, id int64) (*tagged[featureOut], error) {
	var f featureOut
	var version int64
	err := h.s.db.View(ctx, func(tx *store.Tx) error {
		st, err := h.s.state(ctx, tx)
		if err != nil {
			return err
		}
		c, err := st.visible(ctx, access.GridRead, id)
		if err != nil {
			return err
		}
		set, err := h.s.settings(ctx, tx)
		if err != nil {
			return err
		}
		seats, err := h.s.seats(ctx, tx, st, func(cell int64) bool { return cell == id }, set)
		version = c.Version
		f = featureOut{"Feature", idText(c.ID), h.cellOut(st, c, seats[id], mark{}), c.Shape.JSON()}
		return err
	})
	if err == nil {
		f.Properties.Region.Name = h.names(ctx, f)[0]
	}
	return &tagged[featureOut]{rest.ETag(version), f}, err
}

func (h *API) cell(ctx context.Context, in *ByID) (*tagged[featureOut], error) {
	id, err := number(in.ID)
	if err != nil {
		return nil, err
	}
	return h.one(ctx, id)
}

type cellIn struct {
	Body struct {
		Code     string          `json:"code" maxLength:"60"`
		Name     string          `json:"name" maxLength:"200"`
		Tier     int             `json:"tier" minimum:"1" maximum:"4"`
		Region   string          `json:"region" maxLength:"12"`
		Parent   string          `json:"parent,omitempty" maxLength:"20"`
		Geometry json.RawMessage `json:"geometry" doc:"GeoJSON Polygon 或 MultiPolygon"`
		Snap     float64         `json:"snap,omitempty" minimum:"0" maximum:"100" doc:"吸附到相邻边界的距离，米"`
		Fit      bool            `json:"fit,omitempty" doc:"去掉与邻格重叠和界外的部分"`
		Reason   string          `json:"reason,omitempty" maxLength:"400" doc:"必填"`
	}
}

func (h *API) addCell(ctx context.Context, in *cellIn) (*tagged[featureOut], error) {
	r, err := where(ctx, access.GridWrite, in.Body.Region)
	if err != nil {
		return nil, err
	}
	parent, err := optional(in.Body.Parent)
	if err != nil {
		return nil, err
	}
	shape, err := shapeOf("geometry", in.Body.Geometry)
	if err != nil {
		return nil, err
	}
	c, err := h.s.AddCell(ctx, CellSpec{Code: in.Body.Code, Name: in.Body.Name, Tier: in.Body.Tier, Region: r, Parent: parent, Shape: shape,
		Snap: in.Body.Snap, Fit: in.Body.Fit, Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	return h.one(ctx, c.ID)
}

type cellEdit struct {
	rest.IfMatch
	ByID
	Body struct {
		Code     *string         `json:"code,omitempty" maxLength:"60"`
		Name     *string         `json:"name,omitempty" maxLength:"200"`
		Parent   *string         `json:"parent,omitempty" maxLength:"20"`
		Geometry json.RawMessage `json:"geometry,omitempty"`
		Absorb   json.RawMessage `json:"absorb,omitempty" doc:"划入的区域"`
		Release  json.RawMessage `json:"release,omitempty" doc:"划出的区域"`
		Snap     float64         `json:"snap,omitempty" minimum:"0" maximum:"100"`
		Fit      bool            `json:"fit,omitempty" doc:"geometry 去掉与邻格重叠和界外的部分"`
		Reason   string          `json:"reason,omitempty" maxLength:"400" doc:"必填"`
	}
}

func (h *API) editing(ctx context.Context, text string, m rest.IfMatch) (id, version int64, err error) {
	if id, err = number(text); err != nil {
		return
	}
	if _, err = h.s.Cell(ctx, id); err != nil { // who may not see it learns nothing else
		return
	}
	version, err = m.Version()
	return
}

func (h *API) changeCell(ctx context.Context, in *cellEdit) (*tagged[featureOut], error) {
	id, version, err := h.editing(ctx, in.ID, in.IfMatch)
	if err != nil {
		return nil, err
	}
	e := CellChange{Code: in.Body.Code, Name: in.Body.Name, Snap: in.Body.Snap, Fit: in.Body.Fit, Reason: in.Body.Reason}
	if in.Body.Parent != nil {
		p, err := optional(*in.Body.Parent)
		if err != nil {
			return nil, err
		}
		e.Parent = &p
	}
	for _, x := range []struct {
		field string
		raw   json.RawMessage
		to    *geo.Shape
	}{{"geometry", in.Body.Geometry, &e.Shape}, {"absorb", in.Body.Absorb, &e.Absorb}, {"release", in.Body.Release, &e.Release}} {
		if *x.to, err = shapeOf(x.field, x.raw); err != nil {
			return nil, err
		}
	}
	if _, err := h.s.ChangeCell(ctx, id, version, e); err != nil {
		return nil, err
	}
	return h.one(ctx, id)
}

type cellEnd struct {
	rest.IfMatch
	ByID
	Reason string `query:"reason" maxLength:"400"`
}

func (h *API) endCell(ctx context.Context, in *cellEnd) (*struct{}, error) {
	id, version, err := h.editing(ctx, in.ID, in.IfMatch)
	if err != nil {
		return nil, err
	}
	return nil, h.s.EndCell(ctx, id, version, in.Reason)
}

type cellSplit struct {
	rest.IfMatch
	ByID
	Body struct {
		Line   json.RawMessage `json:"line" doc:"GeoJSON LineString"`
		Code   string          `json:"code" maxLength:"60"`
		Name   string          `json:"name" maxLength:"200"`
		Reason string          `json:"reason,omitempty" maxLength:"400" doc:"必填"`
	}
}

type pairOut struct {
	Kept  featureOut `json:"kept"`
	Added featureOut `json:"added"`
}

func (h *API) splitCell(ctx context.Context, in *cellSplit) (*out[pairOut], error) {
	id, version, err := h.editing(ctx, in.ID, in.IfMatch)
	if err != nil {
		return nil, err
	}
	line, err := geo.ParseLine(in.Body.Line)
	if err != nil {
		return nil, err
	}
	_, added, err := h.s.SplitCell(ctx, id, version, line, in.Body.Code, in.Body.Name, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	a, err := h.one(ctx, id)
	if err != nil {
		return nil, err
	}
	b, err := h.one(ctx, added.ID)
	if err != nil {
		return nil, err
	}
	return &out[pairOut]{pairOut{a.Body, b.Body}}, nil
}

type cellsMerge struct {
	Body struct {
		Cells  []string `json:"cells" minItems:"2" maxItems:"50"`
		Reason string   `json:"reason" maxLength:"400"`
	}
}

func (h *API) mergeCells(ctx context.Context, in *cellsMerge) (*tagged[featureOut], error) {
	ids, err := numbers(in.Body.Cells)
	if err != nil {
		return nil, err
	}
	c, err := h.s.MergeCells(ctx, ids, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return h.one(ctx, c.ID)
}

type postIn struct {
	ByID
	Body struct {
		Role string `json:"role" maxLength:"40"`
		Post string `json:"post" maxLength:"20"`
		End  bool   `json:"end,omitempty" doc:"撤下"`
	}
}

func (h *API) appoint(ctx context.Context, in *postIn) (*tagged[featureOut], error) {
	id, err := number(in.ID)
	if err != nil {
		return nil, err
	}
	post, err := number(in.Body.Post)
	if err != nil {
		return nil, err
	}
	if in.Body.End {
		err = h.s.Release(ctx, id, in.Body.Role, post)
	} else {
		err = h.s.Appoint(ctx, id, in.Body.Role, post)
	}
	if err != nil {
		return nil, err
	}
	return h.one(ctx, id)
}

type standInIn struct {
	Body struct {
		Post    string `json:"post" maxLength:"20"`
		StandIn string `json:"standIn" maxLength:"20"`
		From    string `json:"from" maxLength:"10"`
		To      string `json:"to" maxLength:"10" doc:"当日起不再代岗"`
		Reason  string `json:"reason" maxLength:"400"`
	}
}

type idOut struct {
	ID string `json:"id"`
}

func (h *API) standIn(ctx context.Context, in *standInIn) (*out[idOut], error) {
	post, err := number(in.Body.Post)
	if err != nil {
		return nil, err
	}
	by, err := number(in.Body.StandIn)
	if err != nil {
		return nil, err
	}
	x, err := h.s.StandIn(ctx, StandIn{Post: post, By: by, From: in.Body.From, To: in.Body.To, Reason: in.Body.Reason})
	return &out[idOut]{idOut{idText(x.ID)}}, err
}
