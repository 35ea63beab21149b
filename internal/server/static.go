package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"qingshan/internal/platform/access"
)

// static serves the built interface from memory.
type static struct {
	files map[string]*asset
	built bool
}

// asset is one file with its packed forms.
type asset struct {
	name  string
	media string
	etag  string
	data  []byte
	br    []byte                 // made by the build, or nil
	gz    func() (packed []byte) // made by the build or at the first request; nil when it does not pay
}

// mediaTypes are written out: the machine's table differs from host to host.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".webp":
		return "image/webp"
	case ".ico":
		return "image/x-icon"
	case ".woff2":
		return "font/woff2"
	case ".woff":
		return "font/woff"
	case ".ttf":
		return "font/ttf"
	case ".pbf":
		return "application/x-protobuf"
	case ".pmtiles":
		return "application/vnd.pmtiles"
	case ".wasm":
		return "application/wasm"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// newStatic reads all files once. A name that begins with a dot is not served.
func newStatic(root fs.FS, built bool) (*static, error) {
	s := &static{files: map[string]*asset{}, built: built}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		s.files[name] = &asset{name: name, media: mediaType(name), etag: `"` + hex.EncodeToString(sum[:12]) + `"`, data: data}
		return nil
	})
	for name, a := range s.files {
		if twin, ok := s.files[name+".br"]; ok {
			a.br = twin.data
		}
		switch twin, ok := s.files[name+".gz"]; {
		case ok:
			a.gz = func() []byte { return twin.data }
		case packable(a):
			a.gz = sync.OnceValue(func() []byte { return pack(a.data) })
		}
	}
	return s, err
}

func packable(a *asset) bool {
	return len(a.data) > 1400 && (strings.HasPrefix(a.media, "text/") || strings.Contains(a.media, "json") ||
		strings.Contains(a.media, "svg") || strings.Contains(a.media, "protobuf") || a.media == "font/ttf")
}

func pack(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data) // a buffer does not fail
	_ = w.Close()
	return b.Bytes()
}

// ServeHTTP answers GET and HEAD: a file that exists; the shell of the face for a page
// address opened in a browser; 404 for everything else, above all for missing assets, which
// must never come back as HTML.
func (s *static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		notHere(w, r, http.StatusMethodNotAllowed, "这个地址只能读取（method not allowed）")
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if a, ok := s.files[name]; ok && name != "" {
		s.send(w, r, a)
		return
	}
	page := name == "" || strings.Contains(r.Header.Get("Accept"), "text/html")
	if strings.HasPrefix(name, "assets/") || strings.HasPrefix(name, "api/") || name == "api" || !page {
		w.Header().Set("Cache-Control", "no-store")
		notHere(w, r, http.StatusNotFound, "没有这个页面或文件（not found）")
		return
	}
	if a, ok := s.files[shell(name)]; ok {
		s.send(w, r, a)
		return
	}
	if !s.built {
		notBuilt(w)
		return
	}
	notHere(w, r, http.StatusNotFound, "没有这个页面或文件（not found）")
}

// notHere answers in plain text, with the number that joins the answer to the log.
func notHere(w http.ResponseWriter, r *http.Request, status int, text string) {
	if id := access.RequestID(r.Context()); id != "" {
		text += "，请求编号 " + id
	}
	http.Error(w, text, status)
}

// shell is the page that starts the face an address belongs to.
func shell(name string) string {
	for _, face := range []string{"wall", "field"} {
		if name == face || strings.HasPrefix(name, face+"/") {
			return face + ".html"
		}
	}
	return "index.html"
}

func (s *static) send(w http.ResponseWriter, r *http.Request, a *asset) {
	h := w.Header()
	h.Set("ETag", a.etag)
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(a.name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable") // the name holds the content's hash
	}
	if a.gz != nil || a.br != nil {
		h.Set("Vary", "Accept-Encoding")
	}
	if sameTag(r.Header.Get("If-None-Match"), a.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	data := a.data
	switch {
	case a.br != nil && accepts(r, "br"):
		h.Set("Content-Encoding", "br")
		data = a.br
	case a.gz != nil && accepts(r, "gzip"):
		h.Set("Content-Encoding", "gzip")
		data = a.gz()
	}
	h.Set("Content-Type", a.media)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(data) // the peer may be gone
	}
}

func sameTag(header, tag string) bool {
	for t := range strings.SplitSeq(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(t), "W/") == tag {
			return true
		}
	}
	return false
}

// accepts tells whether the client takes an encoding; "gzip;q=0" is a refusal.
func accepts(r *http.Request, encoding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), encoding) {
			continue
		}
		q := strings.ReplaceAll(params, " ", "")
		return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
	}
	return false
}

func notBuilt(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>青山</title>
<body style="font-family:sans-serif;max-width:40em;margin:4em auto;line-height:1.7">
<h1>界面尚未构建</h1>
<p>本程序编译时没有包含网页界面，接口照常可用（<a href="/openapi.json">openapi.json</a>）。</p>
<p>在源码目录执行 <code>make build</code>；或先执行 <code>cd web &amp;&amp; npm ci &amp;&amp; npm run build</code>，再执行 <code>go build ./cmd/qingshan</code>。</p>
<p lang="en">The interface was not built into this binary: run <code>make build</code>.</p>
</body></html>`)
}
