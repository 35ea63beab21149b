package org

import (
	"context"
	"slices"
	"sync"
	"time"

	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// directoryFor is how long a directory is believed when another process may have changed who
// is who; a change made here counts at once.
const directoryFor = 5 * time.Second

// Seat is a post as the other rooms need it: what it is and who holds it today.
type Seat struct {
	ID, Unit   int64
	Code       string
	Name       string
	UnitName   string
	UnitKind   string
	UnitRegion region.Code
	Role       string
	Scope      region.Code // "" for roles that reach everything or only their unit
	Accounts   []int64     // enabled accounts of those who hold it today
}

// Held tells whether somebody with an account holds the post today.
func (s *Seat) Held() bool { return len(s.Accounts) > 0 }

// Directory is who is who on one day, held in memory; read-only. It asks for no permission:
// a room shows of it only what belongs to its own records.
type Directory struct {
	Posts   map[int64]*Seat
	Units   map[int64]*Unit
	Regions map[region.Code]string
	Persons map[int64]int64  // account → person
	Names   map[int64]string // account → name shown

	byRole map[string][]*Seat // narrowest scope first
	byUnit map[int64][]*Seat
}

// Covering lists the posts of a role whose scope holds a region, the narrowest first.
func (d *Directory) Covering(role string, r region.Code) []*Seat {
	var out []*Seat
	for _, s := range d.byRole[role] {
		if s.Scope == "" || region.Contains(s.Scope, r) {
			out = append(out, s)
		}
	}
	return out
}

// OfUnit lists the posts of a unit by id.
func (d *Directory) OfUnit(unit int64) []*Seat { return d.byUnit[unit] }

// RegionName is a region's name, its code when it is not known.
func (d *Directory) RegionName(r region.Code) string {
	if n := d.Regions[r]; n != "" {
		return n
	}
	return string(r)
}

// directoryCache is the last directory that was read.
type directoryCache struct {
	mu      sync.Mutex
	dir     *Directory
	day     string
	changes int64
	until   time.Time // machine
}

// Directory is who is who today.
func (s *Service) Directory(ctx context.Context) (*Directory, error) {
	c := &s.directory
	c.mu.Lock()
	defer c.mu.Unlock()
	now, changes := s.cfg.Machine.Now(), s.changes.Load()
	day := s.db.Clock().Now().Format(time.DateOnly)
	if c.dir != nil && c.day == day && c.changes == changes && now.Before(c.until) {
		return c.dir, nil
	}
	var d *Directory
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		d, err = readDirectory(ctx, tx, today(tx))
		return err
	})
	if err != nil {
		return nil, err
	}
	c.dir, c.day, c.changes, c.until = d, day, changes, now.Add(directoryFor)
	return d, nil
}

func readDirectory(ctx context.Context, tx *store.Tx, day string) (*Directory, error) {
	d := &Directory{Posts: map[int64]*Seat{}, Units: map[int64]*Unit{}, Regions: map[region.Code]string{}, Persons: map[int64]int64{},
		Names: map[int64]string{}, byRole: map[string][]*Seat{}, byUnit: map[int64][]*Seat{}}
	for _, read := range []func(context.Context, *store.Tx, string) error{d.readRegions, d.readUnits, d.readPosts, d.readHolders, d.readAccounts} {
		if err := read(ctx, tx, day); err != nil {
			return nil, err
		}
	}
	for _, list := range d.byRole {
		slices.SortFunc(list, func(a, b *Seat) int {
			if x, y := a.Scope.Level(), b.Scope.Level(); x != y {
				return int(y) - int(x)
			}
			return int(a.ID - b.ID)
		})
	}
	return d, nil
}

func (d *Directory) readRegions(ctx context.Context, tx *store.Tx, _ string) error {
	rows, err := tx.Query(ctx, "SELECT code, name FROM region")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var code region.Code
		var name string
		if err := rows.Scan(&code, &name); err != nil {
			return store.Classify(err)
		}
		d.Regions[code] = name
	}
	return store.Classify(rows.Err())
}

func (d *Directory) readUnits(ctx context.Context, tx *store.Tx, _ string) error {
	units, err := unitsWhere(ctx, tx, "1 = 1")
	for i := range units {
		d.Units[units[i].ID] = &units[i]
	}
	return err
}

func (d *Directory) readPosts(ctx context.Context, tx *store.Tx, _ string) error {
	rows, err := tx.Query(ctx, "SELECT "+postColumns+" FROM post p JOIN unit u ON u.id = p.unit_id ORDER BY p.id")
	if err != nil {
		return err
	}
	posts, err := collect(rows, func() (Post, error) { return scanPost(rows) })
	for _, p := range posts {
		s := &Seat{ID: p.ID, Unit: p.Unit, Code: p.Code, Name: p.Name, UnitName: p.UnitName, UnitRegion: p.UnitRegion, Role: p.Role, Scope: p.Scope}
		if u := d.Units[p.Unit]; u != nil {
			s.UnitKind = u.Kind
		}
		d.Posts[s.ID] = s
		d.byRole[s.Role] = append(d.byRole[s.Role], s)
		d.byUnit[s.Unit] = append(d.byUnit[s.Unit], s)
	}
	return err
}

func (d *Directory) readHolders(ctx context.Context, tx *store.Tx, day string) error {
	rows, err := tx.Query(ctx, `SELECT DISTINCT h.post_id, a.id FROM holder h JOIN account a ON a.person_id = h.person_id
		WHERE a.disabled = 0 AND h.from_day <= $1 AND (h.to_day = '' OR h.to_day > $2) ORDER BY h.post_id, a.id`, day, day)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var post, account int64
		if err := rows.Scan(&post, &account); err != nil {
			return store.Classify(err)
		}
		if s := d.Posts[post]; s != nil {
			s.Accounts = append(s.Accounts, account)
		}
	}
	return store.Classify(rows.Err())
}

func (d *Directory) readAccounts(ctx context.Context, tx *store.Tx, _ string) error {
	rows, err := tx.Query(ctx, "SELECT id, person_id, display FROM account")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, person int64
		var name string
		if err := rows.Scan(&id, &person, &name); err != nil {
			return store.Classify(err)
		}
		d.Persons[id], d.Names[id] = person, name
	}
	return store.Classify(rows.Err())
}
