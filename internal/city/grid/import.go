package grid

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// ImportSpec is a file to import.
type ImportSpec struct {
	What   string // cells, sources
	Format string // geojson, xlsx
	Data   []byte
	Dry    bool   // say what the file would do, store nothing
	Skip   bool   // leave faulty rows out and store the others
	Reason string // a person has to give one when the file is stored
}

// ImportFault is a row that keeps a file from being stored.
type ImportFault struct {
	Row    int // 1 for the first feature or line of data
	Code   string
	Reason string
	At     geo.Point // where in the row's geometry; zero: nowhere
}

// ImportRow is a row of a file as it would be on the map.
type ImportRow struct {
	Row        int
	Code, Name string
	State      string    // added, changed, refused
	Shape      geo.Shape // empty for a source, or for what is no outline at all
	At         geo.Point // of a source
}

// ImportResult says what a file brought, or would bring.
type ImportResult struct {
	Rows, Added, Changed int
	Faults               []ImportFault // none: it fits
	Stored               bool
	Preview              []ImportRow `json:"-"` // of a dry run: faulty rows first, at most maxPreview
	Effect               *Effect     `json:"-"` // of a dry run: of the rows that fit
}

const maxPreview = 3000

var errRefused = errors.New("the file is refused")

// Import reads cells or sources from a GeoJSON FeatureCollection or an XLSX sheet (whose
// column geometry holds GeoJSON). All of it is stored or nothing: with a faulty row nothing,
// unless the spec leaves faulty rows out; in a dry run nothing. A code that is known is
// changed and keeps its past.
func (s *Service) Import(ctx context.Context, in ImportSpec) (ImportResult, error) {
	var res ImportResult
	if _, err := access.RequireAnywhere(ctx, access.GridWrite); err != nil {
		return res, err
	}
	if err := text("reason", "导入原因", 200, &in.Reason, byPerson(ctx) && !in.Dry); err != nil {
		return res, err
	}
	rows, err := readRows(in.Format, in.Data)
	if err != nil {
		return res, err
	}
	if in.Dry {
		effect, err := s.Try(ctx, func(ctx context.Context) error { return s.importRows(ctx, in, rows, &res) })
		res.Effect = &effect
		slices.SortStableFunc(res.Preview, func(a, b ImportRow) int {
			return cmp.Compare(flag(b.State == "refused"), flag(a.State == "refused"))
		})
		res.Preview = res.Preview[:min(len(res.Preview), maxPreview)]
		return res, err
	}
	err = s.importRows(ctx, in, rows, &res)
	if errors.Is(err, errRefused) {
		return res, nil
	}
	res.Stored, res.Preview = err == nil, nil
	return res, err
}

func (s *Service) importRows(ctx context.Context, in ImportSpec, rows []row, res *ImportResult) error {
	return s.update(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		*res = ImportResult{Rows: len(rows)}
		switch in.What {
		case "cells":
			err = s.importCells(ctx, tx, rows, res)
		case "sources":
			err = s.importSources(ctx, tx, rows, res)
		default:
			err = fault.New(fault.Invalid, "what", "导入内容应为 cells 或 sources")
		}
		switch {
		case err != nil:
			return err
		case trialOf(ctx) != nil:
			return nil
		case len(res.Faults) > 0 && !in.Skip, res.Added+res.Changed == 0:
			return errRefused
		}
		sum := fmt.Sprintf("导入 %d 行（%s），新增 %d，更新 %d，拒收 %d", res.Rows, in.What, res.Added, res.Changed, len(res.Faults))
		detail := map[string]any{"result": res, "reason": in.Reason}
		if err := audit.Log(ctx, tx, audit.Entry{Action: "grid.import", Object: "grid/" + in.What, Summary: sum, Detail: detail}); err != nil {
			return err
		}
		return changed(ctx, tx, "grid/"+in.What, "")
	})
}

// refuse notes a faulty row with the place that its fault names, else the middle of what it
// draws.
func (res *ImportResult) refuse(r row, err error) {
	reason := err.Error()
	shape := r.drawn()
	at := r.at()
	if !shape.IsEmpty() {
		at = shape.Centre()
	}
	var f *fault.Error
	if errors.As(err, &f) {
		if reason = f.Message; f.Kind == fault.NotFound {
			reason = "不在您的管辖范围内"
		}
		for _, x := range f.Fields {
			if p, ok := geo.ParsePlace(x.Value); ok {
				at = p
			}
		}
	}
	res.Faults = append(res.Faults, ImportFault{r.n, r.cells["code"], reason, at})
	res.show(ImportRow{Row: r.n, Code: r.cells["code"], Name: r.cells["name"], State: "refused", Shape: shape, At: at})
}

func (res *ImportResult) show(r ImportRow) {
	if len(res.Preview) < maxPreview || r.State == "refused" {
		res.Preview = append(res.Preview, r)
	}
}

// drawn is what a row draws, right or wrong, as far as a map can show it.
func (r row) drawn() geo.Shape {
	s, err := geo.LoadShape(r.shape)
	if err != nil || s.Points() == 0 || slices.ContainsFunc(s, func(p geo.Polygon) bool {
		return slices.ContainsFunc(p, func(r geo.Ring) bool { return len(r) < 3 })
	}) {
		return nil
	}
	if b := s.Box(); geo.CheckPlace(b.Min) != nil || geo.CheckPlace(b.Max) != nil {
		return nil
	}
	return s
}

// at is the place of a row that is a point or has columns for one; zero without.
func (r row) at() geo.Point {
	x, err := importedSource(r)
	if err != nil || geo.CheckPlace(x.At) != nil {
		return geo.Point{}
	}
	return x.At
}

func (s *Service) importCells(ctx context.Context, tx *store.Tx, rows []row, res *ImportResult) error {
	now, err := s.state(ctx, tx)
	if err != nil {
		return err
	}
	st := &state{cells: maps.Clone(now.cells)}
	known := map[string]*Cell{}
	for _, c := range st.cells {
		known[c.Code] = c
	}
	seen := map[string]bool{}
	for _, r := range rows {
		c, err := s.importedCell(ctx, st, known, seen, r)
		if err != nil {
			res.refuse(r, err)
			continue
		}
		shown := ImportRow{Row: r.n, Code: c.Code, Name: c.Name, State: "added", Shape: c.Shape}
		if old := known[c.Code]; old != nil {
			res.Changed++
			shown.State = "changed"
			c.ShapedAt = tx.NowMS()
			err = updateCell(ctx, tx, old, c)
		} else {
			res.Added++
			err = insertCell(ctx, tx, c)
		}
		if err != nil {
			return codeTaken(err, c.Code)
		}
		st.cells[c.ID], known[c.Code] = c, c
		res.show(shown)
	}
	return nil
}

func (s *Service) importedCell(ctx context.Context, st *state, known map[string]*Cell, seen map[string]bool, r row) (*Cell, error) {
	code := r.cells["code"]
	tier, err := strconv.Atoi(r.cells["tier"])
	if err != nil {
		return nil, invalid("tier", "网格级别应为 1 至 4", r.cells["tier"])
	}
	if seen[code] {
		return nil, invalid("code", "文件中编码重复", code)
	}
	seen[code] = true
	c := &Cell{Code: code, Name: r.cells["name"], Tier: tier, Region: region.Code(r.cells["region"])}
	if old := known[code]; old != nil {
		if _, err := access.Require(ctx, access.GridWrite, old.Region); err != nil {
			return nil, err
		}
		copied := *old
		copied.Name, copied.Tier, copied.Region = c.Name, c.Tier, c.Region
		c = &copied
	}
	if !c.Region.Valid() {
		return nil, invalid("region", "行政区代码应为 12 位数字", string(c.Region))
	}
	if _, err := access.Require(ctx, access.GridWrite, c.Region); err != nil {
		return nil, err
	}
	if above := r.cells["parent"]; above != "" {
		p := known[above]
		if p == nil {
			return nil, invalid("parent", "没有编码为 "+above+" 的上级网格（上级应排在前面）", above)
		}
		c.Parent = p.ID
	}
	if c.Shape, err = geo.ParseShape(r.shape); err != nil {
		return nil, err
	}
	return c, s.checkCell(st, c, 0)
}

func (s *Service) importSources(ctx context.Context, tx *store.Tx, rows []row, res *ImportResult) error {
	known := map[string]bool{}
	st, err := s.state(ctx, tx)
	if err != nil {
		return err
	}
	for _, x := range st.sources {
		known[x.Code] = true
	}
	seen := map[string]bool{}
	for _, r := range rows {
		x, err := importedSource(r)
		if err == nil && seen[x.Code] {
			err = invalid("code", "文件中编码重复", x.Code)
		}
		if err == nil {
			seen[x.Code] = true
			err = s.putSource(ctx, tx, &x, false)
		}
		switch {
		case err != nil && fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.NotFound:
			return err
		case err != nil:
			res.refuse(r, err)
		case known[x.Code]:
			res.Changed++
			res.show(ImportRow{r.n, x.Code, x.Name, "changed", nil, x.At})
		default:
			res.Added++
			res.show(ImportRow{r.n, x.Code, x.Name, "added", nil, x.At})
		}
	}
	return nil
}

func importedSource(r row) (Source, error) {
	x := Source{Code: r.cells["code"], Name: r.cells["name"], Kind: r.cells["kind"], Class: r.cells["class"],
		Region: region.Code(r.cells["region"]), Roadside: r.cells["roadside"] == "1" || r.cells["roadside"] == "true"}
	if len(r.shape) > 0 {
		if bytes.Contains(r.shape, []byte(`LineString`)) {
			l, err := geo.ParseLine(r.shape)
			x.Line = l
			return x, err
		}
		var g struct {
			Type        string
			Coordinates geo.Point
		}
		if json.Unmarshal(r.shape, &g) != nil || g.Type != "Point" {
			return x, invalid("geometry", "污染源应为点，河流应为线", "")
		}
		x.At = g.Coordinates
		return x, nil
	}
	lng, e1 := strconv.ParseFloat(r.cells["lng"], 64)
	lat, e2 := strconv.ParseFloat(r.cells["lat"], 64)
	if e1 != nil || e2 != nil {
		return x, invalid("lng", "经纬度不是数值", r.cells["lng"]+","+r.cells["lat"])
	}
	x.At = geo.Degrees(lng, lat)
	return x, nil
}
