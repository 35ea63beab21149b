package grid

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/indicator"
	"qingshan/internal/rules/region"
)

func sortCells(list []*Cell) {
	slices.SortFunc(list, func(a, b *Cell) int { return cmp.Compare(a.ID, b.ID) })
}

// rateOut is a rate with its counts; text is "—" without a denominator.
type rateOut struct {
	Num  int64  `json:"num"`
	Den  int64  `json:"den"`
	Text string `json:"text" doc:"百分数，一位小数"`
}

func rate(r indicator.Rate) rateOut { return rateOut{r.Num, r.Den, r.Percent(1)} }

type objectOut struct {
	Kind string `json:"kind" enum:"source,site"`
	ID   string `json:"id"`
}

type faultOut struct {
	ID         string          `json:"id"`
	Kind       string          `json:"kind" enum:"gap,overlap,outside,vacant,unbound,double,overloaded,blind"`
	Name       string          `json:"name"`
	Situation  string          `json:"situation"`
	Where      string          `json:"where"`
	Cell       string          `json:"cell"`
	Cells      []string        `json:"cells"`
	Objects    []objectOut     `json:"objects"`
	AreaKM2    float64         `json:"area" doc:"平方公里"`
	Since      string          `json:"since"`
	Days       int             `json:"days"`
	Who        string          `json:"who"`
	Action     string          `json:"action" enum:"absorb,release,appoint,bind,relieve,patrol"`
	ActionText string          `json:"actionText"`
	Lng        float64         `json:"lng"`
	Lat        float64         `json:"lat"`
	Geometry   json.RawMessage `json:"geometry,omitempty"`
}

func (h *API) faultOut(f Fault, now int64) faultOut {
	o := faultOut{ID: f.ID, Kind: string(f.Kind), Name: f.Name, Situation: f.Situation, Where: f.Where, Cell: idText(f.Cell), Cells: []string{}, Objects: []objectOut{},
		AreaKM2: float64(int64(f.Area/1000)) / 1000, Since: rest.Instant(f.Since), Days: f.Age(now), Who: f.Who, Action: f.Action, ActionText: f.ActionText}
	o.Lng, o.Lat = f.At.Degrees()
	for _, c := range f.Cells {
		o.Cells = append(o.Cells, idText(c))
	}
	for _, x := range f.Objects {
		o.Objects = append(o.Objects, objectOut{x.Kind, idText(x.ID)})
	}
	if !f.Shape.IsEmpty() {
		o.Geometry = f.Shape.JSON()
	}
	return o
}

type coverageOut struct {
	Region   placeOut       `json:"region"`
	At       string         `json:"at"`
	Sentence string         `json:"sentence"`
	Cells    int            `json:"cells"`
	Towns    int            `json:"towns"`
	Staffed  rateOut        `json:"staffed" doc:"网格员到位：所需岗位到位的网格"`
	Posts    rateOut        `json:"posts" doc:"人员到位率"`
	Bound    rateOut        `json:"bound" doc:"入格率"`
	Ground   rateOut        `json:"ground" doc:"有网格的面积，公顷"`
	Visited  rateOut        `json:"visited" doc:"近 7 天点位到访率"`
	RoleSet  string         `json:"roleSet"`
	NormSet  string         `json:"normSet"`
	Counts   map[string]int `json:"counts"`
	Gaps     []faultOut     `json:"gaps"`
}

type regionIn struct {
	Region string `query:"region" maxLength:"12"`
}

func (h *API) coverage(ctx context.Context, in *regionIn) (*out[coverageOut], error) {
	r, err := where(ctx, access.GridRead, in.Region)
	if err != nil {
		return nil, err
	}
	c, err := h.s.Coverage(ctx, r)
	if err != nil {
		return nil, err
	}
	name := h.s.org.RegionName(ctx, r)
	o := coverageOut{Region: placeOut{string(r), name}, At: rest.Instant(c.At), Cells: c.Cells, Towns: c.Towns, Staffed: rate(c.Staffed), Posts: rate(c.Posts),
		Bound: rate(c.Bound), Ground: rate(c.Villages), Visited: rate(c.Visited), RoleSet: c.Setting.Roles.Name, NormSet: c.Setting.Norms.Name,
		Counts: map[string]int{}, Gaps: []faultOut{}}
	o.Sentence = fmt.Sprintf("%s %d 个网格，%d 个有人；%d 个污染源 %s %% 入格。", name, c.Cells, c.Staffed.Num, c.Bound.Den, c.Bound.Percent(1))
	for _, f := range c.Faults {
		o.Counts[string(f.Kind)]++
		o.Gaps = append(o.Gaps, h.faultOut(f, c.At))
	}
	return &out[coverageOut]{o}, nil
}

// FaultNames are the kinds in Chinese.
func (k FaultKind) Name() string {
	return map[FaultKind]string{FaultGap: "边界空白", FaultOverlap: "两格重叠", FaultSpill: "越界", FaultVacant: "岗位空缺", FaultUnbound: "污染源未入格",
		FaultDouble: "污染源入两格", FaultOverloaded: "一人多格", FaultBlind: "盲区"}[k]
}

func (h *API) coverageTable(ctx context.Context, in *regionIn) (*rest.Table, error) {
	r, err := where(ctx, access.GridRead, in.Region)
	if err != nil {
		return nil, err
	}
	c, err := h.s.Coverage(ctx, r)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for _, f := range c.Faults {
		rows = append(rows, []string{f.Kind.Name(), f.Name, f.Situation, f.Where, fmt.Sprintf("%.2f", f.Area/1e6), strconv.Itoa(f.Age(c.At)), f.Who, f.ActionText})
	}
	return &rest.Table{Name: "网格缺口 " + h.s.org.RegionName(ctx, r), Rows: rest.Rows(rows), Columns: []rest.Column{{Name: "缺口"}, {Name: "名称"}, {Name: "情形"},
		{Name: "在哪"}, {Name: "面积（平方公里）", Kind: rest.Number}, {Name: "已存在（天）", Kind: rest.Number}, {Name: "谁来补"}, {Name: "怎么补"}}}, nil
}

type bindIn struct {
	Kind string `path:"kind" enum:"source,site"`
	ID   string `path:"id" maxLength:"20"`
	Body struct {
		Cell   string `json:"cell" maxLength:"20" doc:"空为取消人工归属"`
		Reason string `json:"reason" maxLength:"400"`
	}
}

func (h *API) bind(ctx context.Context, in *bindIn) (*struct{}, error) {
	id, err := number(in.ID)
	if err != nil {
		return nil, err
	}
	cell, err := optional(in.Body.Cell)
	if err != nil {
		return nil, err
	}
	return nil, h.s.Bind(ctx, Object{in.Kind, id}, cell, in.Body.Reason)
}

type sourceOut struct {
	ID        string   `json:"id"`
	Code      string   `json:"code"`
	Name      string   `json:"name"`
	Kind      string   `json:"kind"`
	Class     string   `json:"class" enum:"key,complained,normal,risk"`
	ClassName string   `json:"className"`
	Region    string   `json:"region"`
	Lng       float64  `json:"lng"`
	Lat       float64  `json:"lat"`
	Roadside  bool     `json:"roadside"`
	Cells     []string `json:"cells"`
	Decided   bool     `json:"decided" doc:"由人确定归属"`
}

func (h *API) objects(ctx context.Context, in *struct {
	Region string `query:"region" maxLength:"12"`
	Cell   string `query:"cell" maxLength:"20"`
}) (*out[rest.List[sourceOut]], error) {
	r, err := where(ctx, access.GridRead, in.Region)
	if err != nil {
		return nil, err
	}
	cell, err := optional(in.Cell)
	if err != nil {
		return nil, err
	}
	list := []sourceOut{}
	err = h.s.db.View(ctx, func(tx *store.Tx) error {
		st, err := h.s.state(ctx, tx)
		if err != nil {
			return err
		}
		for i, x := range st.sources {
			cells := st.cellsOf(i)
			if !region.Contains(r, x.Region) || cell != 0 && !slices.Contains(cells, cell) {
				continue
			}
			o := sourceOut{ID: idText(x.ID), Code: x.Code, Name: x.Name, Kind: x.Kind, Class: x.Class, ClassName: ClassName(x.Class), Region: string(x.Region),
				Roadside: x.Roadside, Cells: []string{}, Decided: st.bound[Object{ofSource, x.ID}] != 0}
			o.Lng, o.Lat = x.At.Degrees()
			for _, c := range cells {
				o.Cells = append(o.Cells, idText(c))
			}
			list = append(list, o)
		}
		return nil
	})
	return &out[rest.List[sourceOut]]{rest.NewList(list)}, err
}

type stopOut struct {
	Place struct {
		Kind  string  `json:"kind"`
		ID    string  `json:"id"`
		Name  string  `json:"name"`
		Class string  `json:"class"`
		Lng   float64 `json:"lng"`
		Lat   float64 `json:"lat"`
	} `json:"place"`
	Cell struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"cell"`
	Reasons   []reasonOut `json:"reasons"`
	Risk      int         `json:"risk"`
	LastSeen  string      `json:"lastSeen"`
	Due       string      `json:"due"`
	Checklist []checkOut  `json:"checklist"`
}

type reasonOut struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

type checkOut struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (h *API) patrol(ctx context.Context, _ *struct{}) (*out[rest.List[stopOut]], error) {
	stops, err := h.s.Patrol(ctx)
	list := make([]stopOut, len(stops))
	for i, p := range stops {
		o := &list[i]
		o.Place.Kind, o.Place.ID, o.Place.Name, o.Place.Class = p.Object.Kind, idText(p.Object.ID), p.Name, p.Class
		o.Place.Lng, o.Place.Lat = p.At.Degrees()
		o.Cell.ID, o.Cell.Name = idText(p.Cell.ID), p.Cell.Name
		o.Risk, o.LastSeen, o.Due, o.Checklist, o.Reasons = p.Risk, rest.Instant(p.LastSeen), rest.Instant(p.Due), h.checklist(), []reasonOut{}
		for _, r := range p.Reasons {
			o.Reasons = append(o.Reasons, reasonOut(r))
		}
	}
	return &out[rest.List[stopOut]]{rest.NewList(list)}, err
}

// checklist is what to look for: the categories of grid problems that are on the patrol's list.
func (h *API) checklist() []checkOut {
	list := []checkOut{}
	if h.s.cfg.Matters == nil {
		return list
	}
	for _, c := range h.s.cfg.Matters.PatrolCategories() {
		list = append(list, checkOut{c.ID, c.Name})
	}
	return list
}

type visitIn struct {
	Body struct {
		Cell     string            `json:"cell,omitempty" maxLength:"20"`
		Kind     string            `json:"kind,omitempty" enum:"source,site,"`
		Object   string            `json:"object,omitempty" maxLength:"20"`
		At       int64             `json:"at,omitempty" doc:"毫秒，空为现在"`
		Result   string            `json:"result" enum:"none,found"`
		Checks   map[string]string `json:"checks,omitempty"`
		Evidence []string          `json:"evidence,omitempty" maxItems:"20"`
		ClientID string            `json:"clientId" minLength:"8" maxLength:"64"`
	}
}

func (h *API) visit(ctx context.Context, in *visitIn) (*out[idOut], error) {
	cell, err := optional(in.Body.Cell)
	if err != nil {
		return nil, err
	}
	object, err := optional(in.Body.Object)
	if err != nil {
		return nil, err
	}
	v := Visit{Cell: cell, At: in.Body.At, Result: in.Body.Result, Checks: in.Body.Checks, ClientID: in.Body.ClientID, Evidence: []int64{}}
	if object != 0 {
		v.Object = Object{in.Body.Kind, object}
	}
	for _, e := range in.Body.Evidence {
		id, err := number(e)
		if err != nil {
			return nil, err
		}
		v.Evidence = append(v.Evidence, id)
	}
	if v, err = h.s.Visit(ctx, v); err != nil {
		return nil, err
	}
	return &out[idOut]{idOut{idText(v.ID)}}, nil
}
