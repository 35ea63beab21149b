package telemetry

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// Upload takes a file from a browser onto the disk, looks at its beginning and makes an
// entry of the history that waits for a decision. Needs import.run. Errors: invalid for a
// file that cannot be used or is too large; unavailable when the disk is full; then nothing
// is kept.
func (m *Imports) Upload(ctx context.Context, name string, body io.Reader, o ImportOptions) (Import, error) {
	if _, err := access.RequireAnywhere(ctx, access.ImportRun); err != nil {
		return Import{}, err
	}
	path, size, err := m.spool(body)
	if err != nil {
		return Import{}, err
	}
	return m.admit(ctx, name, path, size, o)
}

// admit makes the entry of a spooled file, or removes the file.
func (m *Imports) admit(ctx context.Context, name, path string, size int64, o ImportOptions) (Import, error) {
	actor, err := access.RequireAnywhere(ctx, access.ImportRun)
	if err != nil {
		return Import{}, errors.Join(err, os.Remove(m.spooled(path)))
	}
	x := Import{Status: ImportPreview, File: filepath.Base(filepath.Clean(name)), Size: size, Path: path, Options: o, DryRun: o.DryRun,
		Account: actor.Account, Actor: actor.Name, Display: actor.Display, Region: firstScope(actor)}
	err = m.look(&x)
	if err == nil {
		err = m.db.Update(ctx, func(tx *store.Tx) error {
			x.ID, x.CreatedAt = 0, tx.Now()
			if err := saveImport(ctx, tx, &x); err != nil {
				return err
			}
			return audit.Log(ctx, tx, audit.Entry{Action: "import.upload", Object: fmt.Sprintf("import/%d", x.ID), Region: x.Region,
				Summary: "上传待导入文件 " + x.File, Detail: uploadDetail{x.File, x.Size, x.Kind}})
		})
	}
	if err != nil {
		return Import{}, errors.Join(importFault(err), os.Remove(m.spooled(path)))
	}
	return x, nil
}

type uploadDetail struct {
	File string `json:"file"`
	Size int64  `json:"size"`
	Kind string `json:"kind"`
}

func firstScope(a access.Actor) region.Code {
	if s := a.Scopes(access.ImportRun); len(s) > 0 {
		return s[0]
	}
	return ""
}

func (m *Imports) spooled(name string) string { return filepath.Join(m.cfg.Dir, name) }

// spool writes an upload to a file of its own, durable before anybody is told.
func (m *Imports) spool(body io.Reader) (name string, size int64, err error) {
	if err := os.MkdirAll(m.cfg.Dir, 0o750); err != nil {
		return "", 0, fault.Wrap(err, fault.Unavailable, "upload_dir", "上传目录不可写，请联系管理员")
	}
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails
	name = hex.EncodeToString(b) + ".upload"
	f, err := os.OpenFile(m.spooled(name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return "", 0, fault.Wrap(err, fault.Unavailable, "upload_dir", "上传目录不可写，请联系管理员")
	}
	size, err = io.Copy(f, io.LimitReader(body, m.cfg.MaxUpload+1))
	switch {
	case err != nil:
		err = fault.Wrap(err, fault.Unavailable, "upload_broken", "上传中断或磁盘已满，文件未保存，请重新上传")
	case size > m.cfg.MaxUpload:
		err = fault.Newf(fault.Invalid, "too_large", "文件超过 %d MB 的上限，请压缩（gzip）或拆分后再上传，或在服务器上用 qingshan import 导入", m.cfg.MaxUpload>>20)
	default:
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = syncFolder(m.cfg.Dir)
	}
	if err != nil {
		return "", 0, errors.Join(err, os.Remove(m.spooled(name)))
	}
	return name, size, nil
}

// syncFolder makes the name of a new file as durable as its content.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// look reads the beginning of the upload and how it would be read.
func (m *Imports) look(x *Import) error {
	f, err := os.Open(m.spooled(x.Path))
	if err != nil {
		return fault.Wrap(err, fault.Conflict, "upload_gone", "上传的文件已被清理，请重新上传")
	}
	defer f.Close()
	src, err := importer.Open(x.File, f, x.Size, m.cfg.Limits)
	if err != nil {
		return err
	}
	p, err := importer.NewParser(src, m.readOptions(x.Options, m.db.Clock().Now()))
	if err != nil {
		return err
	}
	if x.Preview, err = p.Preview(); err != nil {
		return err
	}
	x.Kind = x.Preview.Kind
	return nil
}

// Start queues an uploaded file to be run with these options. Needs import.run and that the
// upload is the actor's to see. A dry run leaves it ready to be run again. Errors: conflict
// when it runs already or its file is gone; invalid when the options do not fit the file.
func (m *Imports) Start(ctx context.Context, id int64, o ImportOptions) (x Import, err error) {
	actor, err := access.RequireAnywhere(ctx, access.ImportRun)
	if err != nil {
		return x, err
	}
	if x, err = m.Get(ctx, id); err != nil {
		return x, err
	}
	if x.Path == "" {
		return x, fault.New(fault.Conflict, "upload_gone", "上传的文件已被清理，请重新上传")
	}
	if o.Kind == "" {
		o.Kind = x.Kind
	}
	look := x
	look.Options = o
	if err := m.look(&look); err != nil {
		return x, importFault(err)
	}
	err = m.db.Update(ctx, func(tx *store.Tx) error {
		if x, err = readImport(ctx, tx, id); err != nil {
			return err
		}
		again := x.Status == ImportPreview || x.Status == ImportFailed || x.Status == ImportDone && x.DryRun
		if !again {
			return fault.New(fault.Conflict, "import_started", "该文件已在导入或已导入，不能重复启动")
		}
		x.Status, x.Options, x.DryRun, x.Kind, x.Preview, x.Error = ImportQueued, o, o.DryRun, look.Kind, look.Preview, ""
		x.Account, x.Actor, x.Display, x.Grants = actor.Account, actor.Name, actor.Display, importGrants(actor)
		x.StartedAt, x.FinishedAt, x.ImportCounts = time.Time{}, time.Time{}, ImportCounts{}
		if err := (&rejectLog{}).save(ctx, tx, x.ID); err != nil { // those of an earlier dry run
			return err
		}
		if err := saveImport(ctx, tx, &x); err != nil {
			return err
		}
		return jobs.Enqueue(ctx, tx, jobs.Job{Kind: ImportJob, Payload: importJob{x.ID, actor.IsSystem()}, MaxAttempts: importAttempts})
	})
	return x, err
}

// importGrants are the rights that an import needs, as they are when it is started.
func importGrants(a access.Actor) []access.Grant {
	var out []access.Grant
	for _, g := range a.Grants() {
		g.Actions = slices.DeleteFunc(slices.Clone(g.Actions), func(x access.Action) bool {
			return x != access.ImportRun && x != access.SiteWrite && x != access.OrgWrite
		})
		if len(g.Actions) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// Get is one import. An actor sees its own and those of its regions; others are not found.
func (m *Imports) Get(ctx context.Context, id int64) (x Import, err error) {
	actor, err := access.RequireAnywhere(ctx, access.ImportRun)
	if err != nil {
		return x, err
	}
	err = m.db.View(ctx, func(tx *store.Tx) error {
		x, err = readImport(ctx, tx, id)
		return err
	})
	if err == nil && (actor.Account == 0 || x.Account != actor.Account) && !actor.Can(access.ImportRun, x.Region) || isMissing(err) {
		return Import{}, access.Hidden()
	}
	return x, err
}

// List is the history that the actor may see, newest first. before is the id of the last
// entry of the page before, 0 for the first page.
func (m *Imports) List(ctx context.Context, before int64, limit int) (out []Import, total int, err error) {
	actor, err := access.RequireAnywhere(ctx, access.ImportRun)
	if err != nil {
		return nil, 0, err
	}
	err = m.db.View(ctx, func(tx *store.Tx) error {
		out, total, err = importsSeen(ctx, tx, actor.Account, actor.Scopes(access.ImportRun), before, limit)
		return err
	})
	return out, total, err
}

// Rejects gives the rejects of an import in file order, until fn says stop.
func (m *Imports) Rejects(ctx context.Context, id int64, fn func(ImportReject) bool) error {
	if _, err := m.Get(ctx, id); err != nil {
		return err
	}
	return m.db.View(ctx, func(tx *store.Tx) error { return eachReject(ctx, tx, id, fn) })
}
