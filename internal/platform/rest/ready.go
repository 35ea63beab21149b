package rest

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Encoded is an answer that is sent many times: everything behind its first member "meta",
// which is written anew each time (it holds the clock), as JSON and packed. It does not
// change and is safe for use by several goroutines.
type Encoded struct {
	tail   []byte // from behind the value of "meta" to the final newline
	packed []byte // tail in deflate blocks, the last one final; nil when packing does not pay
	sum    [sha256.Size]byte
}

// PackedFrom is the size in bytes from which packing pays: below it an answer fits one packet.
const PackedFrom = 1400

const metaHead = `{"meta":`

// Encode makes the answer v, whose first member is "meta" with the value meta, ready to be
// sent with any other meta. Errors: v has another form or cannot be encoded.
func Encode(v, meta any) (*Encoded, error) {
	head, err := encodeJSON(meta)
	if err != nil {
		return nil, err
	}
	all, err := encodeJSON(v)
	if err != nil {
		return nil, err
	}
	tail, ok := bytes.CutPrefix(all, append([]byte(metaHead), bytes.TrimSuffix(head, []byte("\n"))...))
	if !ok {
		return nil, errors.New("rest: the answer does not begin with its meta")
	}
	e := &Encoded{tail: bytes.Clone(tail), sum: sha256.Sum256(tail)}
	if len(tail) >= PackedFrom {
		e.packed, err = deflate(tail)
	}
	return e, err
}

// Size is the memory that the answer takes, in bytes.
func (e *Encoded) Size() int { return len(e.tail) + len(e.packed) }

func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

func deflate(text []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression) // it is made once and sent often
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// Ready is the body of an answer that is made ready already; it is described as a T.
type Ready[T any] struct {
	body *Encoded
	meta any
}

// NewReady is the answer e with a meta of its own.
func NewReady[T any](e *Encoded, meta any) Ready[T] { return Ready[T]{e, meta} }

// Schema describes the body as a T.
func (Ready[T]) Schema(r huma.Registry) *huma.Schema { return r.Schema(reflect.TypeFor[T](), true, "") }

// WeakTag is the validator of the answer with a meta: answers with the same tag differ at
// most in what the caller left out of meta, such as the minutes of the clock.
func (e *Encoded) WeakTag(meta any) (string, error) {
	head, err := encodeJSON(meta)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	h.Write(e.sum[:])
	h.Write(head)
	return `W/"` + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:15]) + `"`, nil
}

// Packer is a writer below an operation whose client takes gzip: it sends a packed body of
// the given parts as it is.
type Packer interface {
	WritePacked(parts ...[]byte) error
}

// readyBody is what the JSON format sends without encoding it.
type readyBody interface{ sendTo(w io.Writer) error }

func (a Ready[T]) sendTo(w io.Writer) error {
	head, err := encodeJSON(a.meta)
	if err != nil {
		return err
	}
	head = append([]byte(metaHead), bytes.TrimSuffix(head, []byte("\n"))...)
	if v, ok := w.(*validated); ok {
		if v.same {
			return nil
		}
		if p, ok := v.ResponseWriter.(Packer); ok && a.body.packed != nil && len(head) <= maxStored {
			return p.WritePacked(a.body.gzip(head)...)
		}
	}
	_, err = w.Write(append(head, a.body.tail...))
	return err
}

// maxStored is the most a stored block of deflate holds.
const maxStored = 1<<16 - 1

// gzip is the whole answer in the format of RFC 1952: the head in a stored block, then the
// blocks made before, then the checksum of both.
func (e *Encoded) gzip(head []byte) [][]byte {
	first := append(make([]byte, 0, 15+len(head)), 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 0)
	first = binary.LittleEndian.AppendUint16(first, uint16(len(head)))
	first = binary.LittleEndian.AppendUint16(first, ^uint16(len(head)))
	first = append(first, head...)
	crc := crc32.Update(crc32.ChecksumIEEE(head), crc32.IEEETable, e.tail)
	last := binary.LittleEndian.AppendUint32(make([]byte, 0, 8), crc)
	last = binary.LittleEndian.AppendUint32(last, uint32(len(head)+len(e.tail)))
	return [][]byte{first, e.packed, last}
}

// jsonFormat is huma's, for answers that are not ready yet, and sends those that are.
func jsonFormat() huma.Format {
	f := huma.DefaultJSONFormat
	encode := f.Marshal
	f.Marshal = func(w io.Writer, v any) error {
		if r, ok := v.(readyBody); ok {
			return r.sendTo(w)
		}
		return encode(w, v)
	}
	return f
}
