package matter

import (
	"context"
	"errors"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
)

// OpenIn is a report.
type OpenIn struct {
	Kind         string            `json:"kind" maxLength:"40"`
	Category     string            `json:"category" maxLength:"60"`
	Transition   string            `json:"transition,omitempty" maxLength:"60" doc:"登记方式；空为可用的第一种"`
	Title        string            `json:"title,omitempty" maxLength:"120"`
	Description  string            `json:"description,omitempty" maxLength:"4000"`
	Region       string            `json:"region,omitempty" maxLength:"12"`
	Lng          *float64          `json:"lng,omitempty"`
	Lat          *float64          `json:"lat,omitempty"`
	Accuracy     float64           `json:"accuracy,omitempty" minimum:"0" maximum:"100000" doc:"米"`
	Place        string            `json:"place,omitempty" maxLength:"200"`
	Site         string            `json:"site,omitempty" maxLength:"60"`
	Subject      string            `json:"subject,omitempty" maxLength:"20"`
	Source       string            `json:"source,omitempty" maxLength:"40"`
	SourceNumber string            `json:"sourceNumber,omitempty" maxLength:"80"`
	Fields       map[string]string `json:"fields,omitempty"`
	Evidence     []string          `json:"evidence,omitempty" maxItems:"50"`
	ClientID     string            `json:"clientId,omitempty" maxLength:"64" doc:"手机生成的报告编号；重复提交只立一件"`
	FoundAt      string            `json:"foundAt,omitempty" maxLength:"40"`
	Opinion      string            `json:"opinion,omitempty" maxLength:"2000"`
	AssignUnit   string            `json:"assignUnit,omitempty" maxLength:"20"`
	AssignPost   string            `json:"assignPost,omitempty" maxLength:"20"`
	Acknowledge  bool              `json:"acknowledgeDuplicates,omitempty"`
}

func (b *OpenIn) read() (n Opening, err error) {
	n = Opening{Kind: b.Kind, Category: b.Category, Transition: b.Transition, Title: b.Title, Description: b.Description, Accuracy: int64(b.Accuracy), Place: b.Place,
		Site: b.Site, Source: b.Source, SourceNumber: b.SourceNumber, Fields: b.Fields, ClientID: b.ClientID, Opinion: b.Opinion, AcknowledgeDuplicates: b.Acknowledge}
	var errs [7]error
	n.Region, errs[0] = readRegion("body.region", b.Region)
	n.At, errs[1] = readPlace(b.Lng, b.Lat)
	n.Subject, errs[2] = readID("body.subject", b.Subject)
	n.Evidence, errs[3] = readIDs("body.evidence", b.Evidence)
	n.FoundAt, errs[4] = readClock("body.foundAt", b.FoundAt)
	n.AssignUnit, errs[5] = readID("body.assignUnit", b.AssignUnit)
	n.AssignPost, errs[6] = readID("body.assignPost", b.AssignPost)
	for _, e := range errs {
		if e != nil {
			return n, e
		}
	}
	return n, nil
}

type rowOut struct {
	ETag string `header:"ETag"`
	Body Row
}

func (h *API) open(ctx context.Context, in *struct{ Body OpenIn }) (*rowOut, error) {
	n, err := in.Body.read()
	if err != nil {
		return nil, err
	}
	m, err := h.svc.Open(ctx, n)
	if err != nil {
		return nil, err
	}
	x, err := h.dir(ctx)
	if err != nil {
		return nil, err
	}
	return &rowOut{rest.ETag(m.Version), x.row(m)}, nil
}

// MoveIn is a step.
type MoveIn struct {
	Transition string            `json:"transition" maxLength:"60"`
	Fields     map[string]string `json:"fields,omitempty"`
	Evidence   []string          `json:"evidence,omitempty" maxItems:"50"`
	Opinion    string            `json:"opinion,omitempty" maxLength:"2000"`
	AssignUnit string            `json:"assignUnit,omitempty" maxLength:"20"`
	AssignPost string            `json:"assignPost,omitempty" maxLength:"20"`
	Due        string            `json:"due,omitempty" maxLength:"40"`
}

func (b *MoveIn) read() (s Step, err error) {
	s = Step{Transition: b.Transition, Fields: b.Fields, Opinion: b.Opinion}
	var errs [4]error
	s.Evidence, errs[0] = readIDs("body.evidence", b.Evidence)
	s.AssignUnit, errs[1] = readID("body.assignUnit", b.AssignUnit)
	s.AssignPost, errs[2] = readID("body.assignPost", b.AssignPost)
	s.Due, errs[3] = readClock("body.due", b.Due)
	for _, e := range errs {
		if e != nil {
			return s, e
		}
	}
	return s, nil
}

func (h *API) move(ctx context.Context, in *struct {
	IDIn
	rest.IfMatch
	Body MoveIn
}) (*matterOut, error) {
	id, err := pathID(in.ID)
	if err != nil {
		return nil, err
	}
	step, err := in.Body.read()
	if err != nil {
		return nil, err
	}
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	if _, err := h.svc.Move(ctx, id, version, step); err != nil {
		return nil, err
	}
	return h.answer(ctx, id)
}

// NoteIn is a remark.
type NoteIn struct {
	Text string `json:"text" maxLength:"2000"`
}

func (h *API) note(ctx context.Context, in *struct {
	IDIn
	Body NoteIn
}) (*matterOut, error) {
	id, err := pathID(in.ID)
	if err != nil {
		return nil, err
	}
	if err := h.svc.Note(ctx, id, in.Body.Text); err != nil {
		return nil, err
	}
	return h.answer(ctx, id)
}

func (h *API) watch(ctx context.Context, in *IDIn) (*struct{}, error) {
	return h.setWatch(ctx, in, true)
}
func (h *API) unwatch(ctx context.Context, in *IDIn) (*struct{}, error) {
	return h.setWatch(ctx, in, false)
}

func (h *API) setWatch(ctx context.Context, in *IDIn, on bool) (*struct{}, error) {
	id, err := pathID(in.ID)
	if err != nil {
		return nil, err
	}
	return nil, h.svc.Watch(ctx, id, on)
}

// SplitPart is one of the new matters.
type SplitPart struct {
	Category    string `json:"category" maxLength:"60"`
	Title       string `json:"title,omitempty" maxLength:"120"`
	Description string `json:"description,omitempty" maxLength:"4000"`
}

// SplitIn names the parts.
type SplitIn struct {
	Parts []SplitPart `json:"parts" minItems:"1" maxItems:"20"`
}

func (h *API) split(ctx context.Context, in *struct {
	IDIn
	Body SplitIn
}) (*matterOut, error) {
	id, err := pathID(in.ID)
	if err != nil {
		return nil, err
	}
	var parts []Part
	for _, p := range in.Body.Parts {
		parts = append(parts, Part(p))
	}
	if err := h.svc.Split(ctx, id, parts); err != nil {
		return nil, err
	}
	return h.answer(ctx, id)
}

// MergeIn puts matters into another.
type MergeIn struct {
	Into   string   `json:"into" maxLength:"20"`
	From   []string `json:"from" minItems:"1" maxItems:"50"`
	Reason string   `json:"reason" maxLength:"2000"`
}

func (h *API) merge(ctx context.Context, in *struct{ Body MergeIn }) (*matterOut, error) {
	into, err := readID("body.into", in.Body.Into)
	if err != nil {
		return nil, err
	}
	from, err := readIDs("body.from", in.Body.From)
	if err != nil {
		return nil, err
	}
	if err := h.svc.Merge(ctx, into, from, in.Body.Reason); err != nil {
		return nil, err
	}
	return h.answer(ctx, into)
}

// BulkResult is what became of one of several matters.
type BulkResult struct {
	ID      string `json:"id"`
	OK      bool   `json:"ok"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

// resultOf tells what became of one; an error that is nobody's answer ends the whole request.
func resultOf(id int64, err error) (BulkResult, error) {
	r := BulkResult{ID: idText(id), OK: err == nil}
	var f *fault.Error
	if errors.As(err, &f) {
		r.Code, r.Message = f.Code, f.Message
		return r, nil
	}
	return r, err
}

// BulkIn is one step on several matters.
type BulkIn struct {
	IDs        []string `json:"ids" minItems:"1" maxItems:"200"`
	Transition string   `json:"transition" maxLength:"60"`
	AssignUnit string   `json:"assignUnit,omitempty" maxLength:"20"`
	AssignPost string   `json:"assignPost,omitempty" maxLength:"20"`
	Opinion    string   `json:"opinion,omitempty" maxLength:"2000"`
}

func (h *API) bulk(ctx context.Context, in *struct{ Body BulkIn }) (*bodyOut[rest.List[BulkResult]], error) {
	b := MoveIn{Transition: in.Body.Transition, AssignUnit: in.Body.AssignUnit, AssignPost: in.Body.AssignPost, Opinion: in.Body.Opinion}
	step, err := b.read()
	if err != nil {
		return nil, err
	}
	ids, err := readIDs("body.ids", in.Body.IDs)
	if err != nil {
		return nil, err
	}
	out := make([]BulkResult, 0, len(ids))
	for i, err := range h.svc.Bulk(ctx, ids, step) {
		r, err := resultOf(ids[i], err)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return &bodyOut[rest.List[BulkResult]]{rest.NewList(out)}, nil
}

// DuplicateOut is an open matter that a report may repeat.
type DuplicateOut struct {
	Row
	Distance *float64 `json:"distance" doc:"米"`
	Why      []string `json:"why"`
}

func (h *API) duplicates(ctx context.Context, in *struct {
	Kind     string  `query:"kind" maxLength:"40"`
	Category string  `query:"category" maxLength:"60"`
	Lng      float64 `query:"lng"`
	Lat      float64 `query:"lat"`
	Site     string  `query:"site" maxLength:"60"`
	Region   string  `query:"region" maxLength:"12"`
	Text     string  `query:"text" maxLength:"500"`
}) (*bodyOut[rest.List[DuplicateOut]], error) {
	q := Asked{Kind: in.Kind, Category: in.Category, Site: in.Site, Text: in.Text}
	var err error
	if q.Region, err = readRegion("query.region", in.Region); err != nil {
		return nil, err
	}
	if in.Lng != 0 || in.Lat != 0 {
		if q.At, err = readPlace(&in.Lng, &in.Lat); err != nil {
			return nil, err
		}
	}
	list, err := h.svc.Duplicates(ctx, q)
	if err != nil {
		return nil, err
	}
	x, err := h.dir(ctx)
	if err != nil {
		return nil, err
	}
	var out []DuplicateOut
	for _, d := range list {
		o := DuplicateOut{Row: x.row(d.Matter), Why: d.Why}
		if d.Distance >= 0 {
			o.Distance = &d.Distance
		}
		out = append(out, o)
	}
	return &bodyOut[rest.List[DuplicateOut]]{rest.NewList(out)}, nil
}

// SavedView is a saved question.
type SavedView struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Query string `json:"query" doc:"地址栏中的查询部分"`
}

func (h *API) views(ctx context.Context, _ *struct{}) (*bodyOut[rest.List[SavedView]], error) {
	list, err := h.svc.Views(ctx)
	return &bodyOut[rest.List[SavedView]]{rest.NewList(list)}, err
}

// ViewIn saves a question.
type ViewIn struct {
	Name  string `json:"name" maxLength:"60"`
	Query string `json:"query" maxLength:"1000"`
}

func (h *API) addView(ctx context.Context, in *struct{ Body ViewIn }) (*bodyOut[SavedView], error) {
	v, err := h.svc.AddView(ctx, in.Body.Name, in.Body.Query)
	return &bodyOut[SavedView]{v}, err
}

func (h *API) removeView(ctx context.Context, in *struct {
	ID string `query:"id" required:"true" maxLength:"20"`
}) (*struct{}, error) {
	id, err := pathID(in.ID)
	if err != nil {
		return nil, err
	}
	return nil, h.svc.RemoveView(ctx, id)
}
