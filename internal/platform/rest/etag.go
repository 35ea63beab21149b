package rest

import (
	"net/http"
	"strconv"
	"strings"

	"qingshan/internal/platform/fault"
)

// ETag is the validator of a record with a version counter.
func ETag(version int64) string { return `"v` + strconv.FormatInt(version, 10) + `"` }

// IfMatch is embedded in the input of an edit.
type IfMatch struct {
	IfMatch string `header:"If-Match" doc:"读取时得到的 ETag"`
}

// Version is the version that the edit was made on. Errors: invalid if_match_required (428)
// without the header; conflict stale (412) for a validator that is none of ours.
func (m IfMatch) Version() (int64, error) {
	if m.IfMatch == "" {
		return 0, fault.New(fault.Invalid, CodeIfMatchRequired, "修改时必须带上读取时的版本（If-Match）")
	}
	text, ok := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(m.IfMatch), "W/"), `"v`)
	text, ok2 := strings.CutSuffix(text, `"`)
	v, err := strconv.ParseInt(text, 10, 64)
	if !ok || !ok2 || err != nil {
		return 0, Stale()
	}
	return v, nil
}

// Check compares the validator with the record's present version.
func (m IfMatch) Check(version int64) error {
	v, err := m.Version()
	if err != nil {
		return err
	}
	if v != version {
		return Stale()
	}
	return nil
}

// Stale is the conflict of an edit on an old version (412).
func Stale() *fault.Error {
	return fault.New(fault.Conflict, CodeStale, "内容已被他人修改，请刷新后重新编辑")
}

// validated answers 304 when the client already holds the answer that a handler made.
type validated struct {
	http.ResponseWriter
	want string // If-None-Match
	same bool
}

func (w *validated) WriteHeader(code int) {
	h := w.Header()
	tag := h.Get("ETag")
	if h.Get("Cache-Control") == "" {
		if tag == "" {
			h.Set("Cache-Control", "no-store")
		} else {
			h.Set("Cache-Control", "private, no-cache") // keep it, but ask each time
		}
	}
	if code == http.StatusOK && tag != "" && matches(w.want, tag) {
		w.same = true
		h.Del("Content-Type")
		h.Del("Content-Length")
		code = http.StatusNotModified
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *validated) Write(b []byte) (int, error) {
	if w.same {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

func (w *validated) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func matches(header, tag string) bool {
	weak := func(s string) string { return strings.TrimPrefix(strings.TrimSpace(s), "W/") }
	for t := range strings.SplitSeq(header, ",") {
		if weak(t) == weak(tag) || strings.TrimSpace(t) == "*" {
			return true
		}
	}
	return false
}
