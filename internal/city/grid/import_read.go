package grid

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"qingshan/internal/platform/fault"
)

const maxImportRows = 50_000

// row is a feature or a line of a sheet.
type row struct {
	n     int
	cells map[string]string
	shape []byte // GeoJSON geometry, nil without
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
