package matter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Open311Prefix is where the door stands, outside of the API.
const Open311Prefix = "/open311/v2/"

const (
	georeportBody  = 64 << 10
	georeportWords = 4000
)

// refusal is an answer in the specification's form.
func georefuse(code int, format string, args ...any) error {
	return &georeportFault{georeportError{code, fmt.Sprintf(format, args...)}, 0}
}

type georeportFault struct {
	georeportError
	after time.Duration // when to come again, 0 not told
}

func (e *georeportFault) Error() string { return e.Description }

// ServeHTTP answers GET services, services/CODE, requests, requests/ID and POST requests, in
// the format of the ending. jurisdiction_id is not needed: there is one.
func (o *Open311) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, Open311Prefix)
	format := "xml"
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		path, format = path[:i], path[i+1:]
	}
	if format != "json" && format != "xml" {
		o.answer(w, r, "xml", http.StatusOK, nil, georefuse(http.StatusNotFound, "format must be json or xml"))
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, georeportBody)
	if err := r.ParseForm(); err != nil {
		o.answer(w, r, format, 0, nil, georefuse(http.StatusBadRequest, "the form cannot be read"))
		return
	}
	status := http.StatusOK
	if r.Method == http.MethodPost {
		status = http.StatusCreated
	}
	out, err := o.route(r, path)
	o.answer(w, r, format, status, out, err)
}

func (o *Open311) route(r *http.Request, path string) (any, error) {
	ctx := r.Context()
	what, id, single := strings.Cut(path, "/")
	switch {
	case r.Method != http.MethodGet && !(r.Method == http.MethodPost && path == "requests"):
		return nil, georefuse(http.StatusMethodNotAllowed, "%s is not possible here", r.Method)
	case what == "services" && !single:
		return o.services(), nil
	case what == "services":
		return o.definition(id)
	case what != "requests" || strings.Contains(id, "/"):
		return nil, georefuse(http.StatusNotFound, "no such resource")
	}
	k, err := o.key(ctx, r.FormValue("api_key"))
	if fault.Is(err, fault.NotFound) {
		return nil, georefuse(http.StatusForbidden, "api_key is missing or not valid")
	}
	if err != nil {
		return nil, err
	}
	if wait := o.meter.take(k.ID, r.Method == http.MethodPost); wait > 0 {
		return nil, &georeportFault{georeportError{http.StatusTooManyRequests, "too many requests with this api_key"}, wait}
	}
	ctx = access.With(ctx, access.System("open311:"+k.Name))
	switch {
	case r.Method == http.MethodPost:
		return o.receive(ctx, k, r.PostForm)
	case single:
		list, err := o.requests(ctx, k, url.Values{"service_request_id": {id}})
		if err == nil && len(list.List) == 0 {
			err = georefuse(http.StatusNotFound, "service_request_id not found")
		}
		return list, err
	}
	return o.requests(ctx, k, r.Form)
}

// answer writes a result or a refusal. A cause goes to the log, never to the caller.
func (o *Open311) answer(w http.ResponseWriter, r *http.Request, format string, status int, out any, err error) {
	var g *georeportFault
	var f *fault.Error
	if err != nil {
		switch {
		case errors.As(err, &g):
		case errors.As(err, &f) && f.Kind == fault.Invalid:
			g = &georeportFault{georeportError{http.StatusBadRequest, f.Message}, 0}
		case errors.As(err, &f) && f.Kind == fault.Unavailable:
			g = &georeportFault{georeportError{http.StatusServiceUnavailable, f.Message}, 0}
		default:
			o.s.log.ErrorContext(r.Context(), "open311", "error", err)
			g = &georeportFault{georeportError{http.StatusInternalServerError, "internal error"}, 0}
		}
		status, out = g.Code, georeportErrors{List: []georeportError{g.georeportError}}
		if g.after > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int((g.after+time.Second-1)/time.Second)))
		}
	}
	var b bytes.Buffer
	if err := encodeGeoreport(&b, format, out); err != nil {
		o.s.log.ErrorContext(r.Context(), "open311", "error", err)
		status = http.StatusInternalServerError
	}
	h := w.Header()
	h.Set("Content-Type", map[string]string{"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}[format])
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the peer may be gone
}

// offered lists the kinds that may be reported, in the editions in force.
func (o *Open311) offered() []*kind.Kind {
	var out []*kind.Kind
	day := calendar.DayOf(o.s.db.Clock().Now().UnixMilli())
	for _, id := range o.kinds {
		if k := o.s.kinds.Kind(id, day); k != nil {
			out = append(out, k)
		}
	}
	return out
}

// service finds what a code stands for: KIND.CATEGORY.
func (o *Open311) service(code string) (*kind.Kind, *kind.Category) {
	id, category, _ := strings.Cut(code, ".")
	for _, k := range o.offered() {
		if c := k.Category(category); k.ID == id && c != nil {
			return k, c
		}
	}
	return nil, nil
}

func (o *Open311) services() georeportServices {
	out := georeportServices{List: []georeportService{}}
	for _, k := range o.offered() {
		for _, c := range k.Categories {
			out.List = append(out.List, georeportService{Code: k.ID + "." + c.ID, Name: c.Name, Description: c.NameEn,
				Metadata: len(attributes(k)) > 0, Type: "realtime", Keywords: c.Name + "," + c.NameEn, Group: k.Name})
		}
	}
	return out
}

// attributes are the fields that whoever reports may fill in: those that everybody may read
// and no step asks for; the others are for who handles the matter.
func attributes(k *kind.Kind) []kind.Field {
	var out []kind.Field
	for _, f := range k.Fields {
		asked := slices.ContainsFunc(k.Transitions, func(t kind.Transition) bool { return slices.Contains(t.Need.Fields, f.ID) })
		if len(f.Visible) == 0 && !asked && f.ID != channelField && (f.Type == "text" || f.Type == "longtext" || f.Type == "choice" || f.Type == "number") {
			out = append(out, f)
		}
	}
	return out
}

// channelField says through which door a complaint came.
const channelField = "channel"

func (o *Open311) definition(code string) (any, error) {
	k, c := o.service(code)
	if c == nil {
		return nil, georefuse(http.StatusNotFound, "service_code %q was not found", code)
	}
	out := georeportDefinition{Code: code, Attributes: []georeportAttribute{}}
	for i, f := range attributes(k) {
		a := georeportAttribute{Variable: true, Code: f.ID, Datatype: "string", Order: i + 1, Description: f.Name}
		switch f.Type {
		case "longtext":
			a.Datatype = "text"
		case "number":
			a.Datatype, a.DatatypeDescription = "number", f.Unit
		case "choice":
			a.Datatype = "singlevaluelist"
			for _, x := range f.Choices {
				a.Values = append(a.Values, georeportValue{x.ID, x.Name})
			}
		}
		out.Attributes = append(out.Attributes, a)
	}
	return out, nil
}

// receive opens a matter of a report.
func (o *Open311) receive(ctx context.Context, key OpenKey, form url.Values) (any, error) {
	get := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	code := get("service_code")
	if code == "" {
		return nil, georefuse(http.StatusBadRequest, "service_code was not provided")
	}
	k, c := o.service(code)
	if c == nil {
		return nil, georefuse(http.StatusNotFound, "service_code %q was not found", code)
	}
	at, err := position(get("lat"), get("long"))
	if err != nil {
		return nil, err
	}
	place := get("address_string")
	if place == "" {
		place = get("address_id")
	}
	if at == nil && place == "" {
		return nil, georefuse(http.StatusBadRequest, "lat and long, address_string or address_id must be provided")
	}
	words := get("description")
	if len([]rune(words)) > georeportWords {
		return nil, georefuse(http.StatusBadRequest, "description is longer than %d characters", georeportWords)
	}
	if media := get("media_url"); media != "" {
		words = strings.TrimSpace(words + "\n附件链接：" + media)
	}
	if at != nil {
		if err := o.inside(ctx, key, *at); err != nil {
			return nil, err
		}
	}
	fields, err := reported(k, form)
	if err != nil {
		return nil, err
	}
	m, err := o.s.Open(ctx, Opening{Kind: k.ID, Category: c.ID, Description: words, Region: key.Region, At: at, Place: place,
		Source: sourceOpen311, SourceNumber: key.Name, Fields: fields, apart: true})
	if err != nil {
		return nil, err
	}
	return georeportAccepted{List: []georeportReceived{{ID: strconv.FormatInt(m.ID, 10), Notice: "已受理，编号 " + m.Number}}}, nil
}

// inside refuses a place that is known to lie outside of the key's region.
func (o *Open311) inside(ctx context.Context, key OpenKey, at geo.Point) error {
	if o.s.places == nil {
		return nil
	}
	return o.s.db.View(ctx, func(tx *store.Tx) error {
		_, _, in, err := o.s.places.CellAt(ctx, tx, at, "")
		if err == nil && in != "" && !region.Contains(key.Region, in) {
			err = georefuse(http.StatusBadRequest, "the position lies outside of the area that this api_key reports for")
		}
		return err
	})
}

func position(lat, long string) (*geo.Point, error) {
	if lat == "" && long == "" {
		return nil, nil
	}
	y, err1 := strconv.ParseFloat(lat, 64)
	x, err2 := strconv.ParseFloat(long, 64)
	if err1 != nil || err2 != nil || !(math.Abs(y) <= 90) || !(math.Abs(x) <= 180) {
		return nil, georefuse(http.StatusBadRequest, "lat and long must be degrees (WGS 84)")
	}
	p := geo.Degrees(x, y)
	return &p, nil
}

// reported are the fields of a report: the service's attributes and who reports, as far as
// the kind has a place for it.
func reported(k *kind.Kind, form url.Values) (map[string]string, error) {
	out := map[string]string{}
	for name, values := range form {
		id, isAttribute := strings.CutPrefix(name, "attribute[")
		if !isAttribute {
			continue
		}
		id = strings.TrimSuffix(strings.TrimSuffix(id, "[]"), "]")
		if !slices.ContainsFunc(attributes(k), func(f kind.Field) bool { return f.ID == id }) {
			return nil, georefuse(http.StatusBadRequest, "attribute %q is not part of this service", id)
		}
		if v := strings.TrimSpace(values[0]); v != "" {
			out[id] = v
		}
	}
	put := func(id, value string) {
		f := k.Field(id)
		if value = strings.Join(strings.Fields(value), " "); f == nil || value == "" {
			return
		}
		if r := []rune(value); f.Max > 0 && len(r) > f.Max {
			value = string(r[:f.Max])
		}
		out[id] = value
	}
	// Family name first, as in Chinese; a mail address stands where a telephone is missing.
	put("person", form.Get("last_name")+" "+form.Get("first_name"))
	phone := form.Get("phone")
	if phone == "" {
		phone = form.Get("email")
	}
	put("phone", phone)
	put(channelField, sourceOpen311)
	return out, nil
}
