package grid

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// ImportFault is a row that keeps a file from being stored.
type ImportFault struct {
	Row    int // 1 for the first feature or line of data
	Code   string
	Reason string
}

// ImportResult says what a file brought, or would bring.
type ImportResult struct {
	Rows, Added, Changed int
	Faults               []ImportFault // none: it fits
	Stored               bool
}

// row is a feature or a line of a sheet.
type row struct {
	n     int
	cells map[string]string
	shape []byte // GeoJSON geometry, nil without
}

const maxImportRows = 50_000

var errDry = errors.New("dry run")

// Import reads cells or sources from a GeoJSON FeatureCollection or an XLSX sheet (whose
// column geometry holds GeoJSON). All of it is stored or nothing: with a faulty row, or in a
// dry run, nothing. A code that is known is changed and keeps its past.
func (s *Service) Import(ctx context.Context, what, format string, data []byte, dry bool) (ImportResult, error) {
	var res ImportResult
	if _, err := access.RequireAnywhere(ctx, access.GridWrite); err != nil {
		return res, err
	}
	rows, err := readRows(format, data)
	if err != nil {
		return res, err
	}
	res.Rows = len(rows)
	err = s.update(ctx, func(ctx context.Context, tx *store.Tx) error {
		res = ImportResult{Rows: len(rows)}
		switch what {
		case "cells":
			err = s.importCells(ctx, tx, rows, &res)
		case "sources":
			err = s.importSources(ctx, tx, rows, &res)
		default:
			err = fault.New(fault.Invalid, "what", "导入内容应为 cells 或 sources")
		}
		switch {
		case err != nil:
			return err
		case dry, len(res.Faults) > 0:
			return errDry
		}
		sum := fmt.Sprintf("导入 %d 行（%s），新增 %d，更新 %d", res.Rows, what, res.Added, res.Changed)
		if err := audit.Log(ctx, tx, audit.Entry{Action: "grid.import", Object: "grid/" + what, Summary: sum, Detail: res}); err != nil {
			return err
		}
		return changed(ctx, tx, "grid/"+what, "")
	})
	if errors.Is(err, errDry) {
		return res, nil
	}
	res.Stored = err == nil
	return res, err
}

func (res *ImportResult) refuse(r row, err error) {
	reason := err.Error()
	var f *fault.Error
	if errors.As(err, &f) {
		if reason = f.Message; f.Kind == fault.NotFound {
			reason = "不在您的管辖范围内"
		}
	}
	res.Faults = append(res.Faults, ImportFault{r.n, r.cells["code"], reason})
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
		if old := known[c.Code]; old != nil {
			res.Changed++
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
		default:
			res.Added++
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

func readRows(format string, data []byte) ([]row, error) {
	var rows []row
	var err error
	switch format {
	case "geojson":
		rows, err = readFeatures(data)
	case "xlsx":
		rows, err = readSheet(data)
	default:
		return nil, fault.New(fault.Invalid, "format", "文件应为 GeoJSON 或 XLSX")
	}
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0:
		return nil, fault.New(fault.Invalid, "empty", "文件里没有数据行")
	case len(rows) > maxImportRows:
		return nil, fault.Newf(fault.Invalid, "too_many", "一次最多 %d 行，请分开导入", maxImportRows)
	}
	return rows, nil
}

func readFeatures(data []byte) ([]row, error) {
	var file struct {
		Type     string
		Features []struct {
			Properties map[string]any
			Geometry   json.RawMessage
		}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&file); err != nil || file.Type != "FeatureCollection" {
		return nil, fault.New(fault.Invalid, "geojson", "不是 GeoJSON FeatureCollection")
	}
	rows := make([]row, len(file.Features))
	for i, f := range file.Features {
		rows[i] = row{i + 1, map[string]string{}, f.Geometry}
		for k, v := range f.Properties {
			if v != nil {
				rows[i].cells[k] = fmt.Sprint(v)
			}
		}
	}
	return rows, nil
}

// sheetNames are the columns of a sheet in Chinese.
var sheetNames = map[string]string{"编码": "code", "名称": "name", "级别": "tier", "行政区": "region", "上级编码": "parent", "类型": "kind",
	"类别": "class", "经度": "lng", "纬度": "lat", "路边可见": "roadside", "边界": "geometry"}

func readSheet(data []byte) ([]row, error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: 256 << 20, UnzipXMLSizeLimit: 128 << 20})
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "xlsx", "不是可读的 XLSX 文件")
	}
	defer f.Close()
	names := f.GetSheetList()
	if len(names) == 0 {
		return nil, nil
	}
	lines, err := f.GetRows(names[0], excelize.Options{RawCellValue: true})
	if err != nil || len(lines) == 0 {
		return nil, fault.Wrap(errors.Join(err, io.EOF), fault.Invalid, "xlsx", "第一张表里没有数据")
	}
	var rows []row
	for n, line := range lines[1:] {
		r := row{n: n + 1, cells: map[string]string{}}
		for i, v := range line {
			if i >= len(lines[0]) {
				break
			}
			head := strings.TrimSpace(lines[0][i])
			if known, ok := sheetNames[head]; ok {
				head = known
			}
			if r.cells[head] = strings.TrimSpace(v); head == "geometry" && v != "" {
				r.shape = []byte(v)
			}
		}
		if strings.Join(line, "") != "" {
			rows = append(rows, r)
		}
	}
	return rows, nil
}
