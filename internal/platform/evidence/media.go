package evidence

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"qingshan/internal/platform/fault"
)

// The media types that are taken.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	WebP = "image/webp"
	PDF  = "application/pdf"
	DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	Text = "text/plain"
	CSV  = "text/csv"
)

var (
	pictures = []string{JPEG, PNG, WebP}
	papers   = []string{PDF, DOCX, XLSX, Text, CSV}
)

// Ending is the file name ending of a media type.
func Ending(media string) string {
	switch media {
	case JPEG:
		return ".jpg"
	case PNG:
		return ".png"
	case WebP:
		return ".webp"
	case PDF:
		return ".pdf"
	case DOCX:
		return ".docx"
	case XLSX:
		return ".xlsx"
	case CSV:
		return ".csv"
	}
	return ".txt"
}

// IsPicture tells whether people are shown a re-made copy of this media type.
func IsPicture(media string) bool { return slices.Contains(pictures, media) }

// allowed tells whether a kind of evidence may be of this media type: a photo is a picture;
// the others may also be photographed or scanned.
func allowed(k Kind, media string) bool {
	if k == Photo {
		return slices.Contains(pictures, media)
	}
	return slices.Contains(pictures, media) || slices.Contains(papers, media)
}

// Finding is what a file's content says about itself.
type Finding struct {
	Media         string
	Width, Height int
	Hash          *uint64 // of the picture; nil without structure
	Camera        Camera
	Marks         []Mark
	picture       *picture // decoded, upright; nil for papers
}

// Inspect reads a file's content: what it is, whether it is whole, what it hides. Errors:
// invalid, saying what is wrong with the file.
func (s *Store) Inspect(kind Kind, name string, data []byte) (Finding, error) {
	media, err := sniff(name, data)
	if err != nil {
		return Finding{}, err
	}
	if !allowed(kind, media) {
		return Finding{}, refuse("media_not_allowed", "照片须为 JPEG、PNG 或 WebP 格式，实际内容是"+mediaName(media))
	}
	f := Finding{Media: media}
	switch media {
	case JPEG, PNG, WebP:
		err = s.inspectPicture(&f, data)
	case PDF:
		err = checkPDF(data)
	case DOCX, XLSX:
		err = checkOffice(media, data)
	default:
		err = checkText(data)
	}
	return f, err
}

func refuse(code, message string) error { return fault.New(fault.Invalid, code, message) }

// sniff names the media type by the content; the name only tells CSV from other text.
func sniff(name string, data []byte) (string, error) {
	has := func(prefix string) bool { return bytes.HasPrefix(data, []byte(prefix)) }
	switch {
	case len(data) == 0:
		return "", refuse("empty", "文件是空的")
	case has("\xff\xd8\xff"):
		return JPEG, nil
	case has("\x89PNG\r\n\x1a\n"):
		return PNG, nil
	case has("RIFF") && len(data) >= 12 && string(data[8:12]) == "WEBP":
		return WebP, nil
	case has("%PDF-"):
		return PDF, nil
	case has("PK\x03\x04"):
		return office(data)
	}
	if what := foreignName(data); what != "" {
		return "", refuse("media_refused", "不接受"+what+"文件；请用 JPEG、PNG、WebP、PDF、DOCX、XLSX、TXT 或 CSV")
	}
	if markup(data) {
		return "", refuse("markup", "文件含网页或脚本内容（HTML、SVG、XML），不予接收")
	}
	if !isText(data) {
		return "", refuse("media_unknown", "认不出文件格式；请用 JPEG、PNG、WebP、PDF、DOCX、XLSX、TXT 或 CSV")
	}
	if strings.HasSuffix(strings.ToLower(name), ".csv") {
		return CSV, nil
	}
	return Text, nil
}

// foreignName names well-known formats that are not taken, so that the refusal helps.
func foreignName(data []byte) string {
	for _, x := range []struct {
		at          int
		magic, name string
	}{
		{0, "GIF8", " GIF 图片"}, {0, "BM", ""}, {0, "II*\x00", " TIFF 图片"}, {0, "MM\x00*", " TIFF 图片"},
		{4, "ftypheic", " HEIC 照片（请在手机设置中改为兼容格式 JPEG）"}, {4, "ftypheix", " HEIC 照片（请在手机设置中改为兼容格式 JPEG）"},
		{4, "ftypmif1", " HEIF 照片（请在手机设置中改为兼容格式 JPEG）"}, {4, "ftypavif", " AVIF 图片"}, {4, "ftyp", "视频"},
		{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Office（DOC、XLS）"}, {0, "{\\rtf", " RTF "},
		{0, "Rar!", "压缩"}, {0, "7z\xbc\xaf\x27\x1c", "压缩"}, {0, "\x1f\x8b", "压缩"}, {0, "MZ", "程序"}, {0, "\x7fELF", "程序"}, {0, "#!", "脚本"},
	} {
		if x.name != "" && len(data) >= x.at+len(x.magic) && string(data[x.at:x.at+len(x.magic)]) == x.magic {
			return x.name
		}
	}
	return ""
}

func mediaName(media string) string {
	switch media {
	case JPEG, PNG, WebP:
		return "图片"
	case PDF:
		return " PDF 文件"
	case DOCX:
		return " Word 文件"
	case XLSX:
		return " Excel 文件"
	}
	return "文本"
}

// active are texts by which a browser would take a file for a page or run it, in lower case.
// Each is long enough not to turn up by chance in the bytes of a picture.
func active() []string {
	return []string{"<script", "<!doctype", "<html>", "<html ", "<iframe", "<svg ", "<svg>", "<?php ", "javascript:"}
}

// markup tells whether a text file begins like a page or holds parts of one.
func markup(data []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n\x00")
	if bytes.HasPrefix(text, []byte("<")) {
		return true
	}
	return holdsActive(data)
}

func holdsActive(data []byte) bool {
	low := make([]byte, len(data)) // ASCII only: the bytes of a picture are no text
	for i, c := range data {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	return slices.ContainsFunc(active(), func(a string) bool { return bytes.Contains(low, []byte(a)) })
}

// isText tells whether the bytes are readable text in UTF-8 or GB 18030.
func isText(data []byte) bool {
	text := data
	if !utf8.Valid(text) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return false
		}
		text = decoded
	}
	for _, r := range string(text) {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' || r == 0x7f {
			return false
		}
	}
	return true
}

// checkText looks for what a text file must not hold; sniff has read it as text already.
func checkText(data []byte) error {
	if archived(data) {
		return refuse("polyglot", "文本文件里藏有压缩包，不予接收")
	}
	return nil
}
