// Package rest is the one door between HTTP and the rooms: a thin wrapper over huma that
// gives every operation a stable id, an access action, one error shape (RFC 9457) in
// Chinese, paging, conditional requests, idempotent posts and table exports. Handlers stay
// plain functions of (ctx, *In) returning (*Out, error); errors carry a fault kind.
package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/store"
)

// Prefix is the path below which every operation lives.
const Prefix = "/api/v1"

// DefaultMaxBody is the largest request body an operation takes unless its Spec says more.
const DefaultMaxBody = 1 << 20

// Config says what an API is made of.
type Config struct {
	Version string       // of the program, for the OpenAPI document
	Log     *slog.Logger // causes of internal errors go here with the request id; nil discards
	// DB keeps the answers of idempotent posts. Nil (only for printing the document): posts
	// are not remembered.
	DB *store.DB
	// Audit writes an export into the audit chain before its first byte leaves. Nil (only
	// for printing the document): exports are refused.
	Audit func(ctx context.Context, e Export) error
	// Labels are Chinese names of fields for messages, beside the built-in ones.
	Labels map[string]string
}

// API collects the operations of all rooms on one mux.
type API struct {
	huma  huma.API
	mux   *http.ServeMux
	cfg   Config
	clock clock.Clock // of the machine: deadlines are about the network, not the city
	ops   map[string]Spec
}

// Spec describes one operation.
type Spec struct {
	Method  string // GET, POST, PUT, PATCH, DELETE
	Path    string // below Prefix, e.g. "/org/units/{id}"
	ID      string // stable operation id: the name in generated clients, e.g. "orgUnitList"
	Summary string // Chinese, one line
	Tag     string // the room
	// Access is the action that the actor must hold somewhere; the service checks the
	// region. "" is public; access.LoggedIn is any session.
	Access access.Action
	// MaxBody bounds the request body in bytes; 0 is DefaultMaxBody.
	MaxBody int64
	// BodyTimeout bounds reading the body; 0 is 30 s.
	BodyTimeout time.Duration
	// Status of success; 0 is 200, or 204 without a body.
	Status int
	// Secret marks a post whose answer holds a secret (an initial password): the answer is
	// not kept, a repeat with the same Idempotency-Key is a conflict.
	Secret bool
	// Query documents the query parameters of a Raw operation.
	Query []Param
	// Accepts and Returns are the media types of a Raw operation's bodies.
	Accepts, Returns string
}

// Param documents a query parameter of a Raw operation.
type Param struct {
	Name, Doc string
	Required  bool
}

// New makes an empty API that registers its operations on mux below Prefix.
func New(mux *http.ServeMux, cfg Config) *API {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	a := &API{mux: mux, cfg: cfg, clock: clock.System(), ops: map[string]Spec{}}
	hc := huma.DefaultConfig("Qingshan 青山", cfg.Version)
	hc.DocsPath = ""     // the built-in page loads scripts from another host
	hc.OpenAPIPath = ""  // the server publishes the document itself
	hc.SchemasPath = ""  // nothing links to single schemas
	hc.CreateHooks = nil // no $schema in bodies, no schema links
	hc.Formats = map[string]huma.Format{"application/json": jsonFormat(), "json": jsonFormat()}
	hc.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", namer())
	hc.Transformers = []huma.Transformer{a.translate}
	hc.Info.Description = "污染防治攻坚工作系统的接口。时间为北京时间，小时值标注为该小时的结束时刻；标准规定修约的数值以字符串给出。"
	hc.Servers = []*huma.Server{{URL: Prefix}}
	a.huma = humago.NewWithPrefix(mux, Prefix, hc)
	return a
}

// Operations lists all specs, ordered by path and method.
func (a *API) Operations() []Spec {
	out := make([]Spec, 0, len(a.ops))
	for _, s := range a.ops {
		out = append(out, s)
	}
	slices.SortFunc(out, func(x, y Spec) int {
		return strings.Compare(x.Path+" "+x.Method, y.Path+" "+y.Method)
	})
	return out
}

// OpenAPI is the document (3.1) as indented JSON with a final newline.
func (a *API) OpenAPI() ([]byte, error) {
	schemas := a.huma.OpenAPI().Components.Schemas.Map()
	for _, unused := range []reflect.Type{reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[huma.ErrorDetail]()} {
		delete(schemas, schemaName(unused, "")) // translate sends a Problem instead
	}
	b, err := json.MarshalIndent(a.huma.OpenAPI(), "", "  ")
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

// operation turns a spec into huma's form. It panics on a mistake in the program, such as
// two operations with one id: the first test that builds the API finds it.
func (a *API) operation(s Spec) huma.Operation {
	if s.ID == "" || s.Summary == "" || !strings.HasPrefix(s.Path, "/") {
		panic(fmt.Sprintf("rest: %s %s needs an id, a summary and a path", s.Method, s.Path))
	}
	if _, twice := a.ops[s.ID]; twice {
		panic("rest: two operations are called " + s.ID)
	}
	if s.MaxBody == 0 {
		s.MaxBody = DefaultMaxBody
	}
	if s.BodyTimeout == 0 {
		s.BodyTimeout = 30 * time.Second
	}
	a.ops[s.ID] = s
	op := huma.Operation{
		OperationID: s.ID, Method: s.Method, Path: s.Path, Summary: s.Summary,
		Tags: []string{s.Tag}, DefaultStatus: s.Status,
		MaxBodyBytes: s.MaxBody, BodyReadTimeout: s.BodyTimeout,
		Responses:  map[string]*huma.Response{"default": a.problemResponse()},
		Extensions: map[string]any{"x-access": accessName(s.Access)},
		Middlewares: huma.Middlewares{
			func(c huma.Context, next func(huma.Context)) { a.enter(s, c, next) },
		},
	}
	if s.Method == http.MethodPost && s.Access != "" {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: idempotencyHeader, In: "header", Schema: &huma.Schema{Type: "string"},
			Description: "同一键重复提交只执行一次，返回首次的结果",
		})
	}
	return op
}

func accessName(a access.Action) string {
	if a == "" {
		return "public"
	}
	return string(a)
}

// namer names schemas by package and type ("OrgUnit", "PageOrgUnit"), so that two rooms may
// use one word. An unnamed struct takes the hint; a second one with that hint gets a number.
func namer() func(reflect.Type, string) string {
	taken := map[string]reflect.Type{}
	names := map[reflect.Type]string{}
	return func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if n, ok := names[t]; ok {
			return n
		}
		base := schemaName(t, hint)
		if t.Kind() != reflect.Struct {
			return base
		}
		name := base
		for n := 2; taken[name] != nil && taken[name] != t; n++ {
			name = fmt.Sprintf("%s%d", base, n)
		}
		taken[name], names[t] = t, name
		return name
	}
}

func schemaName(t reflect.Type, hint string) string {
	if t.Name() == "" {
		return huma.DefaultSchemaNamer(t, hint)
	}
	full := t.Name()
	if pkg := t.PkgPath(); pkg != "" && pkg != reflect.TypeFor[API]().PkgPath() {
		full = pkg + "." + full
	}
	var b strings.Builder
	for _, part := range strings.FieldsFunc(strings.ReplaceAll(full, "[]", "List["), func(r rune) bool {
		return strings.ContainsRune("[],*", r)
	}) {
		part = part[strings.LastIndexByte(part, '/')+1:]
		pkg, name, qualified := strings.Cut(part, ".")
		if !qualified {
			pkg, name = "", pkg
		}
		if !strings.HasPrefix(strings.ToLower(name), pkg) {
			b.WriteString(upperFirst(pkg))
		}
		b.WriteString(upperFirst(name))
	}
	return b.String()
}

func upperFirst(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
