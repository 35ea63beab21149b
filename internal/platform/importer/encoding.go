package importer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// window is how much text is looked at to tell the encoding.
const window = 64 << 10

// decoder turns the file's text into UTF-8. As long as only ASCII was seen the encoding is
// open; the first other byte decides it, wherever it stands.
type decoder struct {
	s        *Source
	in       *bufio.Reader
	out      io.Reader // set once decided
	encoding string
}

func newDecoder(s *Source, r io.Reader) *decoder {
	return &decoder{s: s, in: bufio.NewReaderSize(r, window)}
}

func (d *decoder) name() string {
	if d.encoding == "" {
		return utf8Name
	}
	return d.encoding
}

const (
	utf8Name = "UTF-8"
	gbName   = "GB 18030"
)

// begin refuses what is no text by its first bytes and skips a byte order mark.
func (d *decoder) begin() error {
	head, err := d.in.Peek(window)
	if err != nil && !errors.Is(err, io.EOF) {
		return asFileError(d.s, err)
	}
	switch {
	case len(head) == 0:
		return d.s.fail("empty", "", nil)
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return d.s.fail("nested_gzip", "", nil)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return d.s.fail("archive", "", nil)
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = d.in.Discard(3)
		d.encoding, d.out = utf8Name, d.in
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return d.s.fail("file_encoding", "UTF-16", nil)
	case looksBinary(head):
		return d.s.fail("binary", "", nil)
	}
	return nil
}

// looksBinary tells a picture or a program from text with a stray NUL: more than one byte
// in a thousand is a control character that no text has.
func looksBinary(b []byte) bool {
	n := 0
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			n++
		}
	}
	return n*1000 > len(b) && n > 4 || n > 0 && n*10 > len(b)
}

func (d *decoder) Read(p []byte) (int, error) {
	if d.out == nil {
		if _, err := d.in.Peek(1); err != nil {
			return 0, err
		}
		head, err := d.in.Peek(d.in.Buffered())
		if err != nil {
			return 0, err
		}
		i := firstHigh(head)
		if i > 0 { // pass the ASCII part
			return d.in.Read(p[:min(len(p), i)])
		}
		if err := d.decide(); err != nil {
			return 0, err
		}
	}
	n, err := d.out.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = asFileError(d.s, err)
	}
	return n, err
}

func asFileError(s *Source, err error) error {
	var f *FileError
	if errors.As(err, &f) {
		return f
	}
	return s.fail("read", err.Error(), err)
}

func firstHigh(b []byte) int {
	for i, c := range b {
		if c >= utf8.RuneSelf {
			return i
		}
	}
	return len(b)
}

// decide chooses between UTF-8 and GB 18030 by the window that begins with a high byte.
func (d *decoder) decide() error {
	head, err := d.in.Peek(window)
	if err != nil && !errors.Is(err, io.EOF) {
		return asFileError(d.s, err)
	}
	good, bad := countUTF8(head)
	if good > 10*bad {
		d.encoding, d.out = utf8Name, d.in
		return nil
	}
	common, other := countGB(head)
	if common <= 4*other {
		return d.s.fail("file_encoding", fmt.Sprintf("bytes % x", head[:min(4, len(head))]), nil)
	}
	d.encoding = gbName
	d.out = transform.NewReader(d.in, simplifiedchinese.GB18030.NewDecoder())
	return nil
}

// countUTF8 counts well-formed multi-byte characters and bytes that are part of none.
func countUTF8(b []byte) (good, bad int) {
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		switch {
		case r != utf8.RuneError || n > 1:
			good++
		case len(b) < utf8.UTFMax && !utf8.FullRune(b): // cut by the window
		default:
			bad++
		}
		b = b[n:]
	}
	return good, bad
}

// countGB counts characters of the GB 2312 plane, which nearly all Chinese text consists of,
// and everything else: Big5, Shift-JIS and Latin-1 text falls outside most of the time.
func countGB(b []byte) (common, other int) {
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			i++
			continue
		}
		if i+1 == len(b) {
			break
		}
		if c >= 0xa1 && c <= 0xf7 && b[i+1] >= 0xa1 && b[i+1] != 0xff {
			common++
		} else {
			other++
		}
		i += 2
	}
	return common, other
}
