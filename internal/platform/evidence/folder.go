package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"qingshan/internal/platform/fault"
)

// The folders that hold no evidence: what is not here yet, and what can be made again.
const (
	partFolder = "parts"
	viewFolder = "views"
)

// Derived tells whether a name below the evidence folder is no evidence itself: parts of
// uploads and cached views, which a backup leaves out.
func Derived(name string) bool {
	first, _, _ := strings.Cut(filepath.ToSlash(name), "/")
	return first == partFolder || first == viewFolder
}

// blob is where content lies: ab/cd/SHA256.
func blob(dir, sum string) string { return filepath.Join(dir, sum[:2], sum[2:4], sum) }

func (s *Store) blob(sum string) string { return blob(s.cfg.Dir, sum) }

func (s *Store) part(id string) string { return filepath.Join(s.cfg.Dir, partFolder, id) }

// validSum tells whether a text is a SHA-256 in lower-case hex: nothing else names a file.
func validSum(sum string) bool {
	if len(sum) != hex.EncodedLen(sha256.Size) {
		return false
	}
	for _, c := range []byte(sum) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// sumFile is the SHA-256 and the size of a file.
func sumFile(path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// place moves a complete, synced part to where its content belongs, durably. Content that is
// there and right stays; a damaged copy is replaced by the good one.
func (s *Store) place(part, sum string) error {
	if err := s.fault("place"); err != nil {
		return diskFault(err)
	}
	to := s.blob(sum)
	if have, _, err := sumFile(to); err == nil && have == sum {
		return os.Remove(part)
	}
	near := filepath.Dir(to)
	if err := os.MkdirAll(near, 0o750); err != nil {
		return diskFault(err)
	}
	if err := os.Chmod(part, 0o440); err != nil {
		return diskFault(err)
	}
	if err := os.Rename(part, to); err != nil {
		return diskFault(err)
	}
	for _, dir := range []string{near, filepath.Dir(near), s.cfg.Dir} {
		if err := syncFolder(dir); err != nil {
			return diskFault(err)
		}
	}
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// diskFault says what to do about a file that could not be written.
func diskFault(err error) error {
	var known *fault.Error
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Wrap(err, fault.Unavailable, "disk_full", "服务器磁盘已满，材料未保存；请稍后重试并联系管理员")
	}
	return fault.Wrap(err, fault.Unavailable, "evidence_disk", "材料目录读写失败，材料未保存；请稍后重试并联系管理员")
}
