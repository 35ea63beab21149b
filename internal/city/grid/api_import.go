package grid

import (
	"encoding/json"
	"io"
	"net/http"

	"qingshan/internal/platform/geo"
)

type importOut struct {
	Rows    int              `json:"rows"`
	Added   int              `json:"added"`
	Changed int              `json:"changed"`
	Stored  bool             `json:"stored"`
	Faults  []importFaultOut `json:"faults"`
	Preview *previewOut      `json:"preview,omitempty"`
	Effect  *effectOut       `json:"effect,omitempty"`
}

type importFaultOut struct {
	Row    int    `json:"row"`
	Code   string `json:"code"`
	Reason string `json:"reason"`
	pinOut
}

// pinOut is a place in degrees; both are absent when there is none.
type pinOut struct {
	Lng *float64 `json:"lng,omitempty"`
	Lat *float64 `json:"lat,omitempty"`
}

func pin(p geo.Point) pinOut {
	if p.IsZero() {
		return pinOut{}
	}
	lng, lat := p.Degrees()
	return pinOut{&lng, &lat}
}

// previewOut are the rows of a file as GeoJSON.
type previewOut struct {
	Type     string       `json:"type"`
	Features []previewRow `json:"features"`
}

type previewRow struct {
	Type       string `json:"type"`
	Properties struct {
		Row   int    `json:"row"`
		Code  string `json:"code"`
		Name  string `json:"name"`
		State string `json:"state" enum:"added,changed,refused"`
	} `json:"properties"`
	Geometry json.RawMessage `json:"geometry"`
}

func (h *API) importFile(w http.ResponseWriter, r *http.Request) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	yes := func(name string) bool { return q.Get(name) == "1" || q.Get(name) == "true" }
	res, err := h.s.Import(r.Context(), ImportSpec{What: q.Get("what"), Format: q.Get("format"), Data: data, Dry: yes("dryRun"), Skip: yes("skip"), Reason: q.Get("reason")})
	if err != nil {
		return err
	}
	body := importOut{Rows: res.Rows, Added: res.Added, Changed: res.Changed, Stored: res.Stored, Faults: []importFaultOut{}}
	for _, f := range res.Faults {
		body.Faults = append(body.Faults, importFaultOut{f.Row, f.Code, f.Reason, pin(f.At)})
	}
	if res.Effect != nil {
		e := h.effectOut(*res.Effect, h.s.db.Clock().Now().UnixMilli())
		body.Preview, body.Effect = preview(res.Preview), &e
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(body)
}

func preview(rows []ImportRow) *previewOut {
	out := &previewOut{"FeatureCollection", []previewRow{}}
	for _, r := range rows {
		f := previewRow{Type: "Feature"}
		f.Properties.Row, f.Properties.Code, f.Properties.Name, f.Properties.State = r.Row, r.Code, r.Name, r.State
		switch {
		case !r.Shape.IsEmpty():
			f.Geometry = r.Shape.JSON()
		case !r.At.IsZero():
			f.Geometry, _ = json.Marshal(map[string]any{"type": "Point", "coordinates": r.At})
		default:
			continue
		}
		out.Features = append(out.Features, f)
	}
	return out
}
