package rest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"qingshan/internal/platform/fault"
)

const (
	csvType  = "text/csv; charset=utf-8"
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

type tableWriter func(context.Context, io.Writer, *Table) (int, error)

// ExportTable adds the two exports of a table: GET Path.csv (UTF-8 with BOM) and GET
// Path.xlsx, with ids ID+"CSV" and ID+"XLSX". The file is made in full before the first byte
// leaves, so a failure is a problem and not half a file, and it is in the audit chain before
// anyone holds it.
func ExportTable[I any](a *API, s Spec, h func(context.Context, *I) (*Table, error)) {
	s.Method = http.MethodGet
	for _, f := range []struct {
		id, ending, media string
		write             tableWriter
	}{
		{"CSV", "csv", csvType, writeCSV},
		{"XLSX", "xlsx", xlsxType, writeXLSX},
	} {
		one := s
		one.ID, one.Path, one.Returns = s.ID+f.id, s.Path+"."+f.ending, f.media
		one.Summary = s.Summary + "（" + strings.ToUpper(f.ending) + "）"
		op := a.operation(one)
		op.Responses["200"] = &huma.Response{
			Description: "文件",
			Content:     map[string]*huma.MediaType{f.media: {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
		}
		huma.Register(a.huma, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
			t, err := h(ctx, in)
			if err != nil {
				return nil, a.problemOf(ctx, err)
			}
			return &huma.StreamResponse{Body: func(c huma.Context) {
				r, w := humago.Unwrap(c)
				if err := a.export(w, r, one.ID, f.ending, f.media, t, f.write); err != nil {
					a.WriteError(w, r, err)
				}
			}}, nil
		})
	}
}

// export makes the file, writes the audit entry and sends the file.
func (a *API) export(w http.ResponseWriter, r *http.Request, id, ending, media string, t *Table, write tableWriter) error {
	if a.cfg.Audit == nil {
		return fault.New(fault.Internal, "export_without_audit", "")
	}
	file, err := os.CreateTemp("", "qingshan-export-*")
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "disk", "磁盘已满或临时目录不可写，请联系管理员")
	}
	defer os.Remove(file.Name())
	defer file.Close()
	sum := sha256.New()
	rows, err := write(r.Context(), io.MultiWriter(file, sum), t)
	if err != nil {
		return err
	}
	size, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	err = a.cfg.Audit(r.Context(), Export{
		Operation: id, Name: t.Name + "." + ending, Query: r.URL.RequestURI(), Format: ending,
		Rows: rows, SHA256: hex.EncodeToString(sum.Sum(nil)),
	})
	if err != nil {
		return err
	}
	Attachment(w, t.Name+"."+ending, media, size)
	w.WriteHeader(http.StatusOK)
	_, _ = io.Copy(w, file) // the peer may be gone; the file was complete
	return nil
}

// Attachment sets the headers of a download; size < 0 when unknown.
func Attachment(w http.ResponseWriter, name, media string, size int64) {
	h := w.Header()
	h.Set("Content-Type", media)
	if size >= 0 {
		h.Set("Content-Length", strconv.FormatInt(size, 10))
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	// RFC 6266: an ASCII name for old programs, the real one in filename*.
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": asciiName(name)})+
		"; filename*=UTF-8''"+url.PathEscape(name))
}

// asciiName is a name that every program takes: "全省排名 2026-08.csv" is qingshan-2026-08.csv.
func asciiName(name string) string {
	var b strings.Builder
	foreign := false
	for _, c := range name {
		switch {
		case c > '~':
			foreign = true
		case c <= ' ' || strings.ContainsRune(`"\/:*?<>|`, c):
			b.WriteByte('-')
		default:
			b.WriteRune(c)
		}
	}
	base, ending := b.String(), path.Ext(name)
	if len(ending) > 1 && strings.HasSuffix(base, ending) {
		base = strings.TrimSuffix(base, ending)
	} else {
		ending = ""
	}
	base = strings.Trim(base, "-_. ")
	if foreign {
		base = strings.TrimRight("qingshan-"+base, "-")
	}
	if base == "" {
		base = "qingshan"
	}
	return base + ending
}
