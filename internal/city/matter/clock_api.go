package matter

import (
	"context"
	"net/http"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/calendar"
)

// registerClocks adds what people ask about clocks.
func (h *API) registerClocks(a *rest.API) {
	op := func(method, path, id, summary string, action access.Action) rest.Spec {
		return rest.Spec{Method: method, Path: path, ID: id, Summary: summary, Tag: "matter", Access: action}
	}
	rest.Register(a, op(http.MethodPost, "/matters/{id}/pauses", "matterAskPause", "申请暂停时限", access.MatterAct), h.askPause)
	rest.Register(a, op(http.MethodPost, "/matters/{id}/pauses/{request}/decision", "matterDecidePause", "批准暂停", access.MatterAllow), h.decide)
	rest.Register(a, op(http.MethodPost, "/matters/{id}/pauses/{request}/end", "matterEndPause", "恢复计时", access.MatterAllow), h.endPause)
	rest.Register(a, op(http.MethodPost, "/matters/{id}/extensions", "matterAskExtension", "申请延期", access.MatterAct), h.askExtension)
	rest.Register(a, op(http.MethodPost, "/matters/{id}/extensions/{request}/decision", "matterDecideExtension", "批准延期", access.MatterAllow), h.decide)
}

// PauseIn asks that a clock stand still: until a day, or until a condition that is reviewed.
type PauseIn struct {
	Clock     string `json:"clock" maxLength:"40" doc:"时限编号"`
	Reason    string `json:"reason" maxLength:"2000"`
	Until     string `json:"until,omitempty" maxLength:"10" doc:"恢复日期，如 2026-07-10：当日零点恢复计时"`
	Condition string `json:"condition,omitempty" maxLength:"200" doc:"挂账：恢复的条件"`
	ReviewBy  string `json:"reviewBy,omitempty" maxLength:"10" doc:"挂账：最迟复核日期"`
}

func (h *API) askPause(ctx context.Context, in *struct {
	IDIn
	Body PauseIn
}) (*matterOut, error) {
	id, err := pathID(in.ID)
	if err != nil {
		return nil, err
	}
	a := Asking{Clock: in.Body.Clock, Reason: in.Body.Reason, Condition: in.Body.Condition}
	if in.Body.Until != "" {
		d, err := readDay("until", in.Body.Until)
		if err != nil {
			return nil, err
		}
		a.Until = d.Start()
	}
	if in.Body.ReviewBy != "" {
		d, err := readDay("reviewBy", in.Body.ReviewBy)
		if err != nil {
			return nil, err
		}
		a.Review = d.End()
	}
	if _, err := h.svc.AskPause(ctx, id, a); err != nil {
		return nil, err
	}
	return h.answer(ctx, id)
}

func readDay(field, text string) (calendar.Day, error) {
	d, err := calendar.ParseDay(text)
	if err != nil {
		return 0, invalid(field, "day", "日期应如 2026-07-10", text)
	}
	return d, nil
}

// ExtensionIn asks for more time.
type ExtensionIn struct {
	Clock  string `json:"clock" maxLength:"40" doc:"时限编号"`
	Term   string `json:"term" maxLength:"12" doc:"延长多少，与原时限同一单位，如 3wd"`
	Reason string `json:"reason" maxLength:"2000"`
}

func (h *API) askExtension(ctx context.Context, in *struct {
	IDIn
	Body ExtensionIn
}) (*matterOut, error) {
	id, err := pathID(in.ID)
	if err != nil {
		return nil, err
	}
	term, err := calendar.ParseTerm(in.Body.Term)
	if err != nil {
		return nil, invalid("term", "term", "延期应写作数字加单位，如 3wd（工作日）、5cd（天）、4wh（工作小时）、24h（小时）", in.Body.Term)
	}
	if _, err := h.svc.AskExtension(ctx, id, Asking{Clock: in.Body.Clock, Reason: in.Body.Reason, Term: term}); err != nil {
		return nil, err
	}
	return h.answer(ctx, id)
}

// RequestIn is a pause or an extension of a matter.
type RequestIn struct {
	IDIn
	Request string `path:"request" maxLength:"20"`
}

// DecisionIn grants or refuses a pause or an extension; a refusal needs an opinion.
type DecisionIn struct {
	Approve bool   `json:"approve"`
	Opinion string `json:"opinion,omitempty" maxLength:"2000"`
}

// PauseEndIn lets a clock go on.
type PauseEndIn struct {
	Opinion string `json:"opinion,omitempty" maxLength:"2000"`
}

func (h *API) decide(ctx context.Context, in *struct {
	RequestIn
	Body DecisionIn
}) (*matterOut, error) {
	id, request, err := in.read()
	if err != nil {
		return nil, err
	}
	if err := h.svc.Decide(ctx, id, request, in.Body.Approve, in.Body.Opinion); err != nil {
		return nil, err
	}
	return h.answer(ctx, id)
}

func (h *API) endPause(ctx context.Context, in *struct {
	RequestIn
	Body PauseEndIn
}) (*matterOut, error) {
	id, request, err := in.read()
	if err != nil {
		return nil, err
	}
	if err := h.svc.EndPause(ctx, id, request, in.Body.Opinion); err != nil {
		return nil, err
	}
	return h.answer(ctx, id)
}

func (in *RequestIn) read() (id, request int64, err error) {
	if id, err = pathID(in.ID); err != nil {
		return 0, 0, err
	}
	request, err = pathID(in.Request)
	return id, request, err
}
