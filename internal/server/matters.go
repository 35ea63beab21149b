package server

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/evidence"
)

// openMatters makes the room of matters with its evidence. Kinds are the national ones, with
// those of the data directory's folder "matters" on top.
func (s *Server) openMatters() error {
	kinds, err := kind.National()
	if err != nil {
		return fmt.Errorf("kinds of matters: %w", err)
	}
	own := os.DirFS(filepath.Join(s.cfg.Data, "matters"))
	if _, err := fs.Stat(own, "."); err == nil {
		if kinds, err = kinds.With(own); err != nil {
			return fmt.Errorf("kinds of matters in %s: %w", filepath.Join(s.cfg.Data, "matters"), err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("kinds of matters: %w", err)
	}
	cal, hours, _, err := workingTime(s.cfg.Data)
	if err != nil {
		return err
	}
	r := &s.rooms
	if r.Evidence, err = evidence.New(s.db, evidence.Default(filepath.Join(s.cfg.Data, "evidence"))); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	r.Matters, err = matter.New(s.db, r.Org, kinds, matter.Config{Exhibits: matter.Shelf(r.Evidence), Notices: r.Notices, Calendar: cal, Hours: &hours, Log: s.log})
	if err != nil {
		return fmt.Errorf("matters: %w", err)
	}
	return nil
}
