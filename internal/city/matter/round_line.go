package matter

import (
	"encoding/binary"
	"errors"
)

// errLine is a stored line that cannot be read.
var errLine = errors.New("matter_round: a line that cannot be read")

// numbers are the numbers of a line in the order they are stored.
func (r *Round) numbers() [16]*int64 {
	return [...]*int64{&r.Round, &r.Opened, &r.Found, &r.Since, &r.Filed, &r.Sent, &r.Acted, &r.Handed, &r.Closed, &r.Due, &r.Ended,
		&r.Reworks, &r.Performed, &r.Returned, &r.Extended, new(int64)}
}

func (r *Round) flags() [3]*bool { return [...]*bool{&r.Shelved, &r.Recurred, &r.Unfounded} }

// lineOf writes a life of a matter as one value: its texts with their lengths, then its numbers
// and flags as varints. Ten thousand of them are read for the figures of a county, where
// scanning thirty columns of each takes most of the time.
func lineOf(r Round, kindID, edition, category string) []byte {
	var out []byte
	for _, s := range [...]string{kindID, edition, category, r.Source} {
		out = append(binary.AppendUvarint(out, uint64(len(s))), s...)
	}
	n := r.numbers()
	for i, b := range r.flags() {
		*n[15] |= bit(*b) << i
	}
	for i, x := range n {
		v := *x
		if i > 1 && i < 11 && v != 0 { // times lie near the report
			v = v - r.Opened + 1
			if v <= 0 {
				v--
			}
		}
		out = binary.AppendVarint(out, v)
	}
	return out
}

// readLine reads what lineOf wrote; text gives one copy of each text.
func (r *Round) readLine(b []byte, text func([]byte) string) (kindID, edition, category string, err error) {
	var texts [4]string
	for i := range texts {
		n, k := binary.Uvarint(b)
		if k <= 0 || uint64(len(b)-k) < n {
			return "", "", "", errLine
		}
		texts[i], b = text(b[k:k+int(n)]), b[k+int(n):]
	}
	n := r.numbers()
	for i, x := range n {
		v, k := binary.Varint(b)
		if k <= 0 {
			return "", "", "", errLine
		}
		b = b[k:]
		if i > 1 && i < 11 && v != 0 {
			if v < 0 {
				v++
			}
			v += r.Opened - 1
		}
		*x = v
	}
	for i, f := range r.flags() {
		*f = *n[15]>>i&1 == 1
	}
	r.Source = texts[3]
	return texts[0], texts[1], texts[2], nil
}
