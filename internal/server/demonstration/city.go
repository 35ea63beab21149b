package demonstration

import (
	"qingshan/internal/city/grid"
	"qingshan/internal/city/org"

	"qingshan/internal/city/situation"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/standard"
	"qingshan/packs/demo"
	"qingshan/packs/demo/land"
	"qingshan/packs/demo/synth"
)

// City is the demonstration in one open installation.
type City struct {
	people *org.Service
	span   Span
	seed   uint64
	db     *store.DB
	sites  *telemetry.Service
	air    *situation.Service
	land   *land.Land
	world  *synth.World
	reg    *standard.Registry
	grid   *grid.Service
	folder string        // of the evidence
	clk    *clock.Manual // while the city is being made
}

// New prepares the demonstration on an open installation; it writes nothing. The files of
// evidence belong into folder.
func New(db *store.DB, folder string, span Span, seed uint64) (*City, error) {
	c := &City{span: span, seed: seed, db: db, folder: folder}
	rules, err := telemetry.BuiltinRules()
	if err != nil {
		return nil, err
	}
	c.sites = telemetry.New(db, rules)
	if c.reg, err = standard.Builtin(); err != nil {
		return nil, err
	}
	if c.air, err = situation.New(db, c.sites, c.reg, situation.Config{City: demo.City, Synthetic: true}); err != nil {
		return nil, err
	}
	if c.people, err = org.New(db, org.Config{Demo: true}); err != nil {
		return nil, err
	}
	if c.grid, err = grid.New(db, c.people, c.sites, grid.Config{}); err != nil {
		return nil, err
	}
	if c.land, err = demo.Land(seed); err != nil {
		return nil, err
	}
	c.world, err = demo.World(seed, c.land, c.reg)
	return c, err
}

// Organisation is who is who in the city, with the passwords to announce.
func (c *City) Organisation() (demo.Org, error) { return demo.Organisation(c.land) }
