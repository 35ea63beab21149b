package server

import (
	"context"
	"fmt"
	"path/filepath"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/backup"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

// Verify proves what the system promises about its data: the database's own structures, the
// audit chain link by link, the checksum of every series partition, and that every stream's
// received values were stored, unchanged or rejected, and the hash of every file of evidence.
// Each check names the first broken place. Anchors are daily roots that were kept outside. The
// error is for a database that cannot be read at all.
func Verify(ctx context.Context, cfg *Config, db *store.DB, anchors ...audit.Root) ([]Check, error) {
	var out []Check
	if err := db.Integrity(ctx); err != nil {
		out = append(out, failed("database", "%s", people(err)))
		return out, nil // nothing built on it can be trusted
	}
	out = append(out, passed("database", "%s, structures are sound", db.Dialect()))
	chain, err := audit.Verify(ctx, db, anchors...)
	if err != nil {
		return out, fmt.Errorf("audit chain: %w", err)
	}
	out = append(out, chainCheck(chain, len(anchors)))
	err = db.View(ctx, func(tx *store.Tx) error {
		rep, err := series.Verify(ctx, tx)
		if err != nil {
			return fmt.Errorf("series: %w", err)
		}
		out = append(out, seriesCheck(rep))
		books, err := telemetry.VerifyBooks(ctx, tx)
		if err != nil {
			return fmt.Errorf("streams: %w", err)
		}
		out = append(out, booksCheck(books))
		files, err := evidence.Verify(ctx, tx, cfg.EvidenceDir())
		if err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		out = append(out, evidenceCheck(files))
		return nil
	})
	return out, err
}

func chainCheck(r audit.Report, anchors int) Check {
	switch {
	case r.OK && anchors > 0:
		return passed("audit", "%d entries, %d daily roots, %d of them as kept outside", r.Entries, len(r.Roots), anchors)
	case r.OK:
		return passed("audit", "%d entries, %d daily roots", r.Entries, len(r.Roots))
	case r.BrokenAt > 0:
		return failed("audit", "entry %d: %s (%d entries before it are right)", r.BrokenAt, r.Reason, r.Entries)
	}
	return failed("audit", "%s (all %d entries fit each other)", r.Reason, r.Entries)
}

func seriesCheck(r series.Report) Check {
	if r.Broken != nil {
		return failed("series", "%s", r.Broken)
	}
	return passed("series", "%d partitions, %d segments, %d blocks, %d points", r.Partitions, r.Segments, r.Blocks, r.Points)
}

func booksCheck(b telemetry.Books) Check {
	if n := len(b.Differences); n > 0 {
		return failed("streams", "%s (%d differences in all)", b.Differences[0], n)
	}
	return passed("streams", "%d streams, %d deliveries, %d values received", b.Streams, b.Batches, b.Received)
}

func evidenceCheck(r evidence.Report) Check {
	if r.Broken != "" {
		return failed("evidence", "%s", r.Broken)
	}
	return passed("evidence", "%d files, %d bytes", r.Files, r.Bytes)
}

// EvidenceDir is the folder of evidence in the data folder.
func (c *Config) EvidenceDir() string { return filepath.Join(c.Data, "evidence") }

// Folders are the folders of files that belong to the installation beside its database.
func (c *Config) Folders() []backup.Folder {
	return []backup.Folder{{Name: "evidence", Path: c.EvidenceDir(), Derived: evidence.Derived}}
}
