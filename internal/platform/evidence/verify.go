package evidence

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
)

// Report is the result of reading every file.
type Report struct {
	Files, Bytes int64
	Broken       string // the first file that is missing or altered, with the reason; "" when none
	Loose        int64  // files without a record, of uploads whose process died: harmless
}

// Verify reads the content of every piece of evidence below dir and compares its hash.
func Verify(ctx context.Context, tx *store.Tx, dir string) (rep Report, err error) {
	rows, err := tx.Query(ctx, "SELECT sha256, size FROM evidence_content ORDER BY sha256")
	if err != nil {
		return rep, err
	}
	defer rows.Close()
	known := map[string]bool{}
	for rows.Next() {
		var sum string
		var size int64
		if err := rows.Scan(&sum, &size); err != nil {
			return rep, store.Classify(err)
		}
		known[sum] = true
		if why := damage(dir, sum, size); why != "" && rep.Broken == "" {
			rep.Broken = why
		}
		rep.Files, rep.Bytes = rep.Files+1, rep.Bytes+size
	}
	if err := rows.Err(); err != nil {
		return rep, store.Classify(err)
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // no evidence was ever brought in
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if d.IsDir() && Derived(name) {
			return filepath.SkipDir
		}
		if !d.IsDir() && !known[d.Name()] {
			rep.Loose++
		}
		return nil
	})
	return rep, err
}

func damage(dir, sum string, size int64) string {
	if !validSum(sum) {
		return fmt.Sprintf("%q is no SHA-256", sum)
	}
	have, n, err := sumFile(blob(dir, sum))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "file " + sum + " is missing"
	case err != nil:
		return "file " + sum + " cannot be read"
	case n != size || have != sum:
		return "file " + sum + " was altered: its content does not give its hash"
	}
	return ""
}

// PurgeJob removes abandoned uploads; run it daily.
const PurgeJob = "evidence.purge"

// Register makes a runner do the purge every night.
func (s *Store) Register(r *jobs.Runner) {
	r.Handle(PurgeJob, func(ctx context.Context, _ jobs.Job) error { _, err := s.Purge(ctx); return err })
	r.AddSchedule(jobs.Schedule{Name: PurgeJob, Kind: PurgeJob, Spec: "50 3 * * *"})
}

// Purge forgets uploads that nobody has touched for long and removes their parts. Finished
// ones are forgotten too: a device that asks so late finds its evidence by its client id.
func (s *Store) Purge(ctx context.Context) (removed int, err error) {
	var old []string
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		old, removed = nil, 0
		rows, err := tx.Query(ctx, "SELECT id, touched_at FROM evidence_upload")
		if err != nil {
			return err
		}
		defer rows.Close()
		before := tx.Now().Add(-s.cfg.Abandoned).UnixMilli()
		for rows.Next() {
			var id string
			var at int64
			if err := rows.Scan(&id, &at); err != nil {
				return store.Classify(err)
			}
			if at < before {
				old = append(old, id)
			}
		}
		if err := rows.Err(); err != nil {
			return store.Classify(err)
		}
		rows.Close()
		for _, id := range old {
			if _, err := tx.Exec(ctx, "DELETE FROM evidence_upload WHERE id = $1 AND touched_at < $2", id, before); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, id := range old {
		if err := errors.Join(remove(s.part(id)), remove(s.part(id)+".whole")); err != nil {
			return removed, diskFault(err)
		}
		removed++
	}
	return removed, nil
}

// span says a length of time in words.
func span(d time.Duration) string {
	switch d = d.Round(time.Minute); {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d 天", int(d.Hours()/24))
	case d >= time.Hour:
		return fmt.Sprintf("%d 小时 %d 分", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d 分钟", int(d.Minutes()))
}

func distance(m float64) string {
	if m >= 1000 {
		return fmt.Sprintf("%.1f 公里", m/1000)
	}
	return fmt.Sprintf("%.0f 米", m)
}
