package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strconv"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/rest"
)

// uploadTimeout bounds an upload; a pause within it is bounded by platform/rest.
const uploadTimeout = 30 * time.Minute

// Routes adds the operations of imports.
func (m *Imports) Routes(a *rest.API) {
	spec := func(method, path, id, summary string) rest.Spec {
		return rest.Spec{Method: method, Path: path, ID: id, Summary: summary, Tag: "import", Access: access.ImportRun}
	}
	rest.Register(a, spec(http.MethodGet, "/imports/kinds", "importKinds", "可导入的数据种类"), m.apiKinds)
	rest.Register(a, spec(http.MethodGet, "/imports", "importList", "导入记录"), m.apiList)
	rest.ExportTable(a, spec(http.MethodGet, "/imports", "importList", "导入记录"), m.apiListTable)
	rest.Register(a, spec(http.MethodGet, "/imports/{id}", "importGet", "一次导入的进度和结果"), m.apiGet)
	run := spec(http.MethodPost, "/imports/{id}/run", "importRun", "导入已上传的文件")
	run.Status = http.StatusAccepted
	rest.Register(a, run, m.apiRun)
	up := spec(http.MethodPost, "/imports", "importUpload", "上传待导入的文件")
	up.Status, up.Accepts, up.Returns = http.StatusAccepted, "multipart/form-data", "application/json"
	up.MaxBody, up.BodyTimeout = m.cfg.MaxUpload+(2<<20), uploadTimeout
	up.Query = []rest.Param{{Name: "dryRun", Doc: "true 试导入，false 直接导入，空则只预览"}}
	rest.Raw(a, up, m.apiUpload)
	rest.ExportTable(a, spec(http.MethodGet, "/imports/{id}/rejects", "importRejects", "一次导入中被拒收的数据"), m.apiRejects)
}

type importIDOutput struct {
	Body struct {
		ID string `json:"id"`
	}
}

type importRunInput struct {
	ID     string `path:"id" maxLength:"20"`
	DryRun bool   `query:"dryRun" doc:"试导入：只看结果，不入库"`
	Body   struct {
		Kind           string            `json:"kind,omitempty" maxLength:"40"`
		Profile        string            `json:"profile,omitempty" maxLength:"40"`
		Mapping        map[string]string `json:"mapping,omitempty" doc:"列名 → 字段；给出时，未列出的列不导入"`
		Set            map[string]string `json:"set,omitempty" doc:"字段 → 对所有行相同的内容"`
		Missing        []string          `json:"missing,omitempty" doc:"另外表示缺测的写法，如 -999"`
		CreateStations bool              `json:"createStations,omitempty" doc:"登记已知城市中的未知站点"`
	}
}

func (m *Imports) apiRun(ctx context.Context, in *importRunInput) (*importIDOutput, error) {
	id, err := importID(in.ID)
	if err != nil {
		return nil, err
	}
	o := ImportOptions{Kind: in.Body.Kind, Profile: in.Body.Profile, Set: in.Body.Set, Missing: in.Body.Missing,
		CreateStations: in.Body.CreateStations, DryRun: in.DryRun}
	if len(in.Body.Mapping) > 0 {
		x, err := m.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		o.Map = completeMapping(x, in.Body.Mapping)
	}
	x, err := m.Start(ctx, id, o)
	if err != nil {
		return nil, err
	}
	out := &importIDOutput{}
	out.Body.ID = strconv.FormatInt(x.ID, 10)
	return out, nil
}

// completeMapping switches the columns off that a person's mapping does not name.
func completeMapping(x Import, chosen map[string]string) map[string]string {
	out := map[string]string{}
	if x.Preview != nil {
		for _, c := range x.Preview.Columns {
			out[c.Name] = "-"
		}
	}
	for name, field := range chosen {
		out[name] = field
	}
	return out
}

func importID(s string) (int64, error) {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || id <= 0 {
		return 0, access.Hidden()
	}
	return id, nil
}

// apiUpload takes a multipart form (file, kind, options) part by part; the file goes to the
// disk as it comes.
func (m *Imports) apiUpload(w http.ResponseWriter, r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "multipart", "请以表单（multipart/form-data）上传文件")
	}
	up, err := m.readForm(parts)
	if err != nil {
		if up.path != "" {
			err = errors.Join(err, os.Remove(m.spooled(up.path)))
		}
		return err
	}
	dry := r.URL.Query().Get("dryRun")
	up.options.DryRun = dry == "true"
	x, err := m.admit(r.Context(), up.name, up.path, up.size, up.options)
	if err != nil {
		return err
	}
	if dry == "true" || dry == "false" {
		if x, err = m.Start(r.Context(), x.ID, up.options); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Location", rest.Prefix+fmt.Sprintf("/imports/%d", x.ID))
	w.WriteHeader(http.StatusAccepted)
	_, err = fmt.Fprintf(w, "{\"id\":\"%d\"}\n", x.ID)
	return err
}

// form is what an upload's form held.
type form struct {
	name, path string
	size       int64
	options    ImportOptions
}

func (m *Imports) readForm(parts *multipart.Reader) (up form, err error) {
	kind := ""
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return up, fault.Wrap(err, fault.Unavailable, "upload_broken", "上传中断，文件未保存，请重新上传")
		}
		switch part.FormName() {
		case "file":
			if up.path != "" {
				return up, fault.New(fault.Invalid, "multipart", "一次只能上传一个文件")
			}
			up.name = part.FileName()
			if up.path, up.size, err = m.spool(part); err != nil {
				return up, err
			}
		case "kind":
			text, err := io.ReadAll(io.LimitReader(part, 64))
			if err != nil {
				return up, fault.Wrap(err, fault.Unavailable, "upload_broken", "上传中断，文件未保存，请重新上传")
			}
			kind = string(text)
		case "options":
			if err := json.NewDecoder(io.LimitReader(part, 1<<20)).Decode(&up.options); err != nil {
				return up, fault.Wrap(err, fault.Invalid, "options", "options 不是有效的 JSON")
			}
		}
	}
	if up.path == "" {
		return up, fault.New(fault.Invalid, "multipart", "表单里没有文件（file）")
	}
	if kind != "" {
		up.options.Kind = kind
	}
	if up.options.Kind == "auto" {
		up.options.Kind = ""
	}
	return up, nil
}

type rejectsQuery struct {
	ID string `path:"id" maxLength:"20"`
}

func (m *Imports) apiRejects(ctx context.Context, in *rejectsQuery) (*rest.Table, error) {
	id, err := importID(in.ID)
	if err != nil {
		return nil, err
	}
	x, err := m.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return &rest.Table{
		Name:    "拒收 " + x.File,
		Columns: []rest.Column{{Name: "行号", Kind: rest.Number}, {Name: "列"}, {Name: "原因"}, {Name: "个数", Kind: rest.Number}, {Name: "原文"}},
		Rows: func(yield func([]string, error) bool) {
			err := m.Rejects(ctx, id, func(j ImportReject) bool {
				return yield([]string{lineText(j.Line), j.Column, j.Reason().Chinese(), strconv.FormatInt(j.Values, 10), j.Row}, nil)
			})
			if err != nil {
				yield(nil, err)
			}
		},
	}, nil
}

func lineText(line int) string {
	if line <= 0 {
		return ""
	}
	return strconv.Itoa(line)
}

type kindsOutput struct {
	Body []importKind
}

type importKind struct {
	Kind     string          `json:"kind"`
	Name     string          `json:"name"`
	Fields   []importField   `json:"fields"`
	Profiles []importProfile `json:"profiles"`
}

type importField struct {
	Field    string `json:"field"`
	Name     string `json:"name"`
	Unit     string `json:"unit"`
	Required bool   `json:"required"`
}

type importProfile struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Note string `json:"note"`
}

// always are the fields without which no file of a kind can be read. Others may stand for
// each other: a city or a code, a time or date and hour.
var always = map[string][]string{"sites": {"code", "name", "city"}, "regions": {"code", "name"}, "air-daily": {"date"}}

func (m *Imports) apiKinds(context.Context, *struct{}) (*kindsOutput, error) {
	kinds, err := importer.Kinds()
	if err != nil {
		return nil, err
	}
	out := &kindsOutput{Body: []importKind{}}
	for _, k := range kinds {
		one := importKind{Kind: k.ID, Name: k.Name, Fields: []importField{}, Profiles: []importProfile{}}
		for _, f := range k.Fields {
			required := false
			for _, id := range always[k.ID] {
				required = required || id == f.ID
			}
			one.Fields = append(one.Fields, importField{f.ID, f.Name, f.Unit, required})
		}
		profiles, err := importer.Profiles(k.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range profiles {
			one.Profiles = append(one.Profiles, importProfile{p.ID, p.Name, p.Note})
		}
		out.Body = append(out.Body, one)
	}
	return out, nil
}
