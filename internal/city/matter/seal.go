package matter

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/evidence/seal"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// mostSealed bounds the originals of one sealed file, which is made in memory.
const mostSealed = 1 << 30

func (f *Files) apiSealed(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return access.Hidden()
	}
	data, name, err := f.Seal(r.Context(), id)
	if err != nil {
		return err
	}
	return attachment(w, "application/zip", name, data)
}

// Seal makes the sealed file of a matter: its whole record, the original evidence, its audit
// entries, signed. That it was made is itself in the audit chain, and in the file. Errors: not
// found for a matter that the actor may not see; forbidden without matter.read in its region,
// or when the record holds fields that the actor may not read: the hashes cover them, so they
// cannot be left out.
func (f *Files) Seal(ctx context.Context, id int64) (data []byte, name string, err error) {
	if err := f.maySeal(ctx, id); err != nil {
		return nil, "", err
	}
	key, err := seal.Key(ctx, f.s.db)
	if err != nil {
		return nil, "", err
	}
	b := &binder{f: f, m: seal.Manifest{Installation: f.name, Program: f.program}}
	if err := f.s.view(ctx, func(w *work) error { return b.collect(w, id) }); err != nil {
		return nil, "", err
	}
	files, err := b.files()
	if err != nil {
		return nil, "", err
	}
	data, err = seal.Write(key, b.m, files)
	if err != nil {
		return nil, "", fault.Wrap(err, fault.Unavailable, "record_broken", "事项记录未通过自身校验，不能封存；请管理员运行 qingshan verify")
	}
	return data, b.m.Number + ".zip", nil
}

// maySeal checks the right and writes the audit entry before anything leaves.
func (f *Files) maySeal(ctx context.Context, id int64) error {
	var m *Matter
	err := f.s.view(ctx, func(w *work) error {
		v, err := w.matter(id)
		if err != nil {
			return err
		}
		m = v.Matter
		if !w.me.Can(access.MatterManage, m.Region) { // the file holds the originals, as nobody else reads them
			return fault.New(fault.Forbidden, "seal", "卷宗含照片原件，只有本地区管理事项的岗位可以导出")
		}
		for _, e := range v.Events {
			if e.Body == nil {
				return fault.New(fault.Forbidden, "seal_fields", "卷宗含您无权查看的内容，不能导出")
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return f.s.db.Update(ctx, func(tx *store.Tx) error {
		return audit.Log(ctx, tx, audit.Entry{Action: "matter.seal", Object: object(id), Region: m.Region,
			Summary: "导出封存卷宗 " + m.Number, Detail: map[string]string{"head": hex.EncodeToString(m.Head)}})
	})
}

// binder gathers what a sealed file holds.
type binder struct {
	f     *Files
	m     seal.Manifest
	view  *View
	items []evidence.Item
	text  page
}

func (b *binder) collect(w *work, id int64) (err error) {
	if b.view, err = w.matter(id); err != nil {
		return err
	}
	v := b.view
	b.m.SealedAt, b.m.SealedBy = shownTime(w.NowMS()), w.me.Display
	b.m.Number, b.m.Head = v.Number, hex.EncodeToString(v.Head)
	for _, e := range v.Events {
		b.m.Events = append(b.m.Events, seal.Event{Seq: e.Seq, Body: string(e.Body), Hash: hex.EncodeToString(e.Hash)})
	}
	if b.m.Matter, err = json.Marshal(v.Matter); err != nil {
		return err
	}
	if b.m.Clocks, err = json.Marshal(map[string]any{"clocks": v.Clocks, "pauses": v.Pauses}); err != nil {
		return err
	}
	if b.items, err = evidence.Of(w.ctx, w.Tx, object(id)); err != nil {
		return err
	}
	links, roots, err := audit.Trail(w.ctx, w.Tx, object(id))
	if err != nil {
		return err
	}
	b.m.Audit, b.m.Roots = seal.Links(links, roots)
	b.text = w.page(v, b)
	return nil
}

// files are the page for people and the originals.
func (b *binder) files() ([]seal.File, error) {
	var size int64
	var originals []seal.File
	b.m.Evidence = []seal.Evidence{}
	for i, it := range b.items {
		if size += it.Size; size > mostSealed {
			return nil, fault.Newf(fault.Invalid, "too_large", "材料原件超过 %d MB，不能装入一个卷宗", mostSealed>>20)
		}
		data, err := b.f.ev.Original(it)
		if err != nil {
			return nil, err
		}
		about, err := json.Marshal(it)
		if err != nil {
			return nil, err
		}
		name := fmt.Sprintf("evidence/%03d%s", i+1, evidence.Ending(it.Media))
		b.m.Evidence = append(b.m.Evidence, seal.Evidence{ID: it.ID, File: name, SHA256: it.SHA256, About: about})
		b.text.Evidence = append(b.text.Evidence, exhibitLine{name, it.Name, it.SHA256, takenText(it), placeText(it), evidence.IsPicture(it.Media), it.Marks})
		originals = append(originals, seal.File{Name: name, Data: data})
	}
	var html, plain bytes.Buffer
	if err := b.text.write(&html, &plain); err != nil {
		return nil, err
	}
	return append([]seal.File{{Name: "index.html", Data: html.Bytes()}, {Name: "index.txt", Data: plain.Bytes()}}, originals...), nil
}
