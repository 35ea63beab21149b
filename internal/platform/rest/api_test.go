package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2/validation"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// anyone is a logged-in account without any post.
var anyone = access.Actor{Account: 7, Name: "anyone"}

// client calls a mux as one actor.
type client struct {
	t     *testing.T
	mux   http.Handler
	actor *access.Actor
}

func (c client) do(method, path, body string, header ...string) (*http.Response, string) {
	c.t.Helper()
	r := httptest.NewRequest(method, rest.Prefix+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	ctx := access.WithRequestID(r.Context(), "req-1")
	if c.actor != nil {
		ctx = access.With(ctx, *c.actor)
	}
	w := httptest.NewRecorder()
	c.mux.ServeHTTP(w, r.WithContext(ctx))
	res := w.Result()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res, string(text)
}

func problem(t *testing.T, res *http.Response, body string) rest.Problem {
	t.Helper()
	if ct := res.Header.Get("Content-Type"); ct != "application/problem+json" {
		t.Fatalf("content type %q, body %s", ct, body)
	}
	var p rest.Problem
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if p.Status != res.StatusCode || p.RequestID != "req-1" || p.Title == "" || !strings.HasPrefix(p.Type, "urn:") {
		t.Errorf("problem %+v of status %d", p, res.StatusCode)
	}
	return p
}

type unitIn struct {
	ID   int64 `path:"id"`
	Body struct {
		Name     string `json:"name" minLength:"2" maxLength:"10"`
		Kind     string `json:"kind" enum:"bureau,county"`
		Password string `json:"password,omitempty" minLength:"8"`
		Count    int    `json:"count,omitempty" minimum:"1"`
	}
}

type unitOut struct {
	ETag string `header:"ETag"`
	Body struct {
		Name string `json:"name"`
	}
}

func echoUnit(_ context.Context, in *unitIn) (*unitOut, error) {
	out := &unitOut{}
	out.Body.Name = in.Body.Name
	return out, nil
}

func TestRefusalsComeBeforeReadingTheInput(t *testing.T) {
	mux := http.NewServeMux()
	a := rest.New(mux, rest.Config{})
	rest.Register(a, rest.Spec{Method: "POST", Path: "/units/{id}", ID: "unitEdit", Summary: "改单位", Access: "org.write"}, echoUnit)
	rest.Register(a, rest.Spec{Method: "PUT", Path: "/units/{id}", ID: "unitPut", Summary: "改单位", Access: access.LoggedIn}, echoUnit)
	for _, c := range []struct {
		name   string
		actor  *access.Actor
		method string
		status int
		code   string
	}{
		{"nobody", nil, "POST", 401, "login_required"},
		{"nobody, any session", nil, "PUT", 401, "login_required"},
		{"without the action", &anyone, "POST", 403, "forbidden"},
		{"any session", &anyone, "PUT", 400, "malformed"},
	} {
		res, body := client{t, mux, c.actor}.do(c.method, "/units/1", "{broken")
		if p := problem(t, res, body); res.StatusCode != c.status || p.Code != c.code {
			t.Errorf("%s: %d %s, want %d %s", c.name, res.StatusCode, p.Code, c.status, c.code)
		}
	}
}

func TestEveryKindHasItsStatus(t *testing.T) {
	var fail error
	mux := http.NewServeMux()
	a := rest.New(mux, rest.Config{})
	rest.Register(a, rest.Spec{Method: "GET", Path: "/x", ID: "x", Summary: "试"}, func(context.Context, *struct{}) (*struct{}, error) {
		return nil, fail
	})
	for _, c := range []struct {
		err    error
		status int
		code   string
		detail string
	}{
		{fault.New(fault.Invalid, "bad", "有误").WithField("body.x", "不对", "1"), 422, "bad", "有误"},
		{fault.New(fault.Unauthenticated, "login", "请登录"), 401, "login", "请登录"},
		{fault.New(fault.Forbidden, "no", "无权"), 403, "no", "无权"},
		{fault.New(fault.NotFound, "none", "没有"), 404, "none", "没有"},
		{fault.New(fault.Conflict, "dup", "重复"), 409, "dup", "重复"},
		{rest.Stale(), 412, "stale", "修改"},
		{fault.New(fault.Unavailable, "busy", "忙"), 503, "busy", "忙"},
		{errors.New("pq: secret table name"), 500, "internal", "请求编号"},
		{fault.New(fault.Internal, "oops", "stack at 0x1"), 500, "oops", "请求编号"},
	} {
		fail = c.err
		res, body := client{t: t, mux: mux}.do("GET", "/x", "")
		p := problem(t, res, body)
		if res.StatusCode != c.status || p.Code != c.code || !strings.Contains(p.Detail, c.detail) {
			t.Errorf("%v: %d %+v", c.err, res.StatusCode, p)
		}
		if strings.Contains(body, "secret") || strings.Contains(body, "stack") {
			t.Errorf("the cause reached the person: %s", body)
		}
		if want := c.status == 503; (res.Header.Get("Retry-After") != "") != want {
			t.Errorf("%v: Retry-After %q", c.err, res.Header.Get("Retry-After"))
		}
	}
}

func TestValidationSpeaksChineseAndKeepsSecrets(t *testing.T) {
	mux := http.NewServeMux()
	a := rest.New(mux, rest.Config{})
	rest.Register(a, rest.Spec{Method: "PUT", Path: "/units/{id}", ID: "unitPut", Summary: "改单位"}, echoUnit)
	for _, c := range []struct {
		path, body, contentType string
		status                  int
		location, message       string
	}{
		{"/units/x", `{"name":"环保","kind":"bureau"}`, "", 422, "path.id", "应为整数"},
		{"/units/1", `{"name":"局","kind":"bureau"}`, "", 422, "body.name", "至少 2 个字符"},
		{"/units/1", `{"name":"环保","kind":"x"}`, "", 422, "body.kind", "应为以下之一：bureau, county"},
		{"/units/1", `{"kind":"bureau"}`, "", 422, "body", "缺少必填项：名称（name）"},
		{"/units/1", `{"name":"环保","kind":"bureau","count":0}`, "", 422, "body.count", "不得小于 1"},
		{"/units/1", `{"name":"环保","kind":"bureau","password":"hunter2"}`, "", 422, "body.password", "至少 8 个字符"},
		{"/units/1", `{"name":"环保","kind":"bureau","hunter2":1}`, "", 422, "body.hunter2", "没有这一项"},
		{"/units/1", `{"name":`, "", 400, "body", "JSON 不完整"},
		{"/units/1", `name=x`, "text/plain", 415, "body", "不支持的内容类型"},
	} {
		header := []string{}
		if c.contentType != "" {
			header = []string{"Content-Type", c.contentType}
		}
		res, body := client{t: t, mux: mux}.do("PUT", c.path, c.body, header...)
		p := problem(t, res, body)
		if res.StatusCode != c.status || len(p.Errors) == 0 || p.Errors[0].Location != c.location || p.Errors[0].Message != c.message {
			t.Errorf("%s: %d %s", c.body, res.StatusCode, body)
		}
		for _, e := range p.Errors {
			if strings.Contains(e.Value, "hunter2") {
				t.Errorf("a secret came back: %s", body)
			}
		}
	}
}

// Every message of the validator has its Chinese.
func TestNoEnglishMessageIsLeft(t *testing.T) {
	mux := http.NewServeMux()
	a := rest.New(mux, rest.Config{})
	fill := strings.NewReplacer("%d", "3", "%v", "3", "%s", "x")
	for _, m := range []string{
		validation.MsgUnexpectedProperty, validation.MsgExpectedRFC3339DateTime, validation.MsgExpectedRFC1123DateTime,
		validation.MsgExpectedRFC3339Date, validation.MsgExpectedRFC3339Time, validation.MsgExpectedRFC5322Email,
		validation.MsgExpectedRFC5890Hostname, validation.MsgExpectedRFC2673IPv4, validation.MsgExpectedRFC2373IPv6,
		validation.MsgExpectedRFCIPAddr, validation.MsgExpectedRFC3986URI, validation.MsgExpectedRFC4122UUID,
		validation.MsgExpectedRFC6570URITemplate, validation.MsgExpectedRFC6901JSONPointer,
		validation.MsgExpectedRFC6901RelativeJSONPointer, validation.MsgExpectedRegexp,
		validation.MsgExpectedMatchAtLeastOneSchema, validation.MsgExpectedMatchExactlyOneSchema,
		validation.MsgExpectedNotMatchSchema, validation.MsgExpectedPropertyNameInObject, validation.MsgExpectedBoolean,
		validation.MsgExpectedDuration, validation.MsgExpectedNumber, validation.MsgExpectedInteger,
		validation.MsgExpectedString, validation.MsgExpectedBase64String, validation.MsgExpectedArray,
		validation.MsgExpectedObject, validation.MsgExpectedArrayItemsUnique, validation.MsgExpectedOneOf,
		validation.MsgExpectedMinimumNumber, validation.MsgExpectedExclusiveMinimumNumber,
		validation.MsgExpectedMaximumNumber, validation.MsgExpectedExclusiveMaximumNumber,
		validation.MsgExpectedNumberBeMultipleOf, validation.MsgExpectedMinLength, validation.MsgExpectedMaxLength,
		validation.MsgExpectedBePattern, validation.MsgExpectedMatchPattern, validation.MsgExpectedMinItems,
		validation.MsgExpectedMaxItems, validation.MsgExpectedMinProperties, validation.MsgExpectedMaxProperties,
		validation.MsgExpectedRequiredProperty, validation.MsgExpectedDependentRequiredProperty,
		"invalid integer", "invalid boolean", "invalid floating value", "required query parameter is missing",
		"required path parameter is missing", "invalid date/time for format 2006", "unexpected end of JSON input",
		"invalid character 'x' looking for beginning of value",
	} {
		got := rest.Chinese(a, fill.Replace(m))
		if got == "内容有误" || strings.Contains(got, "expected") {
			t.Errorf("%q has no Chinese (%q)", m, got)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	mux := http.NewServeMux()
	a := rest.New(mux, rest.Config{})
	rest.Register(a, rest.Spec{Method: "PUT", Path: "/units/{id}", ID: "unitPut", Summary: "改单位", MaxBody: 1000}, echoUnit)
	rest.Raw(a, rest.Spec{Method: "POST", Path: "/up", ID: "up", Summary: "传", MaxBody: 1000, Accepts: "application/octet-stream"},
		func(w http.ResponseWriter, r *http.Request) error {
			_, err := io.Copy(io.Discard, r.Body)
			return err
		})
	long := `{"name":"` + strings.Repeat("x", 2000) + `"}`
	for _, c := range []struct {
		method, path, encoding string
		status                 int
	}{
		{"PUT", "/units/1", "", 413}, {"POST", "/up", "", 413}, {"PUT", "/units/1", "gzip", 415}, {"POST", "/up", "br", 415},
	} {
		res, body := client{t: t, mux: mux}.do(c.method, c.path, long, "Content-Encoding", c.encoding)
		if p := problem(t, res, body); res.StatusCode != c.status {
			t.Errorf("%s %s %s: %d %+v", c.method, c.path, c.encoding, res.StatusCode, p)
		}
	}
}

func TestAnErrorAfterTheFirstByteBreaksTheAnswerOff(t *testing.T) {
	mux := http.NewServeMux()
	a := rest.New(mux, rest.Config{})
	rest.Raw(a, rest.Spec{Method: "GET", Path: "/file", ID: "file", Summary: "取", Returns: "text/plain"},
		func(w http.ResponseWriter, r *http.Request) error {
			io.WriteString(w, "first half")
			return os.ErrClosed
		})
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("got %v, want the connection aborted", p)
		}
	}()
	client{t: t, mux: mux}.do("GET", "/file", "")
	t.Error("half an answer looked whole")
}

func TestDocumentNamesAccessAndIDs(t *testing.T) {
	a := rest.New(http.NewServeMux(), rest.Config{Version: "1"})
	rest.Register(a, rest.Spec{Method: "PUT", Path: "/units/{id}", ID: "unitPut", Summary: "改单位", Access: "org.write"}, echoUnit)
	rest.Raw(a, rest.Spec{Method: "GET", Path: "/files/{id}", ID: "fileGet", Summary: "取", Returns: "text/csv", Query: []rest.Param{{Name: "q", Doc: "查"}}},
		func(http.ResponseWriter, *http.Request) error { return nil })
	b, err := a.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Access      string `json:"x-access"`
			Parameters  []struct{ Name string }
			Responses   map[string]any
		}
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	put, get := doc.Paths["/units/{id}"]["put"], doc.Paths["/files/{id}"]["get"]
	if put.OperationID != "unitPut" || put.Access != "org.write" || get.Access != "public" || len(get.Parameters) != 2 {
		t.Errorf("put %+v get %+v", put, get)
	}
	if strings.Contains(string(b), "ErrorModel") || !strings.Contains(string(b), `"Problem"`) {
		t.Error("the document shows another error shape than the one that is sent")
	}
	defer func() {
		if recover() == nil {
			t.Error("two operations took one id")
		}
	}()
	rest.Register(a, rest.Spec{Method: "GET", Path: "/other", ID: "unitPut", Summary: "改"}, echoUnit)
}
