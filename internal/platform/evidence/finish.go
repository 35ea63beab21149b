package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// finish turns a complete part into evidence: the hash, the content, its place in the store,
// then its row, its audit entry and the end of the upload in one transaction. A process that
// dies in between repeats it with the next call: each step finds its work done.
func (s *Store) finish(ctx context.Context, r row) (Upload, error) {
	select {
	case s.busy <- struct{}{}:
		defer func() { <-s.busy }()
	case <-ctx.Done():
		return r.Upload, fault.Wrap(ctx.Err(), fault.Unavailable, "cancelled", "操作被取消或超时，可以续传")
	}
	data, err := os.ReadFile(s.part(r.ID))
	if err != nil {
		return r.Upload, diskFault(err)
	}
	f, err := s.judge(r, data)
	if fault.Is(err, fault.Invalid) {
		return r.Upload, s.reject(ctx, r, err)
	}
	if err != nil {
		return r.Upload, err
	}
	if err := s.keep(r, data); err != nil {
		return r.Upload, err
	}
	it, err := s.record(ctx, r, f)
	if err != nil {
		return r.Upload, err
	}
	// The evidence is durable and recorded; what follows can be made good later.
	_ = os.Remove(s.part(r.ID))
	if f.picture != nil {
		_ = s.saveViews(r.sum, f.picture)
	}
	r.Evidence = it.ID
	return r.Upload, nil
}

// judge compares the bytes with what was declared and reads what they are.
func (s *Store) judge(r row, data []byte) (Finding, error) {
	if int64(len(data)) != r.Size || hexSum(data) != r.sum {
		return Finding{}, refuse("hash_mismatch", "内容与声明的 SHA-256 不符（传输出错或文件被改动），未接收，请重新上传")
	}
	f, err := s.Inspect(r.new.Kind, r.new.Name, data)
	if err == nil && r.new.Media != "" && r.new.Media != f.Media && IsPicture(r.new.Media) != IsPicture(f.Media) {
		f.Marks = append(f.Marks, Mark{Code: MarkMedia, Message: "实际格式与声明不同：" + f.Media, MessageEn: "the content is " + f.Media + ", not as declared"})
	}
	return f, err
}

// keep puts the content in place; the part stays until the row is there, so that a death in
// between loses nothing.
func (s *Store) keep(r row, data []byte) error {
	copied := s.part(r.ID) + ".whole"
	if have, _, err := sumFile(s.blob(r.sum)); err == nil && have == r.sum {
		return nil
	}
	f, err := os.OpenFile(copied, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o640)
	if err != nil {
		return diskFault(err)
	}
	_, err = io.Copy(faulty{f, s}, bytes.NewReader(data))
	if err == nil {
		err = errors.Join(s.fault("sync"), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = s.place(copied, r.sum)
	}
	if err != nil {
		return errors.Join(diskFault(err), remove(copied))
	}
	return nil
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// record writes the row of the evidence, the audit entry and the end of the upload.
func (s *Store) record(ctx context.Context, r row, f Finding) (Item, error) {
	it := Item{SHA256: r.sum, Size: r.Size, Media: f.Media, Width: f.Width, Height: f.Height, Kind: r.new.Kind, Name: r.new.Name,
		Account: r.Account, Post: r.post}
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		if err := s.fault("row"); err != nil {
			return err
		}
		id, err := byClient(ctx, tx, r.Account, r.new.ClientID)
		if err != nil {
			return err
		}
		it.ID, it.ReceivedAt = id, tx.Now()
		s.date(&it, r.new, f)
		if id == 0 {
			if err := insertContent(ctx, tx, r.sum, r.Size, f); err != nil {
				return err
			}
			if err := insertItem(ctx, tx, &it, r.new.ClientID); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "UPDATE evidence_upload SET evidence_id = $1, touched_at = $2 WHERE id = $3", it.ID, tx.NowMS(), r.ID); err != nil {
			return err
		}
		if id != 0 {
			return nil
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "evidence.add", Object: fmt.Sprintf("evidence/%d", it.ID),
			Summary: "上传材料 " + it.Name, Detail: addDetail{it.SHA256, it.Size, it.Media, it.Kind, it.Marks}})
	})
	return it, err
}

type addDetail struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	Media  string `json:"media"`
	Kind   Kind   `json:"kind"`
	Marks  []Mark `json:"marks"`
}

// date takes time and place from the camera, else from the device, and marks what cannot be.
func (s *Store) date(it *Item, n Declared, f Finding) {
	it.Marks = slices.Clone(f.Marks)
	it.CapturedAt, it.CapturedSource, it.Place, it.PlaceSource = n.CapturedAt, "", n.Place, ""
	if !n.CapturedAt.IsZero() {
		it.CapturedSource = FromDevice
	}
	if n.Place != nil {
		it.PlaceSource = FromDevice
	}
	mark := func(code, chinese, english string) {
		it.Marks = append(it.Marks, Mark{Code: code, Message: chinese, MessageEn: english})
	}
	if at := f.Camera.At; !at.IsZero() {
		if d := at.Sub(n.CapturedAt).Abs(); !n.CapturedAt.IsZero() && d > s.cfg.Ahead {
			mark(MarkClocks, "相机时间与手机时间相差 "+span(d), "camera and device differ by "+d.String())
		}
		it.CapturedAt, it.CapturedSource = at, FromEXIF
	} else if it.Kind == Photo && IsPicture(it.Media) && !n.CapturedAt.IsZero() {
		mark(MarkNoCamera, "照片没有相机写入的时间，拍摄时间由手机提供", "the photo has no time of the camera's, the device told when it was taken")
	}
	if p := f.Camera.Place; p != nil {
		if n.Place != nil {
			if d := metres(*p, *n.Place); d > float64(s.cfg.Far+p.Accuracy+n.Place.Accuracy) {
				mark(MarkPlaces, fmt.Sprintf("照片位置与手机位置相距 %s", distance(d)), fmt.Sprintf("photo and device are %.0f m apart", d))
			}
		}
		it.Place, it.PlaceSource = p, FromEXIF
	}
	if ahead := it.CapturedAt.Sub(it.ReceivedAt); !it.CapturedAt.IsZero() && ahead > s.cfg.Ahead {
		mark(MarkFuture, "拍摄时间比收到时间晚 "+span(ahead), "taken "+ahead.String()+" after it was received")
	}
}

// reject remembers why, so that a sender that missed the answer gets it again, and removes
// the bytes.
func (s *Store) reject(ctx context.Context, r row, why error) error {
	var reason *fault.Error
	if !errors.As(why, &reason) {
		return why
	}
	text, err := json.Marshal(fault.Error{Kind: reason.Kind, Code: reason.Code, Message: reason.Message})
	if err != nil {
		return err
	}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE evidence_upload SET refusal = $1, touched_at = $2 WHERE id = $3", string(text), tx.NowMS(), r.ID); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "evidence.refuse", Object: "evidence-upload/" + r.ID,
			Summary: "拒收材料 " + r.new.Name + "：" + reason.Message, Detail: refuseDetail{r.sum, r.Size, reason.Code}})
	})
	if err != nil {
		return err
	}
	if err := remove(s.part(r.ID)); err != nil {
		return diskFault(err)
	}
	return reason
}

type refuseDetail struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	Code   string `json:"code"`
}

// Add brings in a whole file that is already in the program's hands, as the actor of ctx.
// Its hash is computed here.
func (s *Store) Add(ctx context.Context, n Declared, data []byte) (int64, error) {
	n.SHA256, n.Size = hexSum(data), int64(len(data))
	u, err := s.Begin(ctx, n)
	if err != nil || u.Evidence != 0 {
		return u.Evidence, err
	}
	u, err = s.Append(ctx, u.ID, 0, bytes.NewReader(data))
	return u.Evidence, err
}
