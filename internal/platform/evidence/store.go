package evidence

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

const itemColumns = `e.id, e.sha256, c.size, c.media, c.width, c.height, e.kind, e.name, e.captured_at, e.captured_source,
	e.lng, e.lat, e.accuracy, e.place_source, e.account, e.post, e.received_at, e.marks`

const itemTables = ` FROM evidence e JOIN evidence_content c ON c.sha256 = e.sha256`

// scanItem reads itemColumns and what follows them.
func scanItem(row interface{ Scan(...any) error }, more ...any) (Item, error) {
	var it Item
	var captured, received, accuracy int64
	var lng, lat sql.NullInt64
	var marks string
	err := row.Scan(append([]any{&it.ID, &it.SHA256, &it.Size, &it.Media, &it.Width, &it.Height, &it.Kind, &it.Name, &captured,
		&it.CapturedSource, &lng, &lat, &accuracy, &it.PlaceSource, &it.Account, &it.Post, &received, &marks}, more...)...)
	if err != nil {
		return it, store.Classify(err)
	}
	it.CapturedAt, it.ReceivedAt = instant(captured), instant(received)
	if lng.Valid && lat.Valid {
		it.Place = &Place{Lng: lng.Int64, Lat: lat.Int64, Accuracy: accuracy}
	}
	it.Marks, err = readMarks(marks)
	return it, err
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).In(clock.Shanghai)
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func readMarks(text string) ([]Mark, error) {
	var out []Mark
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "evidence_marks", "材料标记无法读取")
	}
	return out, nil
}

func marksText(marks []Mark) string {
	if marks == nil {
		marks = []Mark{}
	}
	b, _ := json.Marshal(marks) // plain texts and numbers
	return string(b)
}

// Get is one piece of evidence. Errors: not found.
func Get(ctx context.Context, tx *store.Tx, id int64) (Item, error) {
	return scanItem(tx.QueryRow(ctx, "SELECT "+itemColumns+itemTables+" WHERE e.id = $1", id))
}

// Of lists the evidence that was put to an object, in order of time, with all its marks.
func Of(ctx context.Context, tx *store.Tx, object string) ([]Item, error) {
	rows, err := tx.Query(ctx, "SELECT "+itemColumns+", u.at, u.marks"+itemTables+
		" JOIN evidence_use u ON u.evidence_id = e.id WHERE u.object = $1 ORDER BY u.at, e.id", object)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Item{}
	for rows.Next() {
		var at int64
		var text string
		it, err := scanItem(rows, &at, &text)
		if err != nil {
			return nil, err
		}
		there, err := readMarks(text)
		if err != nil {
			return nil, err
		}
		it.UsedAt, it.Marks = instant(at), append(it.Marks, there...)
		out = append(out, it)
	}
	return out, store.Classify(rows.Err())
}

// Objects lists what a piece of evidence was put to.
func Objects(ctx context.Context, tx *store.Tx, id int64) ([]string, error) {
	rows, err := tx.Query(ctx, "SELECT object FROM evidence_use WHERE evidence_id = $1 ORDER BY at, object", id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var object string
		if err := rows.Scan(&object); err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, object)
	}
	return out, store.Classify(rows.Err())
}

// insertContent writes what the content itself says, once.
func insertContent(ctx context.Context, tx *store.Tx, sum string, size int64, f Finding) error {
	var hash any
	parts := [4]any{}
	if f.Hash != nil {
		hash = int64(*f.Hash)
		for i, b := range bands(*f.Hash) {
			parts[i] = b
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO evidence_content (sha256, size, media, width, height, phash, band0, band1, band2, band3, received_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (sha256) DO NOTHING`,
		sum, size, f.Media, f.Width, f.Height, hash, parts[0], parts[1], parts[2], parts[3], tx.NowMS())
	return err
}

func insertItem(ctx context.Context, tx *store.Tx, it *Item, client string) error {
	var lng, lat any
	var accuracy int64
	if it.Place != nil {
		lng, lat, accuracy = it.Place.Lng, it.Place.Lat, it.Place.Accuracy
	}
	return tx.QueryRow(ctx, `INSERT INTO evidence (sha256, kind, name, captured_at, captured_source, lng, lat, accuracy, place_source,
		account, post, client_id, received_at, marks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
		it.SHA256, string(it.Kind), it.Name, millis(it.CapturedAt), it.CapturedSource, lng, lat, accuracy, it.PlaceSource,
		it.Account, it.Post, client, millis(it.ReceivedAt), marksText(it.Marks)).Scan(&it.ID)
}

// byClient finds what a device has already delivered under its own id; 0 when nothing.
func byClient(ctx context.Context, tx *store.Tx, account int64, client string) (int64, error) {
	if client == "" {
		return 0, nil
	}
	var id int64
	err := tx.QueryRow(ctx, "SELECT id FROM evidence WHERE account = $1 AND client_id = $2", account, client).Scan(&id)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return id, err
}
