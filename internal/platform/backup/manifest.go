// Package backup copies a whole installation into a folder and back: a clean SQLite file or,
// for PostgreSQL, every table in one consistent snapshot, with a manifest that holds the
// schema version, the row counts and a SHA-256 of every file.
package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// format is the version of the folder's layout.
const format = 1

const (
	manifestName = "manifest.json"
	sqliteName   = "qingshan.db"
	tableFolder  = "tables"
)

// Folder is a folder of files beside the database that belongs to the installation: its name
// in the backup, where it lies, and which names below it can be made again and are left out.
// Its files are only ever added, each in place before the row that names it is written.
type Folder struct {
	Name, Path string
	Derived    func(name string) bool // nil: nothing
}

// Manifest describes a backup. It is written last: a folder without one is no backup.
type Manifest struct {
	Format    int           `json:"format"`
	Engine    store.Dialect `json:"engine"`
	Schema    int64         `json:"schema"`
	Program   string        `json:"program"`
	CreatedAt string        `json:"createdAt"`
	Files     []File        `json:"files"`
	Tables    []Table       `json:"tables"`
	Sequences []Sequence    `json:"sequences,omitempty"`
}

// File is one file of the backup; the name uses slashes.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Table is the count of one table; Columns and File only for PostgreSQL.
type Table struct {
	Name    string   `json:"name"`
	Rows    int64    `json:"rows"`
	Columns []string `json:"columns,omitempty"`
	File    string   `json:"file,omitempty"`
}

// Sequence is the last number given out for an identity column.
type Sequence struct {
	Table  string `json:"table"`
	Column string `json:"column"`
	Last   int64  `json:"last"`
}

// Write makes a backup of an open database and of the folders beside it in a new folder,
// while the program may go on writing. program is the version shown in the manifest. Errors:
// conflict when the folder holds something.
func Write(ctx context.Context, db *store.DB, dir, program string, folders ...Folder) (*Manifest, error) {
	if err := vacant(dir); err != nil {
		return nil, err
	}
	partial := strings.TrimRight(dir, string(filepath.Separator)) + ".partial"
	if err := os.RemoveAll(partial); err != nil { // of a run that was cut
		return nil, unwritable(err, partial)
	}
	if err := os.MkdirAll(partial, 0o700); err != nil {
		return nil, unwritable(err, partial)
	}
	m, err := write(ctx, db, partial, program, folders)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(partial))
	}
	_ = os.Remove(dir) // an empty folder in the way; a full one was refused above
	if err := os.Rename(partial, dir); err != nil {
		return nil, unwritable(err, dir)
	}
	return m, syncFolder(filepath.Dir(dir))
}

func write(ctx context.Context, db *store.DB, dir, program string, folders []Folder) (*Manifest, error) {
	m := &Manifest{Format: format, Engine: db.Dialect(), Program: program,
		CreatedAt: db.Clock().Now().Format("2006-01-02T15:04:05-07:00")}
	var err error
	if m.Schema, _, err = db.SchemaVersion(ctx); err != nil {
		return nil, err
	}
	if db.Dialect() == store.Postgres {
		err = dumpPostgres(ctx, db, dir, m)
	} else {
		err = copySQLite(ctx, db, dir, m)
	}
	if err != nil {
		return nil, err
	}
	for _, f := range folders { // after the database: every file that its rows name is there
		if err := copyFolder(ctx, f, f.Path, filepath.Join(dir, f.Name)); err != nil {
			return nil, err
		}
	}
	return m, finish(dir, m)
}

// finish sums up all files and writes the manifest durably.
func finish(dir string, m *Manifest) error {
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		f, err := sum(path)
		if err != nil {
			return err
		}
		f.Name = filepath.ToSlash(name)
		m.Files = append(m.Files, f)
		return nil
	})
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := writeDurably(filepath.Join(dir, manifestName), append(text, '\n')); err != nil {
		return err
	}
	for _, d := range []string{filepath.Join(dir, tableFolder), dir} {
		if err := syncFolder(d); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

// Read opens a backup's manifest and checks every file against it. Errors: not found without
// a manifest; invalid, naming the file, when one is missing or altered.
func Read(dir string) (*Manifest, error) {
	text, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "no_backup", "这不是完整的备份（缺少 "+manifestName+"）："+dir)
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "backup_manifest", "备份清单损坏："+dir)
	}
	if m.Format != format {
		return nil, fault.Newf(fault.Invalid, "backup_format", "备份格式 %d 不受支持（本程序支持 %d）", m.Format, format)
	}
	for _, want := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(want.Name)) {
			return nil, fault.New(fault.Invalid, "backup_manifest", "备份清单中的文件名越出目录："+want.Name)
		}
		got, err := sum(filepath.Join(dir, filepath.FromSlash(want.Name)))
		switch {
		case err != nil:
			return nil, fault.Wrap(err, fault.Invalid, "backup_file", "备份缺少文件："+want.Name)
		case got.Size != want.Size || got.SHA256 != want.SHA256:
			return nil, fault.New(fault.Invalid, "backup_file", "备份文件与清单不符，已损坏："+want.Name)
		}
	}
	return &m, nil
}

func sum(path string) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return File{Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

// vacant wants a path that does not exist or is an empty folder.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case os.IsNotExist(err):
		return nil
	case err != nil:
		return unwritable(err, dir)
	case len(entries) > 0:
		return fault.New(fault.Conflict, "not_empty", "目标不是空目录，不会覆盖："+dir)
	}
	return nil
}

func unwritable(err error, path string) error {
	return fault.Wrap(err, fault.Unavailable, "unwritable", "无法写入 "+path+"，请检查权限与磁盘空间")
}

func writeDurably(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return unwritable(err, path)
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
