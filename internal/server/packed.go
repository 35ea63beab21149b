package server

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"qingshan/internal/platform/rest"
)

// packed compresses larger JSON and CSV answers for clients that take it. Speed before size:
// the first level already makes a tenth of a table.
func packed(next http.Handler) http.Handler {
	pool := &sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
		return w
	}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead || !strings.HasPrefix(r.URL.Path, "/api/") || !accepts(r, "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		p := &packing{ResponseWriter: w, pool: pool}
		defer p.close()
		next.ServeHTTP(p, r)
	})
}

// packing decides at the first write: the encoder writes a whole answer at once.
type packing struct {
	http.ResponseWriter
	pool    *sync.Pool
	gz      *gzip.Writer
	status  int
	decided bool
}

func (p *packing) WriteHeader(code int) {
	if code < 200 || p.decided {
		p.ResponseWriter.WriteHeader(code)
		return
	}
	if p.status == 0 {
		p.status = code
	}
	if code == http.StatusNoContent || code == http.StatusNotModified {
		p.decide(0)
	}
}

func (p *packing) Write(b []byte) (int, error) {
	if !p.decided {
		p.decide(len(b))
	}
	if p.gz != nil {
		return p.gz.Write(b)
	}
	return p.ResponseWriter.Write(b)
}

func (p *packing) decide(size int) {
	p.decided = true
	h := p.Header()
	ct := h.Get("Content-Type")
	fits := strings.Contains(ct, "json") || strings.HasPrefix(ct, "text/csv")
	if fits {
		h.Add("Vary", "Accept-Encoding")
	}
	if fits && size >= rest.PackedFrom && h.Get("Content-Encoding") == "" {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		p.gz = p.pool.Get().(*gzip.Writer)
		p.gz.Reset(p.ResponseWriter)
	}
	if p.status != 0 {
		p.ResponseWriter.WriteHeader(p.status)
	}
}

// WritePacked sends an answer that was packed before.
func (p *packing) WritePacked(parts ...[]byte) error {
	size := 0
	for _, b := range parts {
		size += len(b)
	}
	h := p.Header()
	h.Set("Content-Encoding", "gzip")
	h.Set("Content-Length", strconv.Itoa(size))
	p.decide(size)
	for _, b := range parts {
		if _, err := p.ResponseWriter.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// FlushError lets a stream through: the head goes out at once.
func (p *packing) FlushError() error {
	if !p.decided {
		p.decide(0)
	}
	if p.gz != nil {
		if err := p.gz.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(p.ResponseWriter).Flush()
}

func (p *packing) close() {
	if !p.decided && p.status != 0 {
		p.decide(0)
	}
	if p.gz != nil {
		_ = p.gz.Close() // the peer may be gone
		p.pool.Put(p.gz)
	}
}

func (p *packing) Unwrap() http.ResponseWriter { return p.ResponseWriter }
