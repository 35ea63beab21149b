package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
)

// Problem is the one shape of every error (RFC 9457).
type Problem struct {
	Type      string         `json:"type" doc:"urn:qingshan:problem:CODE"`
	Title     string         `json:"title" doc:"HTTP 状态的英文名"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail" doc:"给人看的说明"`
	Code      string         `json:"code" doc:"稳定的错误代码"`
	RequestID string         `json:"requestId" doc:"报告问题时请附上"`
	Errors    []ProblemField `json:"errors,omitempty"`

	after int // seconds of Retry-After when known
}

// ProblemField is one wrong place of the input.
type ProblemField struct {
	Location string `json:"location" doc:"例如 body.reason、query.region"`
	Message  string `json:"message"`
	Value    string `json:"value,omitempty"`
}

// Codes with a status of their own; all others have the status of their kind.
const (
	CodeStale           = "stale"             // 412: someone else changed it meanwhile
	CodeIfMatchRequired = "if_match_required" // 428
	codeMediaType       = "media_type"        // 415
	codeTooLarge        = "too_large"         // 413
	codeThrottled       = "throttled"         // 429
)

func statusOf(kind fault.Kind, code string) int {
	switch code {
	case CodeStale:
		return http.StatusPreconditionFailed
	case CodeIfMatchRequired:
		return http.StatusPreconditionRequired
	case codeMediaType:
		return http.StatusUnsupportedMediaType
	case codeTooLarge:
		return http.StatusRequestEntityTooLarge
	case codeThrottled:
		return http.StatusTooManyRequests
	}
	switch kind {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// Error makes a Problem huma's StatusError.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the media type of RFC 9457.
func (p *Problem) ContentType(ct string) string {
	if ct == "application/json" {
		return "application/problem+json"
	}
	return ct
}

// GetHeaders asks for patience when that helps.
func (p *Problem) GetHeaders() http.Header {
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		return http.Header{"Retry-After": {strconv.Itoa(max(p.after, 5))}}
	}
	return nil
}

const internalDetail = "系统内部出错，未作改动。请稍后再试；如仍出错，请把请求编号告知管理员"

// problemOf turns an error into its answer and logs what the person must not see.
func (a *API) problemOf(ctx context.Context, err error) *Problem {
	var done *Problem
	if errors.As(err, &done) {
		return done
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		err = fault.Wrap(err, fault.Invalid, codeTooLarge, fmt.Sprintf("内容过大，最多 %s", bytesText(tooLarge.Limit)))
	}
	var f *fault.Error
	if !errors.As(err, &f) {
		f = fault.Wrap(err, fault.Internal, "internal", internalDetail)
	}
	switch {
	case f.Kind == fault.Internal:
		a.cfg.Log.ErrorContext(ctx, "internal error", "code", f.Code, "error", err)
		f = fault.New(fault.Internal, f.Code, internalDetail)
	case f.Kind == fault.Unavailable:
		a.cfg.Log.WarnContext(ctx, "unavailable", "code", f.Code, "error", err)
	case f.Cause != nil:
		a.cfg.Log.InfoContext(ctx, "refused", "code", f.Code, "error", err)
	}
	p := newProblem(ctx, statusOf(f.Kind, f.Code), f.Code, f.Message)
	p.after = f.After
	for _, x := range f.Fields {
		p.Errors = append(p.Errors, ProblemField{x.Location, x.Message, echo(x.Location, x.Value)})
	}
	return p
}

func newProblem(ctx context.Context, status int, code, detail string) *Problem {
	return &Problem{
		Type: "urn:qingshan:problem:" + code, Title: http.StatusText(status), Status: status,
		Detail: detail, Code: code, RequestID: access.RequestID(ctx),
	}
}

// WriteError answers a request with err as a problem.
func (a *API) WriteError(w http.ResponseWriter, r *http.Request, err error) {
	writeProblem(w, a.problemOf(r.Context(), err))
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	h := w.Header()
	for k, v := range p.GetHeaders() {
		h[k] = v
	}
	h.Del("Content-Length")
	h.Del("Content-Disposition")
	h.Del("Etag")
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the peer may be gone; there is nobody to tell
}

// translate turns huma's own errors into problems; everything else passes.
func (a *API) translate(c huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	code, detail := "invalid", "输入有误，请按提示修改"
	switch m.Status {
	case http.StatusBadRequest:
		code, detail = "malformed", "请求正文不是有效的 JSON"
		if strings.HasPrefix(m.Detail, "request body is required") {
			detail = "缺少请求正文"
		}
	case http.StatusRequestEntityTooLarge:
		code, detail = codeTooLarge, fmt.Sprintf("内容过大，最多 %s", bytesText(c.Operation().MaxBodyBytes))
	case http.StatusUnsupportedMediaType:
		code, detail = codeMediaType, "不支持的内容类型，请用 application/json"
	case http.StatusRequestTimeout:
		code, detail = "slow_body", "请求正文传输过慢，请重试"
	case http.StatusInternalServerError:
		code, detail = "internal", internalDetail
		a.cfg.Log.ErrorContext(c.Context(), "internal error", "error", m.Detail, "errors", m.Errors)
		m.Errors = nil
	}
	p := newProblem(c.Context(), m.Status, code, detail)
	for _, e := range m.Errors {
		p.Errors = append(p.Errors, ProblemField{e.Location, a.chinese(e.Message), scalar(e.Location, e.Value)})
	}
	return p, nil
}

// scalar shows a wrong value back, but never a whole object: it may hold a password.
func scalar(location string, v any) string {
	switch x := v.(type) {
	case string:
		if location == "body" {
			return ""
		}
		return echo(location, x)
	case float64, bool, int, int64, json.Number:
		return echo(location, fmt.Sprint(x))
	}
	return ""
}

// echo shortens a value and hides secrets.
func echo(location, value string) string {
	last := strings.ToLower(location[strings.LastIndexByte(location, '.')+1:])
	for _, secret := range []string{"password", "old", "new", "secret", "token", "cookie"} {
		if strings.Contains(last, secret) {
			return ""
		}
	}
	const most = 100
	if utf8.RuneCountInString(value) <= most {
		return value
	}
	return string([]rune(value)[:most]) + "…"
}

func bytesText(n int64) string {
	switch {
	case n >= 1<<20:
		return strconv.FormatInt(n>>20, 10) + " MB"
	case n >= 1<<10:
		return strconv.FormatInt(n>>10, 10) + " KB"
	}
	return strconv.FormatInt(n, 10) + " 字节"
}

func (a *API) problemResponse() *huma.Response {
	schema := a.huma.OpenAPI().Components.Schemas.Schema(problemType, true, "Problem")
	return &huma.Response{
		Description: "出错（RFC 9457）",
		Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: schema}},
	}
}

// MethodNotAllowed answers a path that exists for other methods only (405).
func (a *API) MethodNotAllowed(w http.ResponseWriter, r *http.Request, allow []string) {
	w.Header().Set("Allow", strings.Join(allow, ", "))
	writeProblem(w, newProblem(r.Context(), http.StatusMethodNotAllowed, "method", "该地址只接受 "+strings.Join(allow, "、")))
}
