package matter

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
)

const columns = `m.id, m.number, m.kind, m.edition, m.category, m.class, m.title, m.description, m.state, m.type, m.region, m.cell,
	m.place, m.site, m.subject, m.lng, m.lat, m.accuracy, m.source, m.source_number, m.holder_token, m.holder_post, m.holder_unit,
	m.holder_climb, m.found_at, m.opened_at, m.acted_at, m.done_at, m.closed_at, m.updated_at, m.due_at, m.due_clock, m.late,
	m.reworks, m.recurrences, m.children, m.merged_into, m.fields, m.client_id, m.client_by, m.signal_key, m.seq, m.head, m.version`

type scanner interface{ Scan(...any) error }

func scan(row scanner, more ...any) (*Matter, error) {
	m := &Matter{}
	var lng, lat sql.NullInt64
	var late int64
	var fields string
	err := row.Scan(append([]any{&m.ID, &m.Number, &m.Kind, &m.Edition, &m.Category, &m.Class, &m.Title, &m.Description, &m.State, &m.Type,
		&m.Region, &m.Cell, &m.Place, &m.Site, &m.Subject, &lng, &lat, &m.Accuracy, &m.Source, &m.SourceNumber, &m.HolderToken,
		&m.HolderPost, &m.HolderUnit, &m.HolderClimb, &m.FoundAt, &m.OpenedAt, &m.ActedAt, &m.DoneAt, &m.ClosedAt, &m.UpdatedAt,
		&m.DueAt, &m.DueClock, &late, &m.Reworks, &m.Recurrences, &m.Childs, &m.MergedInto, &fields, &m.ClientID, &m.ClientBy,
		&m.SignalKey, &m.Seq, &m.Head, &m.Version}, more...)...)
	if err != nil {
		return nil, store.Classify(err)
	}
	if lng.Valid && lat.Valid {
		m.At = &geo.Point{Lng: lng.Int64, Lat: lat.Int64}
	}
	m.Late = late == 1
	if err := json.Unmarshal([]byte(fields), &m.Fields); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "matter_fields", "")
	}
	return m, nil
}

// read finds a matter by id; FOR UPDATE on PostgreSQL would only repeat what serialisable
// transactions do.
func read(ctx context.Context, tx *store.Tx, id int64) (*Matter, error) {
	m, err := scan(tx.QueryRow(ctx, "SELECT "+columns+" FROM matter m WHERE m.id = $1", id))
	if err != nil {
		return nil, err
	}
	m.stored, err = m.values()
	return m, err
}

// where lists matters; cond speaks of m and carries its own order.
func where(ctx context.Context, tx *store.Tx, cond string, args ...any) ([]*Matter, error) {
	rows, err := tx.Query(ctx, "SELECT "+columns+" FROM matter m WHERE "+cond, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Matter
	for rows.Next() {
		m, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, store.Classify(rows.Err())
}

// values are a matter's columns in the order of insertColumns.
func (m *Matter) values() ([]any, error) {
	if m.Fields == nil {
		m.Fields = map[string]string{}
	}
	fields, err := json.Marshal(m.Fields)
	if err != nil {
		return nil, err
	}
	county, town := cut(m.Region)
	var lng, lat any
	if m.At != nil {
		lng, lat = m.At.Lng, m.At.Lat
	}
	return []any{m.Number, m.Kind, m.Edition, m.Category, m.Class, m.Title, m.Description, m.State, string(m.Type), bit(m.Open()),
		string(m.Region), county, town, m.Cell, m.Place, m.Site, m.Subject, lng, lat, m.Accuracy, m.Source, m.SourceNumber,
		m.HolderToken, m.HolderPost, m.HolderUnit, m.HolderClimb, m.FoundAt, m.OpenedAt, m.ActedAt, m.DoneAt, m.ClosedAt, m.UpdatedAt,
		m.DueAt, m.DueClock, bit(m.Late), m.Reworks, m.Recurrences, m.Childs, m.MergedInto, string(fields), m.ClientID, m.ClientBy,
		m.SignalKey, m.Seq, m.Head, m.Version}, nil
}

const insertColumns = `number, kind, edition, category, class, title, description, state, type, open, region, county, town, cell, place,
	site, subject, lng, lat, accuracy, source, source_number, holder_token, holder_post, holder_unit, holder_climb, found_at, opened_at,
	acted_at, done_at, closed_at, updated_at, due_at, due_clock, late, reworks, recurrences, children, merged_into, fields, client_id,
	client_by, signal_key, seq, head, version`

func insert(ctx context.Context, tx *store.Tx, m *Matter) error {
	args, err := m.values()
	if err != nil {
		return err
	}
	marks, _ := store.In(1, len(args))
	return tx.QueryRow(ctx, "INSERT INTO matter ("+insertColumns+") VALUES "+marks+" RETURNING id", args...).Scan(&m.ID)
}

// save writes a matter that was read at a version: only the columns that changed, since each
// column that is written writes its indexes anew. Errors: conflict stale.
func save(ctx context.Context, tx *store.Tx, m *Matter, version int64) error {
	now, err := m.values()
	if err != nil {
		return err
	}
	var p part
	var set []string
	for i, c := range strings.Split(insertColumns, ",") {
		if m.stored == nil || !reflect.DeepEqual(m.stored[i], now[i]) {
			set = append(set, strings.TrimSpace(c)+" = "+p.add(now[i]))
		}
	}
	if len(set) == 0 {
		set = append(set, "version = "+p.add(m.Version))
	}
	res, err := tx.Exec(ctx, "UPDATE matter SET "+strings.Join(set, ", ")+" WHERE id = "+p.add(m.ID)+" AND version = "+p.add(version), p.args...)
	if err != nil {
		return err
	}
	if k, err := res.RowsAffected(); err != nil || k != 1 {
		return fault.New(fault.Conflict, "stale", "内容已被他人修改，请刷新后重新办理")
	}
	m.stored = now
	return nil
}

// count adds to the maintained count of a matter's place, kind and type.
func count(ctx context.Context, tx *store.Tx, m *Matter, kindOfState string, by int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO matter_count (region, kind, type, n) VALUES ($1, $2, $3, $4)
		ON CONFLICT (region, kind, type) DO UPDATE SET n = matter_count.n + excluded.n`, string(m.Region), m.Kind, kindOfState, by)
	return err
}

// nextNumber gives the next number of a kind in a civil year.
func nextNumber(ctx context.Context, tx *store.Tx, kindID, prefix string, year int) (string, error) {
	var n int64
	err := tx.QueryRow(ctx, `INSERT INTO matter_number (kind, year, last) VALUES ($1, $2, 1)
		ON CONFLICT (kind, year) DO UPDATE SET last = matter_number.last + 1 RETURNING last`, kindID, int64(year)).Scan(&n)
	return fmt.Sprintf("%s-%d-%04d", prefix, year, n), err
}

// parties lists who stands in which relation, those of the past too, oldest first.
func parties(ctx context.Context, tx *store.Tx, id int64) ([]Party, error) {
	rows, err := tx.Query(ctx, "SELECT relation, post, unit, account, since, until FROM matter_party WHERE matter = $1 ORDER BY id", id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Party
	for rows.Next() {
		var p Party
		if err := rows.Scan(&p.Relation, &p.Post, &p.Unit, &p.Account, &p.Since, &p.Until); err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, p)
	}
	return out, store.Classify(rows.Err())
}

// setParty puts somebody in a relation in place of whoever stood in it. It writes nothing
// when they stand in it already.
func setParty(ctx context.Context, tx *store.Tx, m *Matter, list []Party, p Party) ([]Party, error) {
	for i, old := range list {
		if old.Relation != p.Relation || old.Until != 0 {
			continue
		}
		if old.Post == p.Post && old.Unit == p.Unit && old.Account == p.Account {
			return list, nil
		}
		list[i].Until = tx.NowMS()
	}
	_, err := tx.Exec(ctx, "UPDATE matter_party SET until = $1 WHERE matter = $2 AND relation = $3 AND until = 0", tx.NowMS(), m.ID, p.Relation)
	if err != nil || p.Post == 0 && p.Unit == 0 && p.Account == 0 {
		return list, err
	}
	return addParty(ctx, tx, m, list, p)
}

func addParty(ctx context.Context, tx *store.Tx, m *Matter, list []Party, p Party) ([]Party, error) {
	p.Since, p.Until = tx.NowMS(), 0
	_, err := tx.Exec(ctx, `INSERT INTO matter_party (matter, relation, post, unit, account, since, region) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		m.ID, p.Relation, p.Post, p.Unit, p.Account, p.Since, string(m.Region))
	return append(list, p), err
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
