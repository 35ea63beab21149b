package rest

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
)

// Register adds an operation. In and Out are huma's structs: fields tagged path, query or
// header, and a Body. The actor is in ctx when the handler runs; who may not call the
// operation is answered before the input is even read.
func Register[I, O any](a *API, s Spec, h func(context.Context, *I) (*O, error)) {
	op := a.operation(s)
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, a.problemOf(ctx, err)
		}
		return out, nil
	})
}

// enter is what happens before every handler: permission, the shape of the body, the
// idempotency key of a post, the validators of a get.
func (a *API) enter(s Spec, c huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(c)
	if err := allowed(r.Context(), s.Access); err != nil {
		a.WriteError(w, r, err)
		return
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		a.WriteError(w, r, fault.New(fault.Invalid, codeMediaType, "请求正文不得压缩（Content-Encoding），请直接发送"))
		return
	}
	switch {
	case s.Method == http.MethodGet || s.Method == http.MethodHead:
		v := &validated{ResponseWriter: w, want: r.Header.Get("If-None-Match")}
		next(humago.NewContext(c.Operation(), r, v))
	case s.Method == http.MethodPost && s.Access != "" && r.Header.Get(idempotencyHeader) != "" && a.cfg.DB != nil:
		a.once(s, c.Operation(), w, r, next)
	default:
		next(c)
	}
}

// allowed checks that the actor holds the action somewhere; the service checks where. A
// session whose initial password still stands reaches only what any session may.
func allowed(ctx context.Context, action access.Action) error {
	switch action {
	case "":
		return nil
	case access.LoggedIn:
		if a, ok := access.From(ctx); !ok || a.Account == 0 && !a.IsSystem() {
			return fault.New(fault.Unauthenticated, "login_required", "请先登录")
		}
		return nil
	}
	_, err := access.RequireAnywhere(ctx, action)
	return err
}

// Raw adds an operation that reads and writes HTTP itself: uploads, downloads, streams. An
// error that h returns before it wrote anything becomes a problem; afterwards it is logged.
func Raw(a *API, s Spec, h func(http.ResponseWriter, *http.Request) error) {
	op := a.operation(s)
	describeRaw(&op, a.ops[s.ID])
	a.huma.OpenAPI().AddOperation(&op)
	s = a.ops[s.ID]
	a.huma.Adapter().Handle(&op, op.Middlewares.Handler(func(c huma.Context) {
		r, w := humago.Unwrap(c)
		a.pace(w, r, s)
		watched := &started{ResponseWriter: w}
		if err := h(watched, r); err != nil {
			a.rawFailed(watched, r, err)
		}
	}))
}

func (a *API) rawFailed(w *started, r *http.Request, err error) {
	if !w.began {
		a.WriteError(w, r, err)
		return
	}
	if r.Context().Err() == nil {
		a.cfg.Log.ErrorContext(r.Context(), "answer broken off", "path", r.URL.Path, "error", err)
		panic(http.ErrAbortHandler) // the client must not take half a file for a whole one
	}
}

func describeRaw(op *huma.Operation, s Spec) {
	for _, seg := range pathParams(s.Path) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: seg, In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
	}
	for _, p := range s.Query {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: p.Name, In: "query", Description: p.Doc, Required: p.Required, Schema: &huma.Schema{Type: "string"},
		})
	}
	binary := func() *huma.MediaType { return &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}} }
	if s.Accepts != "" {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{s.Accepts: binary()}}
	}
	status := "200"
	switch {
	case s.Status != 0:
		status = statusText(s.Status)
	case s.Returns == "":
		status = "204"
	}
	ok := &huma.Response{Description: "成功"}
	if s.Returns != "" {
		ok.Content = map[string]*huma.MediaType{s.Returns: binary()}
	}
	op.Responses[status] = ok
}

// started remembers whether an answer has begun.
type started struct {
	http.ResponseWriter
	began bool
}

func (w *started) WriteHeader(code int) { w.began = true; w.ResponseWriter.WriteHeader(code) }
func (w *started) Write(b []byte) (int, error) {
	w.began = true
	return w.ResponseWriter.Write(b)
}
func (w *started) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// ReadFrom keeps the fast path of file downloads.
func (w *started) ReadFrom(r io.Reader) (int64, error) {
	w.began = true
	return io.Copy(w.ResponseWriter, r)
}
