package evidence

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// Declared is a file as the sender declares it before the first byte.
type Declared struct {
	SHA256     string    `json:"-"` // hex, computed on the device
	Size       int64     `json:"-"`
	Media      string    `json:"media"` // as the sender thinks; the content decides
	Name       string    `json:"name"`
	Kind       Kind      `json:"kind"`
	CapturedAt time.Time `json:"capturedAt"` // by the device; zero unknown
	Place      *Place    `json:"place"`      // by the device; nil unknown
	ClientID   string    `json:"clientId"`   // of the device: a repeat gives the same evidence
}

// Upload is a file on its way in.
type Upload struct {
	ID       string
	Account  int64
	Offset   int64 // bytes that are here, durably
	Size     int64
	Evidence int64 // once complete; 0 until then
}

// lock keeps two requests from writing one part at the same time.
type lock struct {
	sync.Mutex
	users int
}

func (s *Store) hold(id string) (release func()) {
	s.mu.Lock()
	l := s.locks[id]
	if l == nil {
		l = &lock{}
		s.locks[id] = l
	}
	l.users++
	s.mu.Unlock()
	l.Lock()
	return func() {
		l.Unlock()
		s.mu.Lock()
		if l.users--; l.users == 0 {
			delete(s.locks, id)
		}
		s.mu.Unlock()
	}
}

// Begin announces a file; the actor of ctx will own it. A device that repeats its client id
// gets what it has already delivered. Errors: invalid for what could never be accepted, so
// that nothing is sent in vain: an unknown kind, a size over the kind's limit.
func (s *Store) Begin(ctx context.Context, n Declared) (Upload, error) {
	actor, ok := access.From(ctx)
	if !ok {
		return Upload{}, fault.New(fault.Unauthenticated, "login_required", "请先登录")
	}
	if err := s.check(&n); err != nil {
		return Upload{}, err
	}
	declared, err := json.Marshal(n)
	if err != nil {
		return Upload{}, fault.Wrap(err, fault.Invalid, "declared", "材料说明无法保存")
	}
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	u := Upload{ID: hex.EncodeToString(b), Account: actor.Account, Size: n.Size}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		if u.Evidence, err = byClient(ctx, tx, actor.Account, n.ClientID); err != nil {
			return err
		}
		if u.Evidence != 0 {
			u.Offset = n.Size
		} else if err := s.room(ctx, tx, actor.Account); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO evidence_upload (id, account, post, sha256, size, declared, created_at, touched_at, evidence_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)`, u.ID, actor.Account, actor.Post, n.SHA256, n.Size, string(declared), tx.NowMS(), u.Evidence)
		return err
	})
	return u, err
}

// room bounds what one account may leave lying half sent.
func (s *Store) room(ctx context.Context, tx *store.Tx, account int64) error {
	var open int
	err := tx.QueryRow(ctx, "SELECT count(*) FROM evidence_upload WHERE account = $1 AND evidence_id = 0 AND refusal = ''", account).Scan(&open)
	if err == nil && account != 0 && open >= s.cfg.Open {
		err = fault.Newf(fault.Unavailable, "throttled", "有 %d 个上传尚未完成，请先完成或稍后再试", open)
	}
	return err
}

// check makes a declaration safe and complete.
func (s *Store) check(n *Declared) error {
	limit, known := s.cfg.Limits[n.Kind]
	switch {
	case !known:
		return refuse("kind", "材料种类须为 photo、document、reading 或 statement")
	case !validSum(n.SHA256):
		return refuse("sha256", "sha256 须为 64 位小写十六进制")
	case n.Size <= 0:
		return refuse("empty", "文件是空的")
	case n.Size > limit:
		return refuse("too_large", fmt.Sprintf("文件有 %.1f MB，超过该类材料的上限 %d MB，请压缩后上传", float64(n.Size)/(1<<20), limit>>20))
	case len(n.ClientID) > 64:
		return refuse("client_id", "clientId 最长 64 个字符")
	}
	n.Name = clean(n.Name)
	return nil
}

// clean keeps a file's own name readable and free of what could act in a path, a header or a
// terminal: the last part, without control and direction characters, at most 120 characters.
func clean(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r == 0x7f, r >= 0x80 && r < 0xa0, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff,
			strings.ContainsRune(`<>:"|?*`, r):
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	if n := utf8.RuneCountInString(name); n > 120 {
		end := filepath.Ext(name)
		if utf8.RuneCountInString(end) > 10 {
			end = ""
		}
		name = string([]rune(name)[:120-utf8.RuneCountInString(end)]) + end
	}
	if name == "" {
		name = "未命名"
	}
	return name
}

// row is an upload as stored.
type row struct {
	Upload
	post    int64
	sum     string
	new     Declared
	refusal *fault.Error
}

func readUpload(ctx context.Context, tx *store.Tx, id string) (r row, err error) {
	var declared, refusal string
	r.ID = id
	err = tx.QueryRow(ctx, "SELECT account, post, sha256, size, declared, evidence_id, refusal FROM evidence_upload WHERE id = $1", id).
		Scan(&r.Account, &r.post, &r.sum, &r.Size, &declared, &r.Evidence, &refusal)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(declared), &r.new); err != nil {
		return r, fault.Wrap(err, fault.Internal, "declared", "材料说明无法读取")
	}
	if refusal != "" {
		r.refusal = &fault.Error{Kind: fault.Invalid}
		err = json.Unmarshal([]byte(refusal), r.refusal)
	}
	r.new.SHA256, r.new.Size = r.sum, r.Size
	return r, err
}

// find reads an upload of the actor of ctx and how far it is. Errors: not found for another
// account's; invalid, with the reason, when its file was refused.
func (s *Store) find(ctx context.Context, id string) (r row, err error) {
	actor, _ := access.From(ctx)
	err = s.db.View(ctx, func(tx *store.Tx) error {
		r, err = readUpload(ctx, tx, id)
		return err
	})
	switch {
	case fault.Is(err, fault.NotFound), err == nil && r.Account != actor.Account:
		return r, access.Hidden()
	case err != nil:
		return r, err
	case r.refusal != nil:
		return r, r.refusal
	case r.Evidence != 0:
		r.Offset = r.Size
		return r, nil
	}
	info, err := os.Stat(s.part(id))
	switch {
	case err == nil:
		r.Offset = min(info.Size(), r.Size)
	case !errors.Is(err, os.ErrNotExist):
		return r, diskFault(err)
	}
	return r, nil
}

// State tells how far an upload is. Errors as find.
func (s *Store) State(ctx context.Context, id string) (Upload, error) {
	r, err := s.find(ctx, id)
	return r.Upload, err
}

// Append takes bytes that begin at offset and, with the last one, checks the whole file and
// makes the evidence. What is acknowledged is durable. Errors: conflict offset when offset is
// not where the file ends, or the sender sends more than it declared; unavailable when the
// sender breaks off (what came stays) or the disk is full (nothing of this call stays);
// invalid, with the reason, when the complete file is refused.
func (s *Store) Append(ctx context.Context, id string, offset int64, body io.Reader) (Upload, error) {
	defer s.hold(id)()
	r, err := s.find(ctx, id)
	if err != nil || r.Evidence != 0 {
		return r.Upload, err
	}
	if offset != r.Offset {
		return r.Upload, fault.Newf(fault.Conflict, "offset", "续传位置应为 %d", r.Offset)
	}
	if r.Offset < r.Size {
		n, err := s.write(s.part(id), offset, r.Size-offset, body)
		r.Offset += n
		if err != nil {
			return r.Upload, err
		}
	}
	if r.Offset < r.Size {
		return r.Upload, s.touch(ctx, id)
	}
	return s.finish(ctx, r)
}

// write adds at most left bytes at offset and syncs them.
func (s *Store) write(path string, offset, left int64, body io.Reader) (n int64, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return 0, diskFault(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return 0, diskFault(err)
	}
	src := &source{r: body}
	n, err = io.Copy(faulty{f, s}, io.LimitReader(src, left))
	if err == nil && n == left {
		if extra, _ := io.ReadFull(src, make([]byte, 1)); extra > 0 {
			err = fault.New(fault.Conflict, "offset", "内容比声明的长，未接收；请核对文件后重新上传")
			return 0, errors.Join(err, f.Truncate(offset))
		}
	}
	if err != nil && src.err == nil { // the disk's, not the sender's
		return 0, errors.Join(diskFault(err), f.Truncate(offset))
	}
	if err := errors.Join(s.fault("sync"), f.Sync()); err != nil {
		return 0, errors.Join(diskFault(err), f.Truncate(offset))
	}
	if src.err != nil {
		return n, fault.Wrap(src.err, fault.Unavailable, "upload_broken", "上传中断，已收到的部分保留，可以续传")
	}
	return n, nil
}

// source remembers that the sender broke off.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// faulty is the file with the faults of a test.
type faulty struct {
	f *os.File
	s *Store
}

func (w faulty) Write(p []byte) (int, error) {
	if err := w.s.fault("write"); err != nil {
		n, _ := w.f.Write(p[:len(p)/2]) // as a full disk does
		return n, err
	}
	return w.f.Write(p)
}

func (s *Store) touch(ctx context.Context, id string) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE evidence_upload SET touched_at = $1 WHERE id = $2", tx.NowMS(), id)
		return err
	})
}
