package main

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// csvScanner splits RFC 4180 text that is held in memory. It knows the line of every
// record, keeps the raw text, and after a malformed record goes on with the next
// physical line, so that one stray quote costs one row and not the rest of the file.
type csvScanner struct {
	data   []byte
	pos    int
	line   int // physical line of the next byte, from 1
	fields [][]byte
	start  int    // line of the current record
	raw    []byte // current record without its line end
	buf    []byte // unescaped quoted fields
}

func newCSVScanner(data []byte) *csvScanner {
	return &csvScanner{data: bytes.TrimPrefix(data, []byte("\ufeff")), line: 1}
}

// next reads one record into fields. It returns io.EOF at the end and another error for a
// malformed record; fields are valid until the next call. Empty lines are skipped.
func (s *csvScanner) next() error {
	for s.pos < len(s.data) {
		s.start = s.line
		rest := s.data[s.pos:]
		end := bytes.IndexByte(rest, '\n')
		n := end + 1
		if end < 0 {
			end, n = len(rest), len(rest)
		}
		line := rest[:end]
		if k := len(line); k > 0 && line[k-1] == '\r' {
			line = line[:k-1]
		}
		if len(line) == 0 {
			s.pos, s.line = s.pos+n, s.line+1
			continue
		}
		s.raw, s.fields = line, s.fields[:0]
		if bytes.IndexByte(line, '"') >= 0 {
			return s.quoted(rest, n)
		}
		s.pos, s.line = s.pos+n, s.line+1
		for {
			i := bytes.IndexByte(line, ',')
			if i < 0 {
				s.fields = append(s.fields, line)
				break
			}
			s.fields = append(s.fields, line[:i])
			line = line[i+1:]
		}
		return s.valid()
	}
	return io.EOF
}

func (s *csvScanner) valid() error {
	if !utf8.Valid(s.raw) {
		return errText("not valid UTF-8")
	}
	return nil
}

// errText is an error that is its own text.
type errText string

func (e errText) Error() string { return string(e) }

// quoted reads a record with quotes from rest; first is the length of its first line.
func (s *csvScanner) quoted(rest []byte, first int) error {
	fail := func(why errText) error {
		s.fields = s.fields[:0]
		s.pos, s.line = s.pos+first, s.line+1
		return why
	}
	s.buf = s.buf[:0]
	i, lines := 0, 1
	for {
		if i < len(rest) && rest[i] == '"' {
			from := len(s.buf)
			i++
			for {
				q := bytes.IndexByte(rest[i:], '"')
				if q < 0 {
					return fail("quote never closed")
				}
				lines += bytes.Count(rest[i:i+q], []byte{'\n'})
				s.buf = append(s.buf, rest[i:i+q]...)
				i += q + 1
				if i < len(rest) && rest[i] == '"' {
					s.buf = append(s.buf, '"')
					i++
					continue
				}
				break
			}
			s.fields = append(s.fields, s.buf[from:len(s.buf):len(s.buf)])
			if i < len(rest) && rest[i] != ',' && rest[i] != '\n' && rest[i] != '\r' {
				return fail("text after a closing quote")
			}
		} else {
			j := i
			for j < len(rest) && rest[j] != ',' && rest[j] != '\n' && rest[j] != '"' {
				j++
			}
			if j < len(rest) && rest[j] == '"' {
				return fail("quote inside an unquoted field")
			}
			f := rest[i:j]
			if k := len(f); k > 0 && f[k-1] == '\r' && (j == len(rest) || rest[j] == '\n') {
				f = f[:k-1]
			}
			s.fields, i = append(s.fields, f), j
		}
		if i < len(rest) && rest[i] == ',' {
			i++
			continue
		}
		break
	}
	end := i
	if i < len(rest) && rest[i] == '\r' {
		i++
	}
	if i < len(rest) && rest[i] != '\n' {
		return fail("carriage return inside a record")
	}
	if i < len(rest) {
		i++
	}
	s.raw, s.pos, s.line = rest[:end], s.pos+i, s.line+lines
	return s.valid()
}

// appendCSV writes one field, quoted where RFC 4180 asks for it.
func appendCSV[T string | []byte](dst []byte, f T) []byte {
	quote := false
	for i := 0; i < len(f); i++ {
		if c := f[i]; c == ',' || c == '"' || c == '\n' || c == '\r' {
			quote = true
			break
		}
	}
	if !quote {
		return append(dst, f...)
	}
	dst = append(dst, '"')
	for i := 0; i < len(f); i++ {
		if f[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, f[i])
	}
	return append(dst, '"')
}
