package matter

import (
	"context"

	"qingshan/internal/platform/rest"
)

// SourceOut is where a matter may come from.
type SourceOut struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	NameEn string   `json:"nameEn"`
	Side   string   `json:"side" enum:"own,inside,outside,system"`
	Level  string   `json:"level"`
	Usual  bool     `json:"usual" doc:"不另选时的来源"`
	Kinds  []string `json:"kinds" doc:"可选为来源的事项类别"`
}

// sources lists what the actor may name as a source, for each kind; others are refused.
func (h *API) sources(ctx context.Context, _ *struct{}) (*bodyOut[rest.List[SourceOut]], error) {
	me, err := h.svc.reader(ctx)
	if err != nil {
		return nil, err
	}
	list, roles, out := h.svc.sources, me.roles(), []SourceOut{}
	for i := range list.List {
		s := &list.List[i]
		o := SourceOut{ID: s.ID, Name: s.Name, NameEn: s.NameEn, Side: s.Side, Level: s.Level, Usual: s.ID == list.usual("", roles), Kinds: []string{}}
		for _, k := range h.svc.InForce() {
			if s.ID == list.usual(k.ID, roles) || list.may(s, k.ID, roles) {
				o.Kinds = append(o.Kinds, k.ID)
			}
		}
		if len(o.Kinds) > 0 && s.Side != SideSystem {
			out = append(out, o)
		}
	}
	return &bodyOut[rest.List[SourceOut]]{rest.NewList(out)}, nil
}
