package server

import (
	"context"
	"math"
	"strconv"

	"qingshan/internal/city/grid"
	"qingshan/internal/city/matter"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/region"
)

// FieldStart is what fills the phone for a day: who I am, my cells, what waits for me, what is
// worth a look today and why, the kinds with their steps, and what I have reported.
type FieldStart struct {
	AsOf   string                `json:"asOf"`
	Demo   bool                  `json:"demo"`
	Me     FieldMe               `json:"me"`
	Posts  []FieldPost           `json:"posts"`
	Cells  []FieldCell           `json:"cells" doc:"我的网格和相邻网格"`
	Tasks  []matter.MatterOut    `json:"tasks" doc:"球在我这里的事项，时限近的在前"`
	Patrol []FieldStop           `json:"patrol" doc:"今天值得看的点，风险高的在前"`
	Kinds  []matter.ProcedureOut `json:"kinds"`
	Mine   []matter.Row          `json:"mine" doc:"我报过的，新的在前"`
}

// FieldMe is the account.
type FieldMe struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

// FieldPlace is a region.
type FieldPlace struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// FieldRef is anything with an id and a name.
type FieldRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// FieldPost is a post that the account acts in.
type FieldPost struct {
	ID    string     `json:"id"`
	Name  string     `json:"name"`
	Unit  FieldRef   `json:"unit"`
	Role  string     `json:"role"`
	Scope FieldPlace `json:"scope"`
}

// FieldCell is a cell with its outline: rings of [longitude, latitude], holes by the even-odd rule.
type FieldCell struct {
	ID      string         `json:"id"`
	Code    string         `json:"code"`
	Name    string         `json:"name"`
	Tier    int            `json:"tier"`
	Region  FieldPlace     `json:"region"`
	Town    string         `json:"town" doc:"所在县和乡镇"`
	Duty    string         `json:"duty" doc:"我在其中的角色，空为相邻网格"`
	Mine    bool           `json:"mine"`
	Outline [][][2]float64 `json:"outline"`
}

// FieldReason says why a place is worth a look.
type FieldReason struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// FieldCheck is one thing to look for.
type FieldCheck struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// FieldStop is a place of today's list.
type FieldStop struct {
	ID        string        `json:"id"`
	Kind      string        `json:"kind" enum:"source,site"`
	Object    string        `json:"object"`
	Place     string        `json:"place"`
	Cell      FieldRef      `json:"cell"`
	Region    FieldPlace    `json:"region"`
	Reasons   []FieldReason `json:"reasons"`
	LastSeen  string        `json:"lastSeen"`
	Checklist []FieldCheck  `json:"checklist"`
	Lng       float64       `json:"lng"`
	Lat       float64       `json:"lat"`
}

const (
	fieldTasks = 40
	fieldMine  = 30
)

// registerField adds the one call of the field app.
func (s *Server) registerField() {
	rest.Register(s.api, rest.Spec{Method: "GET", Path: "/field/start", ID: "fieldStart", Tag: "field", Summary: "手机一天所需的全部数据", Access: access.LoggedIn},
		func(ctx context.Context, _ *struct{}) (*struct{ Body FieldStart }, error) {
			out, err := s.fieldStart(ctx)
			return &struct{ Body FieldStart }{out}, err
		})
}

func (s *Server) fieldStart(ctx context.Context) (FieldStart, error) {
	actor, _ := access.From(ctx) // the operation demands a session
	r := &s.rooms
	out := FieldStart{AsOf: rest.Instant(s.clock.Now().UnixMilli()), Demo: s.opts.Demo, Posts: []FieldPost{}, Cells: []FieldCell{}, Patrol: []FieldStop{},
		Tasks: []matter.MatterOut{}, Mine: []matter.Row{}, Me: FieldMe{strconv.FormatInt(actor.Account, 10), actor.Name, actor.Display}, Kinds: r.Matters.Procedures()}
	dir, err := r.Org.Directory(ctx)
	if err != nil {
		return out, err
	}
	for _, g := range actor.Grants() {
		if p := dir.Posts[g.Post]; p != nil {
			out.Posts = append(out.Posts, FieldPost{strconv.FormatInt(p.ID, 10), p.Name, FieldRef{strconv.FormatInt(p.Unit, 10), p.UnitName}, p.Role, place(dir.RegionName, p.Scope)})
		}
	}
	if actor.Has(access.MatterRead) || actor.Has(access.MatterAct) || actor.Has(access.MatterReport) {
		if out.Tasks, err = r.Matters.Held(ctx, fieldTasks); err != nil {
			return out, err
		}
		if out.Mine, err = r.Matters.Reported(ctx, fieldMine); err != nil {
			return out, err
		}
	}
	if actor.Has(access.GridPatrol) {
		err = s.fieldGrid(ctx, &out, dir.RegionName)
	}
	return out, err
}

// fieldGrid adds the cells and the day's places.
func (s *Server) fieldGrid(ctx context.Context, out *FieldStart, name func(region.Code) string) error {
	plots, err := s.rooms.Grid.Plots(ctx)
	if err != nil {
		return err
	}
	for _, p := range plots {
		c := p.Cell
		out.Cells = append(out.Cells, FieldCell{ID: strconv.FormatInt(c.ID, 10), Code: c.Code, Name: c.Name, Tier: c.Tier, Region: place(name, c.Region),
			Town: town(name, c.Region), Duty: p.Duty, Mine: p.Mine, Outline: outline(c.Shape)})
	}
	stops, err := s.rooms.Grid.Patrol(ctx)
	if err != nil {
		return err
	}
	checks := []FieldCheck{}
	for _, c := range s.rooms.Matters.PatrolCategories() {
		checks = append(checks, FieldCheck{c.ID, c.Name})
	}
	for _, p := range stops {
		out.Patrol = append(out.Patrol, stop(p, name, checks))
	}
	return nil
}

func stop(p grid.Stop, name func(region.Code) string, checks []FieldCheck) FieldStop {
	id := strconv.FormatInt(p.Object.ID, 10)
	o := FieldStop{ID: p.Object.Kind + "-" + id, Kind: p.Object.Kind, Object: id, Place: p.Name, Cell: FieldRef{strconv.FormatInt(p.Cell.ID, 10), p.Cell.Name},
		Region: place(name, p.Cell.Region), Reasons: []FieldReason{}, LastSeen: rest.Instant(p.LastSeen), Checklist: checks}
	o.Lng, o.Lat = p.At.Degrees()
	for _, r := range p.Reasons {
		o.Reasons = append(o.Reasons, FieldReason(r))
	}
	return o
}

func place(name func(region.Code) string, r region.Code) FieldPlace {
	return FieldPlace{string(r), name(r)}
}

// town is where a region lies as people say it: 封丘县玉河镇.
func town(name func(region.Code) string, r region.Code) string {
	out := ""
	for _, level := range []region.Level{region.County, region.Town} {
		if c, ok := r.Ancestor(level); ok {
			out += name(c)
		}
	}
	return out
}

// outline is a shape for drawing and for telling on which side of an edge one stands: a
// millionth of a degree is ten centimetres.
func outline(shape geo.Shape) [][][2]float64 {
	out := [][][2]float64{}
	for _, polygon := range shape {
		for _, ring := range polygon {
			points := make([][2]float64, len(ring))
			for i, p := range ring {
				lng, lat := p.Degrees()
				points[i] = [2]float64{math.Round(lng*1e6) / 1e6, math.Round(lat*1e6) / 1e6}
			}
			out = append(out, points)
		}
	}
	return out
}
