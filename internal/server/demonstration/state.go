package demonstration

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/packs/demo"
	"qingshan/packs/demo/synth"
)

// State is what an installation is to the demonstration.
type State uint8

// The states.
const (
	Empty      State = iota // nothing there
	Unfinished              // making it was interrupted
	Made                    // the demonstration city
	Foreign                 // somebody's data: not to be touched
)

// Settings that the demonstration leaves in the installation.
const (
	settingMark     = "demo"          // the mark shown on every page; written last
	settingMaking   = "demo.making"   // stands while the city is being made
	settingPosition = "demo.position" // how far time has gone
)

// position is how far the demonstration has come.
type position struct {
	Seed  uint64     `json:"seed"`
	Hour  synth.Hour `json:"hour"`  // newest hour delivered
	Days  int        `json:"days"`  // days of the panel delivered
	Clock int64      `json:"clock"` // ms; the city's clock when last seen
}

// resume is the time at which the clock goes on: never before anything already recorded.
func (p position) resume() time.Time {
	at := time.UnixMilli(p.Clock)
	if a := arrival(p.Hour); a.After(at) {
		at = a
	}
	return at
}

// Inspect tells what an open installation is.
func Inspect(ctx context.Context, db *store.DB) (s State, err error) {
	err = db.View(ctx, func(tx *store.Tx) error {
		settings, err := readSettings(ctx, tx)
		if err != nil {
			return err
		}
		var rows int
		const used = `SELECT (SELECT count(*) FROM site) + (SELECT count(*) FROM account)`
		if err := tx.QueryRow(ctx, used).Scan(&rows); err != nil {
			return err
		}
		switch {
		case settings[settingMaking] != "":
			s = Unfinished
		case settings[settingMark] != "":
			s = Made
		case rows > 0:
			s = Foreign
		}
		return nil
	})
	return s, err
}

// Clear removes an unfinished demonstration; the database must be closed.
func Clear(ctx context.Context, cfg store.Config) error {
	if cfg.URL != "" {
		return clearPostgres(ctx, cfg)
	}
	for _, tail := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(cfg.Path + tail); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("remove the unfinished demonstration: %w", err)
		}
	}
	return nil
}

func readSettings(ctx context.Context, tx *store.Tx) (map[string]string, error) {
	rows, err := tx.Query(ctx, `SELECT name, value FROM setting WHERE name LIKE 'demo%'`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return nil, store.Classify(err)
		}
		out[name] = value
	}
	return out, store.Classify(rows.Err())
}

func writeSetting(ctx context.Context, tx *store.Tx, name, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO setting (name, value, updated_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`, name, value, tx.NowMS())
	return err
}

// readPosition finds how far the demonstration has come.
func readPosition(ctx context.Context, db *store.DB) (p position, err error) {
	err = db.View(ctx, func(tx *store.Tx) error {
		settings, err := readSettings(ctx, tx)
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(settings[settingPosition]), &p); err != nil {
			return fault.Wrap(err, fault.Internal, "demo_position", demo.Mark+"城市的进度记录已损坏，请删除其数据目录后重新生成")
		}
		return nil
	})
	return p, err
}

func savePosition(ctx context.Context, db *store.DB, p position) error {
	return db.Update(ctx, func(tx *store.Tx) error {
		p.Clock = max(p.Clock, tx.NowMS())
		return writePosition(ctx, tx, p)
	})
}

func writePosition(ctx context.Context, tx *store.Tx, p position) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return writeSetting(ctx, tx, settingPosition, string(text))
}

// Resume tells at which time the city's clock goes on, and the seed the city was made with.
func Resume(ctx context.Context, db *store.DB) (at time.Time, seed uint64, err error) {
	p, err := readPosition(ctx, db)
	return p.resume(), p.Seed, err
}
