package situation

import (
	"context"
	"encoding/json"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// feature is one feature of a stored layer; its shape is handed on as it is.
type feature struct {
	Type       string          `json:"type"`
	Properties featureProps    `json:"properties"`
	Geometry   json.RawMessage `json:"geometry"`
}

type featureProps struct {
	Code   region.Code `json:"code"`
	Name   string      `json:"name"`
	Centre []float64   `json:"centre"`
}

// Places gives the towns and villages inside a region: empty collections when none are loaded.
func (s *Service) Places(ctx context.Context, code region.Code) (*MapPlaces, error) {
	code, err := s.asked(ctx, code)
	if err != nil {
		return nil, err
	}
	city, ok := code.Ancestor(region.Prefecture)
	if !ok {
		if city, err = s.defaultCity(ctx); err != nil {
			return nil, err
		}
	}
	out := &MapPlaces{}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		towns, err := featuresIn(ctx, tx, city, "town", code)
		if err != nil {
			return err
		}
		villages, err := featuresIn(ctx, tx, city, "village", code)
		if err != nil {
			return err
		}
		out.Towns, out.Villages = collection(towns, false), collection(villages, true)
		return nil
	})
	return out, err
}

// featuresIn reads the features of a layer that lie in a region.
func featuresIn(ctx context.Context, tx *store.Tx, city region.Code, layer string, in region.Code) ([]feature, error) {
	text, _, err := readLayer(ctx, tx, city, layer)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all struct {
		Features []feature `json:"features"`
	}
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "map_layer", "地图数据损坏")
	}
	var out []feature
	for _, f := range all.Features {
		if region.Contains(in, f.Properties.Code) {
			out = append(out, f)
		}
	}
	return out, nil
}

// collection makes a GeoJSON FeatureCollection; as points, every feature stands at its centre.
func collection(list []feature, points bool) map[string]any {
	features := make([]any, 0, len(list))
	for _, f := range list {
		m := map[string]any{"type": "Feature", "properties": f.Properties, "geometry": f.Geometry}
		if points {
			if len(f.Properties.Centre) != 2 {
				continue
			}
			m["properties"] = map[string]any{"code": f.Properties.Code, "name": f.Properties.Name}
			m["geometry"] = map[string]any{"type": "Point", "coordinates": f.Properties.Centre}
		}
		features = append(features, m)
	}
	return map[string]any{"type": "FeatureCollection", "features": features}
}
