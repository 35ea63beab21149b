package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
)

// ImportJob is the kind of the job that runs an uploaded file; ImportPurgeJob removes
// uploads that nobody ran.
const (
	ImportJob      = "import.run"
	ImportPurgeJob = "import.purge"
)

// importAttempts: a full disk may have room a little later; a bad file is given up at once.
const importAttempts = 3

// keepUploads is how long an upload waits to be run (again).
const keepUploads = 7 * 24 * time.Hour

type importJob struct {
	ID     int64 `json:"id"`
	System bool  `json:"system"`
}

// Register gives the runner what does the jobs of imports.
func (m *Imports) Register(r *jobs.Runner) {
	r.Handle(ImportJob, m.job)
	r.Handle(ImportPurgeJob, m.purge)
}

// job runs an uploaded file with the rights of the account that started it. What it stores
// and the end of the job are one transaction: a process that dies in the middle has stored
// nothing, and the job runs again.
func (m *Imports) job(ctx context.Context, j jobs.Job) error {
	var p importJob
	if err := j.Decode(&p); err != nil {
		return err
	}
	x, err := m.begin(ctx, p.ID, j.Attempt)
	if err != nil || x.Status != ImportRunning {
		return err
	}
	acting := access.Actor{Account: x.Account, Name: x.Actor, Display: x.Display}.WithGrants(x.Grants...)
	if p.System {
		acting = access.System("import")
	}
	f := ImportFile{Name: x.File, Size: x.Size, Open: func() (io.ReadCloser, error) { return os.Open(m.spooled(x.Path)) }}
	defer m.forget(ctx, x.ID)
	_, err = m.run(access.With(ctx, acting), f, x.Options, importHooks{
		record:   &x,
		progress: func(p ImportProgress) { m.report(ctx, x.ID, p) },
		commit:   j.Finish,
	})
	switch {
	case err == nil:
		if !x.Options.DryRun {
			m.drop(ctx, x)
		}
		return nil
	case ctx.Err() != nil || fault.Is(err, fault.Conflict):
		return err // stopped, or another process does it
	case fault.Is(err, fault.Unavailable) && j.Attempt < importAttempts:
		return err
	}
	return m.failed(access.With(ctx, acting), j, x, err)
}

// interrupted is told of an import that runs again after its process died in the middle.
const interrupted = "上次导入中途中断（系统停止或断电），未入库任何数据，现已自动重新导入"

// begin marks the import as running. One that was running already was interrupted.
func (m *Imports) begin(ctx context.Context, id int64, attempt int) (x Import, err error) {
	err = m.db.Update(ctx, func(tx *store.Tx) error {
		if x, err = readImport(ctx, tx, id); err != nil {
			return jobs.Permanent(err)
		}
		if x.Status != ImportQueued && x.Status != ImportRunning {
			return nil
		}
		x.Error = ""
		if attempt > 1 && x.Status == ImportRunning {
			x.Error = interrupted
		}
		x.Status, x.StartedAt = ImportRunning, tx.Now()
		if err := saveImport(ctx, tx, &x); err != nil {
			return err
		}
		return publishImport(ctx, tx, EventImportProgress, id, x.Region)
	})
	return x, err
}

// failed writes down why nothing was stored, and ends the job.
func (m *Imports) failed(ctx context.Context, j jobs.Job, x Import, cause error) error {
	return m.db.Update(ctx, func(tx *store.Tx) error {
		x.Status, x.Error, x.FinishedAt = ImportFailed, messageOf(cause), tx.Now()
		if err := saveImport(ctx, tx, &x); err != nil {
			return err
		}
		err := audit.Log(ctx, tx, audit.Entry{Action: "import.failed", Object: fmt.Sprintf("import/%d", x.ID), Region: x.Region,
			Summary: "导入 " + x.File + " 失败，未入库：" + x.Error})
		if err != nil {
			return err
		}
		if err := publishImport(ctx, tx, EventImportDone, x.ID, x.Region); err != nil {
			return err
		}
		return j.Finish(ctx, tx)
	})
}

// messageOf is the text for people; an error without one has none to show.
func messageOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) && f.Kind != fault.Internal {
		return f.Message
	}
	return "系统内部错误，未导入任何数据，请联系管理员"
}

// report keeps the progress for this process, and for others where the engine lets a second
// transaction write beside the import's.
func (m *Imports) report(ctx context.Context, id int64, p ImportProgress) {
	m.mu.Lock()
	m.running[id] = p
	m.mu.Unlock()
	if m.db.Dialect() != store.Postgres {
		return
	}
	// Losing a report does no harm: the next one comes in a moment.
	_ = m.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO import_progress (import_id, body) VALUES ($1, $2)
			ON CONFLICT (import_id) DO UPDATE SET body = excluded.body`, id, toJSON(p))
		return err
	})
}

func (m *Imports) forget(ctx context.Context, id int64) {
	m.mu.Lock()
	delete(m.running, id)
	m.mu.Unlock()
	if m.db.Dialect() == store.Postgres {
		_ = m.db.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "DELETE FROM import_progress WHERE import_id = $1", id)
			return err
		})
	}
}

// Progress is how far a running import is; false when that is not known.
func (m *Imports) Progress(ctx context.Context, id int64) (p ImportProgress, ok bool) {
	m.mu.Lock()
	p, ok = m.running[id]
	m.mu.Unlock()
	if ok || m.db.Dialect() != store.Postgres {
		return p, ok
	}
	err := m.db.View(ctx, func(tx *store.Tx) error {
		var body string
		if err := tx.QueryRow(ctx, "SELECT body FROM import_progress WHERE import_id = $1", id).Scan(&body); err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), &p)
	})
	return p, err == nil
}

// drop removes the upload of an import that was stored.
func (m *Imports) drop(ctx context.Context, x Import) {
	_ = m.db.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE import_run SET path = '' WHERE id = $1", x.ID)
		return err
	})
	_ = os.Remove(m.spooled(x.Path)) // the purge finds what stays behind
}

// purge removes uploads that waited too long, and files that no entry knows.
func (m *Imports) purge(ctx context.Context, _ jobs.Job) error {
	known := map[string]bool{}
	err := m.db.Update(ctx, func(tx *store.Tx) error {
		clear(known)
		if err := failAbandoned(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE import_run SET path = '' WHERE path <> '' AND status IN ('preview', 'done', 'failed') AND created_at < $1",
			tx.Now().Add(-keepUploads).UnixMilli())
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "SELECT path FROM import_run WHERE path <> ''")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var p string
			if err := rows.Scan(&p); err != nil {
				return store.Classify(err)
			}
			known[p] = true
		}
		return store.Classify(rows.Err())
	})
	if err != nil {
		return err
	}
	return m.sweep(known)
}

// abandoned is told of an import whose job was given up without a word, since its process
// died each time.
const abandoned = "导入多次中断，已停止重试，未入库任何数据；请重新导入，仍不成功请联系管理员"

// failAbandoned ends imports that no job works on any more.
func failAbandoned(ctx context.Context, tx *store.Tx) error {
	alive := []any{}
	for _, state := range []jobs.State{jobs.Ready, jobs.Running} {
		list, err := jobs.List(ctx, tx, jobs.Filter{State: state, Kind: ImportJob, Limit: 10_000})
		if err != nil {
			return err
		}
		for _, j := range list {
			var p importJob
			if err := j.Decode(&p); err != nil {
				continue // a job without an import keeps none alive
			}
			alive = append(alive, p.ID)
		}
	}
	args := append([]any{abandoned, tx.NowMS()}, alive...)
	where := ""
	if len(alive) > 0 {
		in, _ := store.In(3, len(alive))
		where = " AND id NOT IN " + in
	}
	_, err := tx.Exec(ctx, "UPDATE import_run SET status = 'failed', error = $1, finished_at = $2 WHERE status IN ('queued', 'running')"+where, args...)
	return err
}

// sweep removes files of no entry. A fresh one may belong to an upload that is still being
// written down, so a day passes first, by the machine's clock that stamped it.
func (m *Imports) sweep(known map[string]bool) error {
	list, err := os.ReadDir(m.cfg.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range list {
		info, err := e.Info()
		if err != nil || known[e.Name()] || !info.Mode().IsRegular() || m.machine.Now().Sub(info.ModTime()) < 24*time.Hour {
			continue
		}
		errs = append(errs, os.Remove(m.spooled(e.Name())))
	}
	return errors.Join(errs...)
}
