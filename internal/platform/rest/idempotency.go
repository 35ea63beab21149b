package rest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
)

const (
	idempotencyHeader = "Idempotency-Key"
	replayedHeader    = "Idempotency-Replayed"
	// keptAnswer is the largest answer kept for a repeat; posts answer with ids and small records.
	keptAnswer = 256 << 10
	// KeepAnswers is how long a repeat is recognised.
	KeepAnswers = 48 * time.Hour
)

// once runs a post at most once per (actor, operation, key). A repeat gets the first answer;
// a repeat with another body is a conflict; a repeat whose first run never ended is a
// conflict that says so, since acting again might act twice.
func (a *API) once(s Spec, op *huma.Operation, w http.ResponseWriter, r *http.Request, next func(huma.Context)) {
	ctx := r.Context()
	key, err := readKey(r)
	if err != nil {
		a.WriteError(w, r, err)
		return
	}
	if s.Accepts == "" {
		a.pace(w, r, s)
	}
	hash, err := fingerprint(r, s)
	if err != nil {
		a.WriteError(w, r, err)
		return
	}
	actor, _ := access.From(ctx) // once is only reached with an actor
	id := postID{actor.Account, s.ID, key}
	seen, err := a.reserve(ctx, id, hash)
	if err != nil {
		a.WriteError(w, r, err)
		return
	}
	if seen != nil {
		a.repeat(w, r, seen, hash)
		return
	}
	a.runOnce(s, op, id, w, r, next)
}

// runOnce runs the handler, then keeps its answer or, when it failed, forgets the key: a
// failed use case changed nothing and may be tried again.
func (a *API) runOnce(s Spec, op *huma.Operation, id postID, w http.ResponseWriter, r *http.Request, next func(huma.Context)) {
	rec := &recorder{ResponseWriter: w, status: http.StatusOK, most: keptAnswer}
	// What happened must be written down even when the client has gone.
	ctx := context.WithoutCancel(r.Context())
	ended := false
	defer func() {
		if !ended { // the handler panicked: its transaction was rolled back
			a.logged(ctx, id, a.forget(ctx, id))
		}
	}()
	next(humago.NewContext(op, r, rec))
	ended = true
	if rec.status >= 400 {
		a.logged(ctx, id, a.forget(ctx, id))
		return
	}
	a.logged(ctx, id, a.keep(ctx, id, rec.answer(s.Secret)))
}

func (a *API) logged(ctx context.Context, id postID, err error) {
	if err != nil {
		a.cfg.Log.ErrorContext(ctx, "idempotency record", "operation", id.operation, "error", err)
	}
}

func (a *API) repeat(w http.ResponseWriter, r *http.Request, seen *answer, hash string) {
	switch {
	case seen.bodyHash != hash:
		a.WriteError(w, r, fault.New(fault.Conflict, "idempotency_key_reused", "同一个 Idempotency-Key 用于了不同的内容"))
	case !seen.done:
		a.WriteError(w, r, fault.New(fault.Conflict, "outcome_unknown", "同一请求正在处理或上次处理中断，请刷新核对结果后再提交"))
	case seen.secret:
		a.WriteError(w, r, fault.New(fault.Conflict, "already_done", "该请求已执行；结果含保密内容，不再重复给出"))
	default:
		h := w.Header()
		for k, v := range seen.headers {
			h.Set(k, v)
		}
		h.Set(replayedHeader, "true")
		w.WriteHeader(seen.status)
		_, _ = w.Write(seen.body) // the peer may be gone
	}
}

func readKey(r *http.Request) (string, error) {
	key := r.Header.Get(idempotencyHeader)
	ok := len(key) >= 8 && len(key) <= 200
	for i := range len(key) {
		ok = ok && key[i] > ' ' && key[i] < 0x7f
	}
	if !ok {
		return "", fault.New(fault.Invalid, "idempotency_key", "Idempotency-Key 应为 8 至 200 个可见的 ASCII 字符")
	}
	return key, nil
}

// peeked is how much of an upload's content tells it from another of the same size.
const peeked = 1 << 20

// fingerprint identifies what was posted. A small body is read and put back; an upload is
// known by its query, type, length and first megabyte, since reading it twice would cost
// more than it saves.
func fingerprint(r *http.Request, s Spec) (string, error) {
	h := sha256.New()
	io.WriteString(h, r.URL.Path+"?"+r.URL.RawQuery+"\n")
	if s.Accepts != "" {
		io.WriteString(h, s.Accepts+" "+strconv.FormatInt(r.ContentLength, 10)+"\n")
		begin, err := io.ReadAll(io.LimitReader(r.Body, peeked))
		if err != nil {
			return "", fault.Wrap(err, fault.Invalid, "malformed", "请求正文没有传完")
		}
		h.Write(withoutBoundary(begin, r.Header.Get("Content-Type")))
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(begin), r.Body), r.Body}
		return hex.EncodeToString(h.Sum(nil)), nil
	}
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return "", err
	case err != nil:
		return "", fault.Wrap(err, fault.Invalid, "malformed", "请求正文没有传完")
	}
	h.Write(body)
	r.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(body), r.Body}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// withoutBoundary leaves the boundary of a form out: a browser makes a new one each time it
// sends the same form.
func withoutBoundary(body []byte, contentType string) []byte {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil || params["boundary"] == "" {
		return body
	}
	return bytes.ReplaceAll(body, []byte(params["boundary"]), nil)
}

// recorder passes an answer on and keeps a copy of a small one.
type recorder struct {
	http.ResponseWriter
	status int
	copied bytes.Buffer
	most   int
	long   bool
}

func (w *recorder) WriteHeader(code int) {
	w.status = code
	w.ResponseWriter.WriteHeader(code)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.copied.Len()+len(b) > w.most {
		w.long = true
	} else {
		w.copied.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// answer is what to keep. An answer that is secret or too long keeps only the fact.
func (w *recorder) answer(secret bool) answer {
	out := answer{status: w.status, secret: secret || w.long}
	if out.secret {
		return out
	}
	out.body, out.headers = w.copied.Bytes(), map[string]string{}
	for _, k := range []string{"Content-Type", "ETag", "Location"} {
		if v := w.Header().Get(k); v != "" {
			out.headers[k] = v
		}
	}
	return out
}
