package telemetry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"unicode/utf8"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/standard"
)

// receipt is what is known of a file that was taken in before: its account and its rejects.
// It says the same as reading the file again would, as long as nothing was appended since
// and the terms are the same.
type receipt struct {
	sha256  string
	change  int64            // number of the last append
	parser  *importer.Parser // has read the header
	run     Import
	first   int64 // earliest and latest label
	last    int64
	rejects []ImportReject
}

// maxReplayed bounds the rejects that are given again from a receipt; a file with more is
// read again.
const maxReplayed = 20_000

// terms is all that the outcome of reading a file depends on besides its bytes and the
// stored observations. Any difference makes the file be read.
type terms struct {
	Program string // digest of the running program
	Kind    string
	Profile string
	Map     map[string]string
	Set     map[string]string
	Missing []string
	Create  bool
	Limits  importer.Limits
	Rules   *Rules
	Cities  []standard.City
	Sites   []Site
	System  bool
	Grants  []access.Grant
}

// terms gives the digest of the terms, "" when the program does not know itself.
func (r *importRun) terms(ctx context.Context, tx *store.Tx) (string, error) {
	program := r.m.program()
	if program == "" {
		return "", nil
	}
	d, err := directoryIn(ctx, tx)
	if err != nil {
		return "", err
	}
	o := r.opt
	sum := sha256.Sum256([]byte(toJSON(terms{program, o.Kind, o.Profile, o.Map, o.Set, o.Missing, o.CreateStations, r.m.cfg.Limits,
		r.m.svc.rules, r.m.reg.Cities(), d.Sites(), r.actor.IsSystem(), r.actor.Grants()})))
	return hex.EncodeToString(sum[:]), nil
}

// programDigest is the SHA-256 of the running program's file, "" when it cannot be read.
func programDigest() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// recall finds the file's receipt, nil when it must be read. Only a file of a size that was
// taken in before is hashed.
func (r *importRun) recall(ctx context.Context) (k *receipt, err error) {
	if r.file.Size <= 0 {
		return nil, nil
	}
	n := 0
	err = r.view(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(ctx, "SELECT COUNT(*) FROM import_receipt WHERE size = $1", r.file.Size).Scan(&n)
	})
	if err != nil || n == 0 {
		return nil, err
	}
	p, closeFile, err := r.open()
	if err != nil {
		return nil, err
	}
	defer closeFile()
	if err := p.Source().Drain(); err != nil {
		return nil, err
	}
	sum, _ := p.Source().SHA256()
	err = r.view(ctx, func(tx *store.Tx) error {
		k, err = r.find(ctx, tx, sum)
		return err
	})
	if k != nil {
		k.parser = p
	}
	return k, err
}

// find reads the receipt of the bytes, if it holds.
func (r *importRun) find(ctx context.Context, tx *store.Tx, sum string) (*receipt, error) {
	with, err := r.terms(ctx, tx)
	if err != nil {
		return nil, err
	}
	change, err := series.LastChange(ctx, tx)
	if err != nil {
		return nil, err
	}
	var id, batch int64
	err = tx.QueryRow(ctx, "SELECT import_id, batch_id FROM import_receipt WHERE sha256 = $1 AND terms = $2 AND change = $3",
		sum, with, change).Scan(&id, &batch)
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	k := &receipt{sha256: sum, change: change}
	if whole, err := k.load(ctx, tx, id, batch); err != nil || !whole {
		return nil, err
	}
	return k, nil
}

// load reads the account and the rejects, and tells whether they agree.
func (k *receipt) load(ctx context.Context, tx *store.Tx, id, batch int64) (whole bool, err error) {
	if k.run, err = readImport(ctx, tx, id); err != nil {
		return false, err
	}
	err = tx.QueryRow(ctx, "SELECT first_time, last_time FROM batch WHERE id = $1", batch).Scan(&k.first, &k.last)
	if err != nil {
		return false, err
	}
	values := int64(0)
	err = eachReject(ctx, tx, id, func(x ImportReject) bool {
		k.rejects = append(k.rejects, x)
		values += x.Values
		return true
	})
	return values == k.run.Rejected && k.run.balanced(), err
}

// again accounts for the file as reading it would: every value that is not refused is stored
// already and unchanged.
func (r *importRun) again(ctx context.Context, k *receipt) error {
	r.begin(k.parser)
	d := r.delivery(k.parser)
	d.SHA256 = k.sha256
	in, err := r.m.svc.Begin(ctx, r.view, d)
	if err != nil {
		return err
	}
	for _, x := range k.rejects {
		in.Reject(Reject{Line: x.Line, Column: x.Column, Reason: x.Reason(), Raw: x.Row, Values: x.Values})
		r.reject(importer.Reject{Line: x.Line, Column: x.Column, Reason: x.Reason(), Row: x.Row, Values: x.Values})
	}
	in.known(k)
	r.intake, r.known = in, k
	r.whereabouts()
	r.report.SHA256, r.report.Size = k.sha256, r.file.Size
	r.report.Rows, r.report.RejectedRows, r.report.Missing = k.run.Rows, r.log.rows, k.run.Missing
	return nil
}

// known counts the values of a receipt, which are stored already.
func (in *Intake) known(k *receipt) {
	n := k.run.Stored + k.run.Unchanged
	in.account.Received += n
	in.account.Unchanged += n
	in.account.Suspect = k.run.Suspect
	in.account.FirstTime, in.account.LastTime = k.first, k.last
	in.region, in.any = k.run.Region, true
}

// keep writes the receipt of a file that was read, if reading it again would say the same:
// no refusal hangs on the time of day or on stored values, and no other append came between.
func (r *importRun) keep(ctx context.Context, tx *store.Tx, rec *Import, got *judgement) error {
	if r.intake == nil || r.known != nil || got.change < 0 || got.fleeting || rec.DryRun || rec.Size <= 0 || rec.Size != r.file.Size || rec.Stored+rec.Unchanged == 0 {
		return nil
	}
	with, err := r.terms(ctx, tx)
	if err != nil || with == "" {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO import_receipt (sha256, terms, size, change, import_id, batch_id) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (sha256, terms) DO UPDATE SET change = excluded.change, import_id = excluded.import_id, batch_id = excluded.batch_id`,
		rec.SHA256, with, rec.Size, got.change, rec.ID, rec.Batch)
	return err
}

// weigh notes a refusal that a receipt cannot give again: one that hangs on the time or on
// what is stored (intake), one whose text is not kept whole, or one too many.
func (r *importRun) weigh(x importer.Reject, intake bool) {
	if r.replayed++; intake || x.Reason.Code == "future" || r.replayed > maxReplayed ||
		x.Row != storable(x.Row, maxLogRow) || !utf8.ValidString(x.Column) || !utf8.ValidString(x.Reason.Arg) {
		r.fleeting = true
	}
}
