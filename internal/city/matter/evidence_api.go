package matter

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/evidence/seal"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
)

// Files is the door to evidence: uploads, pictures, sealed files.
type Files struct {
	s       *Service
	ev      *evidence.Store
	program string // version, in sealed files
	name    string // of the installation, in sealed files
}

// NewFiles makes the door.
func NewFiles(s *Service, ev *evidence.Store, name, program string) *Files {
	return &Files{s, ev, program, name}
}

// Routes adds the operations of evidence and of the sealed file.
func (f *Files) Routes(a *rest.API) {
	spec := func(method, path, id, summary string) rest.Spec {
		return rest.Spec{Method: method, Path: path, ID: id, Summary: summary, Tag: "evidence", Access: access.LoggedIn}
	}
	begin := spec(http.MethodPost, "/evidence/uploads", "evidenceUploadBegin", "声明要上传的材料")
	begin.Status = http.StatusCreated
	rest.Register(a, begin, f.apiBegin)
	patch := spec(http.MethodPatch, "/evidence/uploads/{id}", "evidenceUploadAppend", "从 Upload-Offset 起续传材料内容")
	patch.Accepts, patch.Returns = "application/octet-stream", "application/json"
	patch.BodyTimeout = 30 * time.Minute
	for _, k := range []evidence.Kind{evidence.Photo, evidence.Document, evidence.Reading, evidence.Statement} {
		patch.MaxBody = max(patch.MaxBody, f.ev.Limit(k)+1)
	}
	rest.Raw(a, patch, f.apiAppend)
	get := spec(http.MethodGet, "/evidence/{id}", "evidenceGet", "材料：照片为去除位置和相机信息的副本")
	get.Returns, get.Query = "application/octet-stream", []rest.Param{{Name: "original", Doc: "true：原件，限事项管理者，记入审计"}}
	rest.Raw(a, get, f.apiGet)
	// Two addresses that the router cannot tell apart: the progress of an upload, a thumb.
	below := spec(http.MethodGet, "/evidence/{id}/{part}", "evidencePart", "/evidence/uploads/{part}：上传的进度（JSON）；/evidence/{id}/thumb：照片的小图（JPEG）")
	below.Returns = "application/octet-stream"
	rest.Raw(a, below, f.apiBelow)
	sealed := spec(http.MethodGet, "/matters/{id}/file.zip", "matterSealedFile", "事项的封存卷宗，可离线校验，记入审计")
	sealed.Tag, sealed.Access, sealed.Returns = "matter", access.MatterRead, "application/zip"
	rest.Raw(a, sealed, f.apiSealed)
	public := spec(http.MethodGet, "/system/seal-key", "systemSealKey", "封存卷宗的签名公钥")
	public.Tag, public.Access = "system", access.SystemRead
	rest.Register(a, public, f.apiKey)
}

// SealKey is the public key with which sealed files are checked.
type SealKey struct {
	Algorithm string `json:"algorithm"`
	PublicKey string `json:"publicKey" doc:"十六进制；qingshan verify matter --key"`
}

func (f *Files) apiKey(ctx context.Context, _ *struct{}) (*struct{ Body SealKey }, error) {
	if _, err := access.RequireAnywhere(ctx, access.SystemRead); err != nil {
		return nil, err
	}
	key, err := seal.Key(ctx, f.s.db)
	if err != nil {
		return nil, err
	}
	return &struct{ Body SealKey }{SealKey{seal.Algorithm, seal.Public(key)}}, nil
}

// mayBring is who may bring evidence in: whoever may report, act or patrol anywhere.
func mayBring(ctx context.Context) error {
	var err error
	for _, action := range []access.Action{access.MatterReport, access.MatterAct, access.GridPatrol} {
		if _, err = access.RequireAnywhere(ctx, action); err == nil {
			return nil
		}
	}
	return err
}

type uploadInput struct {
	Body struct {
		SHA256     string     `json:"sha256" minLength:"64" maxLength:"64" doc:"设备上算出的 SHA-256，小写十六进制"`
		Size       int64      `json:"size" minimum:"1" doc:"字节"`
		Media      string     `json:"media,omitempty" maxLength:"120"`
		Name       string     `json:"name,omitempty" maxLength:"255"`
		Kind       string     `json:"kind" enum:"photo,document,reading,statement"`
		CapturedAt *time.Time `json:"capturedAt,omitempty"`
		Lng        *float64   `json:"lng,omitempty" minimum:"-180" maximum:"180"`
		Lat        *float64   `json:"lat,omitempty" minimum:"-90" maximum:"90"`
		Accuracy   float64    `json:"accuracy,omitempty" minimum:"0" doc:"米"`
		ClientID   string     `json:"clientId,omitempty" maxLength:"64" doc:"设备给的编号，重复提交得到同一份材料"`
	}
}

// Progress is how far an upload is.
type Progress struct {
	ID       string       `json:"id"`
	Offset   int64        `json:"offset" doc:"已落盘的字节数"`
	Size     int64        `json:"size"`
	Evidence *EvidenceRef `json:"evidence,omitempty" doc:"收齐并核对后给出"`
}

type progressOutput struct{ Body Progress }

func (f *Files) apiBegin(ctx context.Context, in *uploadInput) (*progressOutput, error) {
	if err := mayBring(ctx); err != nil {
		return nil, err
	}
	b := in.Body
	d := evidence.Declared{SHA256: b.SHA256, Size: b.Size, Media: b.Media, Name: b.Name, Kind: evidence.Kind(b.Kind), ClientID: b.ClientID}
	if b.CapturedAt != nil {
		d.CapturedAt = *b.CapturedAt
	}
	if (b.Lng == nil) != (b.Lat == nil) {
		return nil, invalid("lng", "place", "经度和纬度须同时给出", "")
	}
	if b.Lng != nil {
		d.Place = evidence.NewPlace(*b.Lng, *b.Lat, b.Accuracy)
	}
	u, err := f.ev.Begin(ctx, d)
	if err != nil {
		return nil, err
	}
	return f.progress(ctx, u)
}

func (f *Files) apiBelow(w http.ResponseWriter, r *http.Request) error {
	switch id, part := r.PathValue("id"), r.PathValue("part"); {
	case id == "uploads":
		return f.apiState(w, r, part)
	case part == "thumb":
		return f.apiThumb(w, r)
	}
	return access.Hidden()
}

func (f *Files) apiState(w http.ResponseWriter, r *http.Request, id string) error {
	if err := mayBring(r.Context()); err != nil {
		return err
	}
	u, err := f.ev.State(r.Context(), id)
	if err != nil {
		return err
	}
	return f.writeProgress(w, r, u)
}

func (f *Files) apiAppend(w http.ResponseWriter, r *http.Request) error {
	if err := mayBring(r.Context()); err != nil {
		return err
	}
	offset, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 {
		return fault.New(fault.Invalid, "upload_offset", "请在 Upload-Offset 头中给出续传位置")
	}
	u, err := f.ev.Append(r.Context(), r.PathValue("id"), offset, r.Body)
	if err != nil {
		return err
	}
	return f.writeProgress(w, r, u)
}

func (f *Files) writeProgress(w http.ResponseWriter, r *http.Request, u evidence.Upload) error {
	out, err := f.progress(r.Context(), u)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(out.Body)
}

func (f *Files) progress(ctx context.Context, u evidence.Upload) (*progressOutput, error) {
	out := &progressOutput{Progress{ID: u.ID, Offset: u.Offset, Size: u.Size}}
	if u.Evidence == 0 {
		return out, nil
	}
	err := f.s.view(ctx, func(w *work) error {
		it, err := evidence.Get(ctx, w.Tx, u.Evidence)
		if err == nil {
			ref := w.ref(it)
			out.Body.Evidence = &ref
		}
		return err
	})
	return out, err
}

// seen finds a piece of evidence that the actor may see: its own while it is at no matter, or
// one at a matter that the actor sees. manager tells whether the actor manages such a matter.
func (f *Files) seen(ctx context.Context, text string) (it evidence.Item, manager bool, err error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return it, false, access.Hidden()
	}
	err = f.s.view(ctx, func(w *work) error {
		if it, err = evidence.Get(ctx, w.Tx, id); err != nil {
			return access.Hidden()
		}
		objects, err := evidence.Objects(ctx, w.Tx, id)
		if err != nil {
			return err
		}
		found := len(objects) == 0 && (it.Account == w.me.Account && it.Account != 0 || w.me.IsSystem())
		for _, o := range objects {
			at, err := strconv.ParseInt(strings.TrimPrefix(o, "matter/"), 10, 64)
			if err != nil {
				continue // another room's
			}
			m, err := w.visible(at)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			found, manager = true, manager || w.me.Can(access.MatterManage, m.Region)
		}
		if !found {
			return access.Hidden()
		}
		return nil
	})
	return it, manager, err
}

func (f *Files) apiThumb(w http.ResponseWriter, r *http.Request) error {
	it, _, err := f.seen(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return f.picture(w, r, it, evidence.Thumb)
}

// picture sends a copy of a photo. Its bytes never change, so the browser may keep it.
func (f *Files) picture(w http.ResponseWriter, r *http.Request, it evidence.Item, size evidence.Size) error {
	data, err := f.ev.Picture(r.Context(), it, size)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Set("Cache-Control", "private, max-age=3600, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	_, err = w.Write(data)
	return err
}

func (f *Files) apiGet(w http.ResponseWriter, r *http.Request) error {
	it, manager, err := f.seen(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	original := r.URL.Query().Get("original") == "true"
	if evidence.IsPicture(it.Media) && !original {
		return f.picture(w, r, it, evidence.View)
	}
	if original && !manager {
		return fault.New(fault.Forbidden, "original", "原件含位置和相机信息，只有事项管理者可以下载")
	}
	data, err := f.ev.Original(it)
	if err != nil {
		return err
	}
	if original {
		if err := f.log(r.Context(), audit.Entry{Action: "evidence.original", Object: fmt.Sprintf("evidence/%d", it.ID),
			Summary: "下载材料原件 " + it.Name, Detail: map[string]string{"sha256": it.SHA256}}); err != nil {
			return err
		}
	}
	return attachment(w, it.Media, it.Name, data)
}

func (f *Files) log(ctx context.Context, e audit.Entry) error {
	return f.s.db.Update(ctx, func(tx *store.Tx) error { return audit.Log(ctx, tx, e) })
}

// attachment sends a file to be saved, never to be shown by the browser.
func attachment(w http.ResponseWriter, media, name string, data []byte) error {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "no-store")
	_, err := w.Write(data)
	return err
}
