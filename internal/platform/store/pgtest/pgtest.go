// Package pgtest starts a real PostgreSQL server for tests: an own cluster on a Unix socket
// in a temporary folder, run as an unprivileged user. A missing server fails the test.
package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Cluster is a running server.
type Cluster struct {
	dir, bin string
	cred     *syscall.Credential
}

var (
	once    sync.Once
	shared  *Cluster
	sharedE error
	serial  atomic.Int64
)

// Main runs a package's tests and stops the server they started, if any. Call it from TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if shared != nil {
		shared.Stop()
	}
	os.Exit(code)
}

// URL gives a test an empty database of its own on the package's server.
func URL(t testing.TB) string {
	t.Helper()
	once.Do(func() { shared, sharedE = Start() })
	if sharedE != nil {
		t.Fatalf("PostgreSQL is needed (Debian package postgresql, or QINGSHAN_PG_BIN): %v", sharedE)
	}
	name := fmt.Sprintf("t%d", serial.Add(1))
	admin, err := sql.Open("pgx", shared.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.ExecContext(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return shared.URL(name)
}

// URL addresses one database of the server.
func (c *Cluster) URL(db string) string {
	return fmt.Sprintf("host=%s user=qs dbname=%s", c.dir, db)
}

// Start makes and starts a cluster. Close it with Stop.
func Start() (*Cluster, error) {
	bin, err := findBin()
	if err != nil {
		return nil, err
	}
	// A socket path may have at most 107 bytes, so the folder's name is short.
	dir, err := os.MkdirTemp("", "qs")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, bin: bin}
	if os.Geteuid() == 0 { // the server refuses root
		u, err := user.Lookup("nobody")
		if err != nil {
			return nil, err
		}
		uid, _ := strconv.ParseUint(u.Uid, 10, 32)
		gid, _ := strconv.ParseUint(u.Gid, 10, 32)
		c.cred = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, int(uid), int(gid)); err != nil {
			return nil, err
		}
	}
	data, log := filepath.Join(dir, "data"), filepath.Join(dir, "log")
	if err := c.run("initdb", "-D", data, "-U", "qs", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
		c.remove()
		return nil, err
	}
	err = c.run("pg_ctl", "-D", data, "-w", "-l", log, "-o",
		"-c listen_addresses='' -c unix_socket_directories="+dir+
			" -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=100", "start")
	if err != nil {
		tail, _ := os.ReadFile(log)
		c.remove()
		return nil, fmt.Errorf("%w\n%s", err, tail)
	}
	return c, nil
}

// Stop ends the server and removes its folder.
func (c *Cluster) Stop() {
	_ = c.run("pg_ctl", "-D", filepath.Join(c.dir, "data"), "-m", "immediate", "stop")
	c.remove()
}

func (c *Cluster) remove() { _ = os.RemoveAll(c.dir) }

func (c *Cluster) run(name string, args ...string) error {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "HOME="+c.dir, "LC_ALL=C.UTF-8")
	if c.cred != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.cred}
	}
	out, err := os.CreateTemp(c.dir, "out") // a file, not a pipe: the server inherits it
	if err != nil {
		return err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w\n%s", name, err, text)
	}
	return nil
}

func findBin() (string, error) {
	if dir := os.Getenv("QINGSHAN_PG_BIN"); dir != "" {
		return dir, nil
	}
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	sort.Slice(dirs, func(i, j int) bool { return version(dirs[i]) > version(dirs[j]) })
	for _, d := range dirs {
		if _, err := os.Stat(filepath.Join(d, "initdb")); err == nil {
			return d, nil
		}
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", err
	}
	return filepath.Dir(path), nil
}

func version(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}
