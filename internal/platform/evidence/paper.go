package evidence

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// The bounds of what an office file may unpack to.
const (
	maxParts    = 5000
	maxUnpacked = 200 << 20
)

// office tells DOCX and XLSX from other archives.
func office(data []byte) (string, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", refuse("archive_broken", "文件损坏或不完整，请重新上传")
	}
	media := ""
	for _, f := range z.File {
		switch f.Name {
		case "word/document.xml":
			media = DOCX
		case "xl/workbook.xml":
			media = XLSX
		}
	}
	if media == "" {
		return "", refuse("media_refused", "不接受压缩包；请逐个上传其中的文件")
	}
	return media, nil
}

// checkOffice unpacks the whole file: every part must be there and right, none may be a
// program, and the main part must be XML.
func checkOffice(media string, data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return refuse("archive_broken", "文件损坏或不完整，请重新上传")
	}
	if len(z.File) > maxParts {
		return refuse("archive_bomb", "文件内含的部分过多，不予接收")
	}
	main, left := map[string]string{DOCX: "word/document.xml", XLSX: "xl/workbook.xml"}[media], int64(maxUnpacked)
	for _, f := range z.File {
		low := strings.ToLower(f.Name)
		switch {
		case path.IsAbs(f.Name) || strings.Contains(f.Name, "..") || strings.Contains(f.Name, `\`):
			return refuse("archive_names", "文件内部的名称越出目录，不予接收")
		case strings.HasSuffix(low, ".bin") && strings.Contains(low, "vbaproject"), strings.HasSuffix(low, ".exe"), strings.HasSuffix(low, ".js"), strings.HasSuffix(low, ".html"):
			return refuse("macro", "文件带有宏或程序，请另存为不带宏的 DOCX 或 XLSX 后上传")
		}
		n, err := unpack(f, left, f.Name == main)
		if err != nil {
			return err
		}
		left -= n
	}
	return nil
}

var errTooMuch = errors.New("unpacks to too much")

func unpack(f *zip.File, left int64, isXML bool) (int64, error) {
	r, err := f.Open()
	if err != nil {
		return 0, refuse("archive_broken", "文件损坏或不完整，请重新上传")
	}
	defer r.Close()
	count := &counter{r: r, left: left}
	if isXML {
		d := xml.NewDecoder(count)
		for err == nil {
			_, err = d.RawToken()
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err == nil {
		_, err = io.Copy(io.Discard, count)
	}
	switch {
	case errors.Is(err, errTooMuch):
		return 0, refuse("archive_bomb", "文件解开后过大，不予接收")
	case err != nil:
		return 0, refuse("archive_broken", "文件损坏或不完整，请重新上传")
	}
	return count.n, nil
}

// counter reads at most left bytes and then fails.
type counter struct {
	r       io.Reader
	n, left int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.n > c.left {
		return n, errTooMuch
	}
	return n, err
}

// PDF names may be written with #xx for any letter.
var (
	pdfEscape = regexp.MustCompile(`#[0-9A-Fa-f]{2}`)
	pdfActive = regexp.MustCompile(`/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b`)
	pdfPacked = regexp.MustCompile(`/(ObjStm)\b`)
)

// checkPDF wants the head, the cross references and the end of a PDF, nothing behind it and
// nothing that runs. There is no page renderer here, so pages are not drawn.
func checkPDF(data []byte) error {
	end := bytes.LastIndex(data, []byte("%%EOF"))
	if end < 0 || !bytes.Contains(data, []byte("startxref")) {
		return refuse("pdf_broken", "PDF 不完整（缺少结尾），请重新导出或上传")
	}
	tail := bytes.TrimSpace(data[end+len("%%EOF"):])
	if len(tail) > 1024 || archived(data) || holdsActive(tail) {
		return refuse("polyglot", "PDF 结尾之后藏有其他内容，不予接收")
	}
	if pdfRuns(outside(data)) {
		return refuse("pdf_active", "PDF 带有脚本、附件或可执行动作，请打印为普通 PDF 后上传")
	}
	for _, part := range pdfObjects(data) {
		if pdfRuns(part) {
			return refuse("pdf_active", "PDF 带有脚本、附件或可执行动作，请打印为普通 PDF 后上传")
		}
	}
	return nil
}

// outside is a PDF without the bodies of its streams, in whose bytes any name may turn up by
// chance.
func outside(data []byte) []byte {
	var out []byte
	for {
		i := bytes.Index(data, []byte("stream"))
		if i < 0 {
			return append(out, data...)
		}
		out = append(out, data[:i]...)
		j := bytes.Index(data[i:], []byte("endstream"))
		if j < 0 {
			return append(out, data[i:]...)
		}
		data = data[i+j+len("endstream"):]
	}
}

func pdfRuns(data []byte) bool {
	plain := pdfEscape.ReplaceAllFunc(data, func(m []byte) []byte {
		v, _ := strconv.ParseUint(string(m[1:]), 16, 8) // two hex digits
		return []byte{byte(v)}
	})
	return pdfActive.Match(plain)
}

// pdfObjects unpacks the streams that hold packed objects, each up to 1 MB, 16 MB in all.
func pdfObjects(data []byte) [][]byte {
	var out [][]byte
	total := 0
	for _, m := range pdfPacked.FindAllIndex(data, 2000) {
		i := bytes.Index(data[m[1]:], []byte("stream"))
		if i < 0 || i > 2048 || total > 16<<20 {
			continue
		}
		body := bytes.TrimLeft(data[m[1]+i+len("stream"):], "\r\n")
		r, err := zlib.NewReader(bytes.NewReader(body))
		if err != nil {
			continue // another packing; nothing is run by this program
		}
		part, _ := io.ReadAll(io.LimitReader(r, 1<<20)) // what could be read is looked at
		total += len(part)
		out = append(out, part)
	}
	return out
}
