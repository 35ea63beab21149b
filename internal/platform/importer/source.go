package importer

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"sync/atomic"
)

// ratioGrace is how much text may come out before the ratio is judged: a short file of
// equal lines packs better than any real one.
const ratioGrace = 16 << 20

// Source is an open file as UTF-8 text. It counts, hashes and bounds what it reads.
type Source struct {
	name   string
	size   int64 // of the file, 0 when unknown
	lim    Limits
	raw    *countReader
	packed bool
	text   *decoder
	out    int64 // bytes unpacked so far
}

// Open looks at the beginning of r and prepares to read it. size is the file's size for
// Fraction, or 0. Errors are *FileError.
func Open(name string, r io.Reader, size int64, lim Limits) (*Source, error) {
	s := &Source{name: name, size: size, lim: lim.withDefaults(), raw: &countReader{r: r, sum: sha256.New()}}
	br := bufio.NewReaderSize(s.raw, 128<<10)
	magic, err := br.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, s.fail("read", err.Error(), err)
	}
	var unpacked io.Reader = br
	switch {
	case len(magic) == 0:
		return nil, s.fail("empty", "", nil)
	case bytes.HasPrefix(magic, []byte("PK\x03\x04")):
		return nil, s.fail("archive", "", nil)
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		s.packed = true
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, s.gzipError(err)
		}
		unpacked = z
	}
	s.text = newDecoder(s, &bounded{s, unpacked})
	if err := s.text.begin(); err != nil {
		return nil, err
	}
	return s, nil
}

// Read gives UTF-8 text without a byte order mark. Its errors are io.EOF or *FileError.
func (s *Source) Read(p []byte) (int, error) { return s.text.Read(p) }

// Name is the file's name as given.
func (s *Source) Name() string { return s.name }

// Packed tells whether the file is gzip.
func (s *Source) Packed() bool { return s.packed }

// Encoding is "UTF-8" or "GB 18030" as found so far.
func (s *Source) Encoding() string { return s.text.name() }

// Fraction is the share of the file that was read, 0 to 1; 0 when the size is unknown. It
// may be called while another goroutine reads.
func (s *Source) Fraction() float64 {
	if s.size <= 0 {
		return 0
	}
	return min(1, float64(s.raw.n.Load())/float64(s.size))
}

// SHA256 is the hash of the file's bytes in hex, and how many there were. It is that of the
// whole file once Read gave io.EOF.
func (s *Source) SHA256() (string, int64) {
	return hex.EncodeToString(s.raw.sum.Sum(nil)), s.raw.n.Load()
}

// Drain reads the rest of the file without unpacking it, so that SHA256 is that of the whole
// file. Nothing can be parsed afterwards. Errors are *FileError.
func (s *Source) Drain() error {
	if _, err := io.Copy(io.Discard, s.raw); err != nil {
		return s.fail("read", err.Error(), err)
	}
	return nil
}

func (s *Source) fail(code, arg string, cause error) *FileError {
	return &FileError{File: s.name, Reason: because(code, arg), Cause: cause}
}

func (s *Source) gzipError(err error) error {
	var broken flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return s.fail("truncated_gzip", "", err)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &broken):
		return s.fail("broken_gzip", err.Error(), err)
	}
	return s.fail("read", err.Error(), err)
}

// countReader counts and hashes the file's own bytes.
type countReader struct {
	r   io.Reader
	n   atomic.Int64
	sum hash.Hash
}

func (c *countReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	c.sum.Write(p[:n])
	return n, err
}

// bounded refuses text that is too large, or too large for its packed size.
type bounded struct {
	s *Source
	r io.Reader
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	s := b.s
	s.out += int64(n)
	switch {
	case s.out > s.lim.MaxBytes:
		return 0, s.fail("too_large", megabytes(s.lim.MaxBytes), nil)
	case s.packed && s.out > ratioGrace && s.out/s.lim.MaxRatio > s.raw.n.Load():
		return 0, s.fail("bomb", strconv.FormatInt(s.lim.MaxRatio, 10), nil)
	case err == nil || errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return n, err
	case s.packed:
		return n, s.gzipError(err)
	}
	return n, s.fail("read", err.Error(), err)
}

func megabytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}
