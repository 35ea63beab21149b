package situation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// The layers of a prefecture's map and the shapes that each may hold.
var layerShapes = map[string][]string{
	"county":  {"Polygon", "MultiPolygon"},
	"town":    {"Polygon", "MultiPolygon"},
	"village": {"Polygon", "MultiPolygon", "Point"},
	"river":   {"LineString", "MultiLineString", "Polygon", "MultiPolygon"},
}

// maxFeatures bounds a layer; the villages of a large prefecture are about 8,000.
const maxFeatures = 20_000

// SetLayer replaces a map layer (county, town, village, river) of a prefecture by a GeoJSON
// FeatureCollection in degrees (CGCS2000): properties name, and code (12 digits, inside the
// prefecture) for all but rivers. A village is drawn at its centre (property) or is a Point.
// Errors: invalid, naming the feature; as access.Require for site.write.
func (s *Service) SetLayer(ctx context.Context, city region.Code, layer string, geojson []byte) error {
	if _, err := access.Require(ctx, access.SiteWrite, city); err != nil {
		return err
	}
	if city.Level() != region.Prefecture {
		return fault.New(fault.Invalid, "region", "地图图层按地级市存放")
	}
	shapes, ok := layerShapes[layer]
	if !ok {
		return fault.Newf(fault.Invalid, "layer", "没有“%s”图层", layer)
	}
	clean, n, err := checkLayer(city, layer, shapes, geojson)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *store.Tx) error {
		if err := writeLayer(ctx, tx, city, layer, string(clean)); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "map.set", Object: "map:" + city.String() + ":" + layer, Region: city,
			Summary: fmt.Sprintf("更新地图图层“%s”，%d 个要素", layerName(layer), n), Detail: map[string]any{"layer": layer, "features": n, "bytes": len(geojson)}})
	})
}

func layerName(layer string) string {
	return map[string]string{"county": "县（市、区）界", "town": "乡镇界", "village": "村", "river": "河流"}[layer]
}

// checkLayer checks a layer and gives it as it is stored.
func checkLayer(city region.Code, layer string, shapes []string, geojson []byte) (clean []byte, n int, err error) {
	var fc struct {
		Type     string `json:"type"`
		Features []struct {
			Type       string         `json:"type"`
			Properties map[string]any `json:"properties"`
			Geometry   struct {
				Type        string `json:"type"`
				Coordinates any    `json:"coordinates"`
			} `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(geojson, &fc); err != nil || fc.Type != "FeatureCollection" {
		return nil, 0, fault.New(fault.Invalid, "geojson", "图层应为 GeoJSON 的 FeatureCollection")
	}
	if len(fc.Features) == 0 || len(fc.Features) > maxFeatures {
		return nil, 0, fault.Newf(fault.Invalid, "geojson", "图层应有 1 至 %d 个要素，收到 %d 个", maxFeatures, len(fc.Features))
	}
	seen := map[string]bool{}
	for i := range fc.Features {
		f := &fc.Features[i]
		bad := func(why string) error {
			return fault.Newf(fault.Invalid, "geojson", "第 %d 个要素：%s", i+1, why).WithField(fmt.Sprintf("body.features[%d]", i), why, "")
		}
		if !slices.Contains(shapes, f.Geometry.Type) {
			return nil, 0, bad("几何类型“" + f.Geometry.Type + "”不能用于" + layerName(layer))
		}
		if why := checkCoordinates(f.Geometry.Type, f.Geometry.Coordinates); why != "" {
			return nil, 0, bad(why)
		}
		if name, _ := f.Properties["name"].(string); name == "" {
			return nil, 0, bad("缺少名称（name）")
		}
		if layer == "river" {
			continue
		}
		text, _ := f.Properties["code"].(string)
		code, err := region.Parse(text)
		if err != nil || !region.Contains(city, code) || code == city {
			return nil, 0, bad("代码“" + text + "”不是本市之内的行政区代码")
		}
		if seen[code.String()] {
			return nil, 0, bad("代码 " + code.String() + " 重复")
		}
		seen[code.String()] = true
		f.Properties["code"] = code.String()
		if layer == "village" && !pointLike(f.Properties["centre"]) {
			if f.Geometry.Type != "Point" {
				return nil, 0, bad("村应为点，或给出中心点（centre：经度、纬度）")
			}
			f.Properties["centre"] = f.Geometry.Coordinates
		}
	}
	clean, err = json.Marshal(fc)
	return clean, len(fc.Features), err
}

// pointLike tells whether a value is a longitude and a latitude inside the country.
func pointLike(v any) bool {
	p, ok := v.([]any)
	if !ok || len(p) < 2 {
		return false
	}
	x, ok1 := p[0].(float64)
	y, ok2 := p[1].(float64)
	return ok1 && ok2 && x >= 73 && x <= 136 && y >= 3 && y <= 54
}

// checkCoordinates says what is wrong with a geometry; "" when nothing is.
func checkCoordinates(shape string, v any) string {
	depth := map[string]int{"Point": 0, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}[shape]
	ring := shape == "Polygon" || shape == "MultiPolygon"
	var walk func(v any, depth int) string
	walk = func(v any, depth int) string {
		if depth == 0 {
			if !pointLike(v) {
				return "坐标应为中国境内的经度、纬度（度）"
			}
			return ""
		}
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			return "坐标的层数与几何类型不符"
		}
		for _, e := range list {
			if why := walk(e, depth-1); why != "" {
				return why
			}
		}
		if depth > 1 {
			return ""
		}
		if ring && (len(list) < 4 || fmt.Sprint(list[0]) != fmt.Sprint(list[len(list)-1])) {
			return "面的每一圈至少 4 个点，并且首尾相同"
		}
		if !ring && len(list) < 2 {
			return "线至少 2 个点"
		}
		return ""
	}
	return walk(v, depth)
}
