package matter

import (
	"context"
	"strconv"
	"strings"
	"time"

	"qingshan/internal/platform/evidence"
)

// EvidenceRef is a piece of evidence as people see it.
type EvidenceRef struct {
	ID          string         `json:"id"`
	Kind        string         `json:"kind" enum:"photo,document,reading,statement"`
	Name        string         `json:"name"`
	Media       string         `json:"media"`
	Size        int64          `json:"size"`
	SHA256      string         `json:"sha256"`
	Width       int            `json:"width,omitempty"`
	Height      int            `json:"height,omitempty"`
	CapturedAt  *time.Time     `json:"capturedAt"`
	ReceivedAt  time.Time      `json:"receivedAt"`
	Lng         *float64       `json:"lng"`
	Lat         *float64       `json:"lat"`
	Accuracy    int64          `json:"accuracy,omitempty" doc:"米"`
	PlaceSource string         `json:"placeSource" doc:"exif 相机写入，device 手机提供，空为没有位置"`
	Marks       []EvidenceMark `json:"marks"`
	Thumb       string         `json:"thumb"`
	URL         string         `json:"url"`
}

// EvidenceMark is something odd about a piece of evidence, for whoever checks.
type EvidenceMark struct {
	Code     string `json:"code"`
	Message  string `json:"message"`
	Evidence string `json:"evidence,omitempty" doc:"另一份材料"`
	Matter   string `json:"matter,omitempty" doc:"另一件事项，有权查看时给出"`
	Number   string `json:"number,omitempty"`
}

// exhibitsOf are the pieces of a matter as the actor sees them, by id.
func (w *work) exhibitsOf(id int64) (map[int64]EvidenceRef, error) {
	list, err := evidence.Of(w.ctx, w.Tx, object(id))
	if err != nil {
		return nil, err
	}
	out := make(map[int64]EvidenceRef, len(list))
	for _, it := range list {
		out[it.ID] = w.ref(it)
	}
	return out, nil
}

// ref shows a piece of evidence. Another matter in which its photo was used is named only to
// who may see that matter; that it was used is told to all.
func (w *work) ref(it evidence.Item) EvidenceRef {
	id := strconv.FormatInt(it.ID, 10)
	r := EvidenceRef{ID: id, Kind: string(it.Kind), Name: it.Name, Media: it.Media, Size: it.Size, SHA256: it.SHA256,
		Width: it.Width, Height: it.Height, ReceivedAt: it.ReceivedAt, PlaceSource: it.PlaceSource, Marks: []EvidenceMark{},
		URL: "/api/v1/evidence/" + id}
	if evidence.IsPicture(it.Media) {
		r.Thumb = r.URL + "/thumb"
	}
	if !it.CapturedAt.IsZero() {
		r.CapturedAt = &it.CapturedAt
	}
	if it.Place != nil {
		lng, lat := it.Place.Degrees()
		r.Lng, r.Lat, r.Accuracy = &lng, &lat, it.Place.Accuracy
	}
	for _, m := range it.Marks {
		mark := EvidenceMark{Code: m.Code, Message: m.Message}
		if w.me.Language == "en" {
			mark.Message = m.MessageEn
		}
		if other, err := strconv.ParseInt(strings.TrimPrefix(m.Object, "matter/"), 10, 64); m.Object != "" && err == nil {
			if x, err := w.visible(other); err == nil {
				mark.Evidence, mark.Matter, mark.Number = strconv.FormatInt(m.Evidence, 10), strconv.FormatInt(other, 10), x.Number
			}
		}
		r.Marks = append(r.Marks, mark)
	}
	return r
}

// Evidence lists the pieces of a matter with their marks, in the order in which they came.
// Errors: not found for a matter that the actor may not see.
func (s *Service) Evidence(ctx context.Context, id int64) ([]EvidenceRef, error) {
	out := []EvidenceRef{}
	err := s.view(ctx, func(w *work) error {
		if _, err := w.visible(id); err != nil {
			return err
		}
		list, err := evidence.Of(w.ctx, w.Tx, object(id))
		for _, it := range list {
			out = append(out, w.ref(it))
		}
		return err
	})
	return out, err
}
