// Package land draws the demonstration city: its counties, towns and villages with
// boundaries that belong to nobody. Everything follows from a seed.
//
// The ground is a honeycomb of about one square kilometre a cell. Each cell gets a county, a
// town and a village; a region is the union of its cells, and its border is the chain of cell
// edges between different labels. Three edges meet at every corner of a honeycomb, so a
// border never branches inside a region, two neighbours share exactly the same edges at
// every level, and there can be no gap and no overlap. The corners are then moved by a
// bounded random step and a smooth warp, and every edge gets a bent middle, which makes the
// borders look grown and keeps them free of crossings.
//
// Coordinates are whole units of 0.00001 degree (about a metre). County-level names and
// codes are public facts; town and village names are invented.
package land
