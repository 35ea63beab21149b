package telemetry

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
	"qingshan/internal/rules/standard"
)

// Events of imports; their object is the import's id.
const (
	EventImportProgress = "import.progress"
	EventImportDone     = "import.done" // also of a failed one
)

// ImportConfig says where uploads lie and how large they may be.
type ImportConfig struct {
	Dir       string // folder of uploads; shared by all replicas that run imports
	MaxUpload int64  // bytes of a file sent by a browser; 0 = 512 MiB
	Limits    importer.Limits
}

// Imports are the use cases of bringing in files.
type Imports struct {
	svc     *Service
	db      *store.DB
	reg     *standard.Registry
	cfg     ImportConfig
	program func() string // digest of the running program
	machine clock.Clock   // paces progress reports: a matter of the machine, not of the city
	judged  func()        // for tests: called between judging and storing; nil: nobody

	mu      sync.Mutex
	running map[int64]ImportProgress
}

// NewImports makes the use cases.
func NewImports(svc *Service, db *store.DB, reg *standard.Registry, cfg ImportConfig) *Imports {
	if cfg.MaxUpload <= 0 {
		cfg.MaxUpload = 512 << 20
	}
	cfg.Dir = filepath.Clean(cfg.Dir)
	return &Imports{svc: svc, db: db, reg: reg, cfg: cfg, program: sync.OnceValue(programDigest), machine: clock.System(), running: map[int64]ImportProgress{}}
}

// importHooks connect a run with its surroundings; any may be nil.
type importHooks struct {
	record   *Import // the history's entry when there is one already
	progress func(ImportProgress)
	reject   func(importer.Reject)
	// commit runs in the transaction that stores the file, at its end.
	commit func(context.Context, *store.Tx) error
}

// Run imports a file from the command line: everything in one transaction, or nothing. The
// file is read and judged before that transaction begins, so that others can write meanwhile.
// The callbacks may be nil; they are called from this goroutine or one that ends before Run
// returns. When the register of sites changed while the file was read, all is judged again and
// gives its rejects again after a call with the zero Reject. Needs import.run. Errors: invalid
// for a file that cannot be used, naming file and line; unavailable for a full disk and the
// like; then nothing is stored.
func (m *Imports) Run(ctx context.Context, f ImportFile, o ImportOptions, progress func(ImportProgress), reject func(importer.Reject)) (ImportReport, error) {
	return m.run(ctx, f, o, importHooks{progress: progress, reject: reject})
}

func (m *Imports) run(ctx context.Context, f ImportFile, o ImportOptions, h importHooks) (ImportReport, error) {
	actor, err := access.RequireAnywhere(ctx, access.ImportRun)
	if err != nil {
		return ImportReport{}, err
	}
	r := &importRun{m: m, actor: actor, file: f, opt: o, hooks: h}
	stop := r.watch(ctx)
	err = r.bring(ctx)
	stop()
	if err != nil {
		return ImportReport{}, importFault(err)
	}
	return r.report, nil
}

// importFault gives a refused file its kind and its Chinese text; the English one is its cause.
func importFault(err error) error {
	var f *importer.FileError
	if !errors.As(err, &f) {
		return err
	}
	kind := fault.Invalid
	if f.Reason.Code == "read" {
		kind = fault.Unavailable
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		kind = fault.Unavailable
	}
	return fault.Wrap(err, kind, "import_"+f.Reason.Code, f.Chinese())
}

// finish writes the history, the audit entry and the event; for a dry run the history alone.
func (r *importRun) finish(ctx context.Context, tx *store.Tx, got *judgement) error {
	if r.hooks.commit != nil {
		if err := r.hooks.commit(ctx, tx); err != nil {
			return err
		}
	}
	rec := r.history(tx, &got.report)
	if err := saveImport(ctx, tx, rec); err != nil {
		return err
	}
	got.report.ID = rec.ID
	if err := got.log.save(ctx, tx, rec.ID); err != nil {
		return err
	}
	if err := r.keep(ctx, tx, rec, got); err != nil {
		return err
	}
	if !rec.DryRun {
		err := audit.Log(ctx, tx, audit.Entry{
			Action: "import.run", Object: fmt.Sprintf("import/%d", rec.ID), Region: rec.Region,
			Summary: fmt.Sprintf("导入 %s：收到 %d 个值，入库 %d，未变 %d，拒收 %d（%d 行）", rec.File, rec.Received, rec.Stored, rec.Unchanged, rec.Rejected, rec.RejectedRows),
			Detail:  importDetail{rec.Kind, rec.File, rec.SHA256, rec.Batch, rec.ImportCounts},
		})
		if err != nil {
			return err
		}
	}
	return publishImport(ctx, tx, EventImportDone, rec.ID, rec.Region)
}

type importDetail struct {
	Kind   string       `json:"kind"`
	File   string       `json:"file"`
	SHA256 string       `json:"sha256"`
	Batch  int64        `json:"batch"`
	Counts ImportCounts `json:"counts"`
}

func publishImport(ctx context.Context, tx *store.Tx, name string, id int64, r region.Code) error {
	return jobs.Publish(ctx, tx, jobs.Event{Name: name, Object: fmt.Sprint(id), Region: r})
}

// history is the entry of the finished run.
func (r *importRun) history(tx *store.Tx, rep *ImportReport) *Import {
	rec := r.hooks.record
	if rec == nil {
		rec = &Import{Account: r.actor.Account, Actor: r.actor.Name, Display: r.actor.Display, CreatedAt: tx.Now(), StartedAt: tx.Now()}
	}
	done := *rec
	done.Status, done.DryRun, done.Kind, done.File, done.Options = ImportDone, r.opt.DryRun, rep.Kind, r.file.Name, r.opt
	done.Size, done.SHA256, done.Region, done.Batch = rep.Size, rep.SHA256, rep.Region, rep.Batch
	done.ImportCounts, done.Error, done.FinishedAt = rep.ImportCounts, "", tx.Now()
	return &done
}
