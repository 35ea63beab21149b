package importer

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// scanner splits RFC 4180 text that streams in. It knows the line of every record and keeps
// its raw text. After a malformed record it goes on with the next physical line, so that
// one stray quote costs one row and not the rest of the file.
type scanner struct {
	src     *Source
	buf     []byte
	pos     int // next byte
	end     int // end of what was read
	eof     bool
	comma   byte
	maxLine int
	line    int // physical line of the byte at pos, from 1

	fields [][]byte // of the current record, valid until next
	start  int      // its first line
	raw    []byte   // its text without line end
	open   bool     // it ended with the file instead of a line end
	unq    []byte
}

func newScanner(src *Source) *scanner {
	return &scanner{src: src, buf: make([]byte, 4*src.lim.MaxLine+(256<<10)), comma: ',', maxLine: src.lim.MaxLine, line: 1}
}

// malformed is a record that cannot be split; the scanner goes on after it.
type malformed struct{ why Reason }

func (m *malformed) Error() string { return m.why.String() }

// next reads one record. It gives io.EOF at the end, *malformed for a record that cannot be
// split, and *FileError when the file cannot be read on. Empty lines are skipped.
func (s *scanner) next() error {
	for {
		n, err := s.lineLength()
		if err != nil {
			return err
		}
		line := s.buf[s.pos : s.pos+n]
		s.start = s.line
		s.open = s.eof && s.pos+n == s.end
		next := s.pos + n
		if !s.open {
			next++
		}
		if k := len(line); k > 0 && line[k-1] == '\r' {
			line = line[:k-1]
		}
		if len(line) == 0 {
			s.pos = next
			s.line++
			continue
		}
		if len(line) > s.maxLine {
			s.raw, s.fields = line[:s.maxLine], s.fields[:0]
			s.pos = next
			s.line++
			return s.tooLong()
		}
		s.fields = s.fields[:0]
		if bytes.IndexByte(line, '"') >= 0 {
			return s.quoted(line, next)
		}
		s.raw, s.pos = line, next
		s.line++
		from := 0
		for i, c := range line {
			if c == s.comma {
				s.fields = append(s.fields, line[from:i])
				from = i + 1
			}
		}
		s.fields = append(s.fields, line[from:])
		return s.valid()
	}
}

func (s *scanner) tooLong() error {
	return &malformed{because("too_long", strconv.Itoa(s.maxLine))}
}

// lineLength finds the length of the physical line at pos. A line longer than the buffer is
// skipped up to its end; what is left of it in the buffer is longer than maxLine.
func (s *scanner) lineLength() (int, error) {
	seen := 0
	for {
		if i := bytes.IndexByte(s.buf[s.pos+seen:s.end], '\n'); i >= 0 {
			return seen + i, nil
		}
		seen = s.end - s.pos
		if s.eof {
			if seen == 0 {
				return 0, io.EOF
			}
			return seen, nil
		}
		if seen > len(s.buf)/2 {
			s.end = s.pos + s.maxLine + 1 // keep enough to be too long, drop the rest
			seen = s.maxLine + 1
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

func (s *scanner) fill() error {
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.pos = 0
	}
	for range 100 {
		n, err := s.src.Read(s.buf[s.end:])
		s.end += n
		if errors.Is(err, io.EOF) {
			s.eof = true
			return nil
		}
		if err != nil {
			var f *FileError
			if errors.As(err, &f) && f.Line == 0 {
				f.Line = s.line
			}
			return err
		}
		if n > 0 {
			return nil
		}
	}
	return s.src.fail("read", io.ErrNoProgress.Error(), io.ErrNoProgress)
}

// valid refuses text that no cell may hold.
func (s *scanner) valid() error {
	switch {
	case bytes.IndexByte(s.raw, 0) >= 0:
		return &malformed{because("nul", "")}
	case !utf8.Valid(s.raw):
		return &malformed{because("encoding", s.src.Encoding())}
	case s.src.text.encoding == gbName && bytes.Contains(s.raw, []byte("\ufffd")):
		return &malformed{because("encoding", gbName)}
	}
	return nil
}

// quoted reads a record with quotes that begins with the physical line first; after is
// where the next one begins. Such a record may span lines, up to maxLine bytes.
func (s *scanner) quoted(first []byte, after int) error {
	size := len(first)
	for {
		n, lines, err := s.split(s.buf[s.pos:s.end])
		if errors.Is(err, errMore) && !s.eof && s.end-s.pos <= s.maxLine {
			rest := after - s.pos
			if err := s.fill(); err != nil {
				return err
			}
			after = s.pos + rest
			continue
		}
		if err == nil && n > s.maxLine {
			err = errMore
		}
		if err != nil {
			why := err.Error()
			if errors.Is(err, errMore) {
				why = "quote never closed"
			}
			s.raw, s.fields = s.buf[s.pos:s.pos+size], s.fields[:0]
			s.pos = after
			s.line++
			return &malformed{because("quote", why)}
		}
		s.raw = bytes.TrimRight(s.buf[s.pos:s.pos+n], "\r\n")
		s.open = s.eof && s.pos+n == s.end && s.buf[s.end-1] != '\n'
		s.pos += n
		s.line += lines
		return s.valid()
	}
}

var errMore = errors.New("more text is needed")

// split splits one record with quotes off text and gives its length with the line end and
// the number of lines it has.
func (s *scanner) split(text []byte) (n, lines int, err error) {
	s.fields, s.unq = s.fields[:0], s.unq[:0]
	i := 0
	lines = 1
	for {
		var f []byte
		if i < len(text) && text[i] == '"' {
			from := len(s.unq)
			j, nl, err := s.unquote(text[i+1:])
			if err != nil {
				return 0, 0, err
			}
			f, lines, i = s.unq[from:len(s.unq):len(s.unq)], lines+nl, i+1+j
		} else {
			j := i
			for j < len(text) && text[j] != s.comma && text[j] != '\n' && text[j] != '"' {
				j++
			}
			if j < len(text) && text[j] == '"' {
				return 0, 0, errors.New("quote inside an unquoted field")
			}
			f = text[i:j]
			if j == len(text) || text[j] == '\n' {
				f = bytes.TrimSuffix(f, []byte("\r"))
			}
			i = j
		}
		s.fields = append(s.fields, f)
		switch {
		case i == len(text):
			if !s.eof {
				return 0, 0, errMore
			}
			return i, lines, nil
		case text[i] == s.comma:
			i++
		case text[i] == '\n':
			return i + 1, lines, nil
		case text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n':
			return i + 2, lines, nil
		default:
			return 0, 0, errors.New("text after a closing quote")
		}
	}
}

// unquote appends the text up to the closing quote to s.unq and gives the place after it.
func (s *scanner) unquote(text []byte) (n, lines int, err error) {
	for {
		q := bytes.IndexByte(text[n:], '"')
		if q < 0 || n+q+1 == len(text) && !s.eof { // a doubled quote may follow
			return 0, 0, errMore
		}
		lines += bytes.Count(text[n:n+q], []byte{'\n'})
		s.unq = append(s.unq, text[n:n+q]...)
		n += q + 1
		if n == len(text) || text[n] != '"' {
			return n, lines, nil
		}
		s.unq = append(s.unq, '"')
		n++
	}
}

// findComma tells the separator by the header line: the one of comma, semicolon and
// tabulator that stands there most often outside quotes.
func findComma(line []byte) byte {
	best, most := byte(','), 0
	for _, c := range []byte{',', ';', '\t'} {
		n, quoted := 0, false
		for _, b := range line {
			switch {
			case b == '"':
				quoted = !quoted
			case b == c && !quoted:
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}

// header reads the first record with the separator it finds there. Errors are *FileError.
func (s *scanner) header() ([]string, error) {
	n, err := s.lineLength()
	if errors.Is(err, io.EOF) {
		return nil, s.src.fail("empty", "", nil)
	}
	if err != nil {
		return nil, err
	}
	s.comma = findComma(s.buf[s.pos : s.pos+n])
	err = s.next()
	var bad *malformed
	switch {
	case errors.Is(err, io.EOF):
		return nil, s.src.fail("empty", "", nil)
	case errors.As(err, &bad):
		return nil, &FileError{File: s.src.name, Line: s.start, Reason: because("header", bad.why.String())}
	case err != nil:
		return nil, err
	}
	if bytes.IndexByte(s.raw, '\r') >= 0 {
		return nil, &FileError{File: s.src.name, Line: 1, Reason: because("header", "line ends are CR alone")}
	}
	head := make([]string, len(s.fields))
	for i, f := range s.fields {
		head[i] = string(f)
	}
	return head, nil
}
