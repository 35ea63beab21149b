// Package seal makes the file of a matter that anyone can check without this program's
// database: its record with the hash chain, the original evidence, its entries in the audit
// chain, signed with the installation's key. Write makes it, Verify proves it.
package seal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"qingshan/internal/platform/audit"
	"qingshan/internal/rules/region"
)

// format is the version of the manifest.
const format = "qingshan.sealed.v1"

const (
	manifestName  = "manifest.json"
	signatureName = "signature.json"
)

// Algorithm names the signature (RFC 8032).
const Algorithm = "ed25519"

// Manifest says what the file holds and what proves it. Hashes are hex, times RFC 3339.
type Manifest struct {
	Format       string          `json:"format"`
	Installation string          `json:"installation"`
	Program      string          `json:"program"`
	PublicKey    string          `json:"publicKey"`
	SealedAt     string          `json:"sealedAt"`
	SealedBy     string          `json:"sealedBy"`
	Number       string          `json:"number"`
	Head         string          `json:"head"`   // hash of the last event
	Matter       json.RawMessage `json:"matter"` // as it stood
	Clocks       json.RawMessage `json:"clocks"`
	Events       []Event         `json:"events"`
	Evidence     []Evidence      `json:"evidence"`
	Audit        []Link          `json:"audit"`
	Roots        []Root          `json:"roots"`
	Files        []Listed        `json:"files"` // every file but the manifest and its signature
}

// Event is one event: hash = SHA-256(hash before, 32 zero bytes for the first ‖ body).
type Event struct {
	Seq  int64  `json:"seq"`
	Body string `json:"body"` // the JSON that was hashed
	Hash string `json:"hash"`
}

// Evidence is one original and where it lies in the file.
type Evidence struct {
	ID     int64           `json:"id,string"`
	File   string          `json:"file"`
	SHA256 string          `json:"sha256"`
	About  json.RawMessage `json:"about"`
}

// Link is an entry of the audit chain, with all that its hash covers, and its neighbours.
type Link struct {
	Seq       int64  `json:"seq"`
	At        int64  `json:"at"`
	Account   int64  `json:"account"`
	Post      int64  `json:"post"`
	Actor     string `json:"actor"`
	Action    string `json:"action"`
	Object    string `json:"object"`
	Region    string `json:"region"`
	Summary   string `json:"summary"`
	Detail    string `json:"detail"`
	RequestID string `json:"requestId"`
	Algorithm string `json:"algorithm"`
	Prev      string `json:"prev"`
	Hash      string `json:"hash"`
	NextSeq   int64  `json:"nextSeq"` // 0: none yet
	NextPrev  string `json:"nextPrev"`
}

// Root closes a day of the audit chain.
type Root struct {
	Day       int64  `json:"day"` // since 1970-01-01
	First     int64  `json:"first"`
	Last      int64  `json:"last"`
	Algorithm string `json:"algorithm"`
	LastHash  string `json:"lastHash"`
	Before    string `json:"before"`
	Root      string `json:"root"`
}

// Listed is one file as the manifest knows it.
type Listed struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

type signature struct {
	Algorithm string `json:"algorithm"`
	PublicKey string `json:"publicKey"`
	Signature string `json:"signature"` // over the bytes of manifest.json
}

// Links puts audit entries into the manifest's form.
func Links(links []audit.Link, seals []audit.Seal) ([]Link, []Root) {
	l, r := []Link{}, []Root{}
	for _, x := range links {
		l = append(l, Link{x.Seq, x.At, x.Account, x.Post, x.Actor, x.Action, x.Object, string(x.Region), x.Summary, x.Detail,
			x.RequestID, x.Algorithm, hex.EncodeToString(x.Prev), hex.EncodeToString(x.Hash), x.NextSeq, hex.EncodeToString(x.NextPrev)})
	}
	for _, x := range seals {
		r = append(r, Root{x.Day, x.First, x.Last, x.Algorithm, hex.EncodeToString(x.LastHash), hex.EncodeToString(x.Before), hex.EncodeToString(x.Root.Root)})
	}
	return l, r
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}

func (l Link) record() audit.Record {
	return audit.Record{Seq: l.Seq, At: l.At, Account: l.Account, Post: l.Post, Actor: l.Actor, Action: l.Action, Object: l.Object,
		Region: region.Code(l.Region), Summary: l.Summary, Detail: l.Detail, RequestID: l.RequestID, Algorithm: l.Algorithm, Prev: unhex(l.Prev)}
}

func (r Root) seal() audit.Seal {
	return audit.Seal{Root: audit.Root{Day: r.Day, First: r.First, Last: r.Last, Algorithm: r.Algorithm}, LastHash: unhex(r.LastHash), Before: unhex(r.Before)}
}

// Write makes the sealed file: the given files, then the manifest that lists them and its
// signature. It is checked as a reader would before anybody gets it.
func Write(key ed25519.PrivateKey, m Manifest, files []File) ([]byte, error) {
	m.Format, m.PublicKey, m.Files = format, Public(key), []Listed{}
	for _, f := range files {
		m.Files = append(m.Files, Listed{f.Name, int64(len(f.Data)), sum(f.Data)})
	}
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, err
	}
	signed, err := json.Marshal(signature{Algorithm, m.PublicKey, hex.EncodeToString(ed25519.Sign(key, text))})
	if err != nil {
		return nil, err
	}
	all := slices.Concat([]File{{manifestName, text}, {signatureName, append(signed, '\n')}}, files)
	out, err := pack(all)
	if err != nil {
		return nil, err
	}
	if _, err := Verify(out, ""); err != nil {
		return nil, fmt.Errorf("the record does not prove itself: %w", err)
	}
	return out, nil
}

// Verify proves a sealed file: the archive byte by byte, the signature, every file's hash,
// the chain of events, that the evidence they name is there, the audit entries and roots.
// key is the public key in hex that the reader expects, "" for any. The error names the file
// and what does not fit.
func Verify(data []byte, key string) (*Manifest, error) {
	files, err := unpack(data)
	if err != nil {
		return nil, err
	}
	if len(files) < 2 || files[0].Name != manifestName || files[1].Name != signatureName {
		return nil, fmt.Errorf("not a sealed file: it must begin with %s and %s", manifestName, signatureName)
	}
	m, err := verifyManifest(files[0].Data, files[1].Data, key)
	if err != nil {
		return nil, err
	}
	if err := m.verifyFiles(files[2:]); err != nil {
		return nil, err
	}
	for _, check := range []func() error{m.verifyEvents, m.verifyEvidence, m.verifyAudit} {
		if err := check(); err != nil {
			return nil, fmt.Errorf("%s: %w", manifestName, err)
		}
	}
	return m, nil
}

func verifyManifest(text, signed []byte, key string) (*Manifest, error) {
	var s signature
	d := json.NewDecoder(bytes.NewReader(signed))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("%s: cannot be read: it was altered", signatureName)
	}
	if canonical, err := json.Marshal(s); err != nil || !bytes.Equal(append(canonical, '\n'), signed) {
		return nil, fmt.Errorf("%s: it was altered", signatureName)
	}
	public := unhex(s.PublicKey)
	if s.Algorithm != Algorithm || len(public) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%s: unknown algorithm or broken key", signatureName)
	}
	if key != "" && !strings.EqualFold(key, s.PublicKey) {
		return nil, fmt.Errorf("%s: signed with another key than the one expected", signatureName)
	}
	if !ed25519.Verify(public, text, unhex(s.Signature)) {
		return nil, fmt.Errorf("%s: the signature in %s does not fit: one of the two was altered", manifestName, signatureName)
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("%s: cannot be read", manifestName)
	}
	if m.Format != format {
		return nil, fmt.Errorf("%s: format %q is not known to this program", manifestName, m.Format)
	}
	if m.PublicKey != s.PublicKey {
		return nil, fmt.Errorf("%s: names another key than its signature", manifestName)
	}
	return &m, nil
}

func (m *Manifest) verifyFiles(files []File) error {
	for i, f := range files {
		if i >= len(m.Files) || m.Files[i].Name != f.Name {
			return fmt.Errorf("%s: not in the manifest at this place", shown(f.Name))
		}
		if w := m.Files[i]; w.Size != int64(len(f.Data)) || w.SHA256 != sum(f.Data) {
			return fmt.Errorf("%s: its content does not give the SHA-256 in the manifest", shown(f.Name))
		}
	}
	if len(files) < len(m.Files) {
		return fmt.Errorf("%s: missing", shown(m.Files[len(files)].Name))
	}
	return nil
}

// body is what every event's body says.
type body struct {
	Matter   string `json:"matter"`
	Seq      int64  `json:"seq"`
	Evidence []struct {
		SHA256 string `json:"sha256"`
	} `json:"evidence"`
}

// base is a matter's number without the suffix of a recurrence ("-R1"): what was written before
// a matter came back names it without.
func base(number string) string {
	out, _, _ := strings.Cut(number, "-R")
	return out
}

func (m *Manifest) verifyEvents() error {
	prev := make([]byte, 32)
	if len(m.Events) == 0 {
		return fmt.Errorf("no events")
	}
	known := map[string]bool{}
	for _, e := range m.Evidence {
		known[e.SHA256] = true
	}
	for i, e := range m.Events {
		h := sum(slices.Concat(prev, []byte(e.Body)))
		var b body
		switch err := json.Unmarshal([]byte(e.Body), &b); {
		case e.Seq != int64(i+1):
			return fmt.Errorf("event %d is missing", i+1)
		case h != e.Hash:
			return fmt.Errorf("event %d: its content does not give its hash", e.Seq)
		case err != nil || b.Seq != e.Seq || base(b.Matter) != base(m.Number):
			return fmt.Errorf("event %d belongs to another place", e.Seq)
		}
		for _, x := range b.Evidence {
			if !known[x.SHA256] {
				return fmt.Errorf("event %d: evidence %s is not in the file", e.Seq, x.SHA256)
			}
		}
		prev = unhex(h)
	}
	if hex.EncodeToString(prev) != m.Head {
		return fmt.Errorf("the last event is not the head of the record")
	}
	return nil
}

func (m *Manifest) verifyEvidence() error {
	listed := map[string]string{}
	for _, f := range m.Files {
		listed[f.Name] = f.SHA256
	}
	for _, e := range m.Evidence {
		if listed[e.File] != e.SHA256 {
			return fmt.Errorf("evidence %d: %s is not its original", e.ID, shown(e.File))
		}
	}
	return nil
}

func (m *Manifest) verifyAudit() error {
	for i, l := range m.Audit {
		h, known := l.record().Sum()
		switch {
		case !known || hex.EncodeToString(h) != l.Hash:
			return fmt.Errorf("audit entry %d: its content does not give its hash", l.Seq)
		case l.NextSeq != 0 && (l.NextSeq != l.Seq+1 || l.NextPrev != l.Hash):
			return fmt.Errorf("audit entry %d: the entry after it was not built on it", l.Seq)
		case i > 0 && (l.Seq <= m.Audit[i-1].Seq || l.Seq == m.Audit[i-1].Seq+1 && l.Prev != m.Audit[i-1].Hash):
			return fmt.Errorf("audit entry %d does not follow the one before it", l.Seq)
		}
	}
	for _, r := range m.Roots {
		h, known := r.seal().Sum()
		if !known || hex.EncodeToString(h) != r.Root {
			return fmt.Errorf("audit root of day %d does not fit", r.Day)
		}
		for _, l := range m.Audit {
			if l.Seq == r.Last && l.Hash != r.LastHash {
				return fmt.Errorf("audit root of day %d does not end with entry %d", r.Day, l.Seq)
			}
		}
	}
	return nil
}
