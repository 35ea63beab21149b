package backup

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"qingshan/internal/platform/fault"
)

// copyFolder copies the files below from to below to, durably. A folder that does not exist
// has no files.
func copyFolder(ctx context.Context, f Folder, from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == from {
			return nil
		}
		if err != nil {
			return unwritable(err, path)
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		switch {
		case f.Derived != nil && name != "." && f.Derived(name):
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case d.IsDir():
			if err := os.MkdirAll(target, 0o750); err != nil {
				return unwritable(err, target)
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		return copyFile(ctx, path, target)
	})
}

// restoreFolder brings a folder's files back into a place that holds none.
func restoreFolder(ctx context.Context, f Folder, dir string) error {
	from := filepath.Join(dir, f.Name)
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return nil // a backup from before the folder was
	}
	holds := false
	err := filepath.WalkDir(f.Path, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			holds = true
			return fs.SkipAll
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	switch {
	case err != nil:
		return unwritable(err, f.Path)
	case holds:
		return fault.New(fault.Conflict, "not_empty", "目标目录已有文件，不会覆盖："+f.Path)
	}
	return copyFolder(ctx, Folder{}, from, f.Path)
}
