// Package standard holds what the ministry can change as dated data: one file per edition
// with breakpoints, limits, validity minima, decimals, index rules and levels, and named
// city lists. A revised standard is a new file, not new code. Every item carries its
// clause, in Chinese and in English, and its confidence (A official text or proven on published
// numbers, B second-hand, C professional knowledge).
package standard

import (
	"fmt"
	"strings"

	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
)

// Edition is one parameter set in force from From to To (both inclusive).
// It is read-only after loading.
type Edition struct {
	ID          string       `toml:"id"`
	Name        string       `toml:"name"`
	NameEN      string       `toml:"name_en"`
	From        calendar.Day `toml:"from"`
	To          calendar.Day `toml:"to"`
	File        string       `toml:"-"` // the file it came from
	Documents   []Document   `toml:"document"`
	Breakpoints Breakpoints  `toml:"breakpoints"`
	AQI         AQIRules     `toml:"aqi"`
	Ozone       Ozone        `toml:"ozone"`
	Dust        Dust         `toml:"dust"`
	Validity    Validity     `toml:"validity"`
	Decimals    Decimals     `toml:"decimals"`
	Index       Index        `toml:"index"`
	Evaluation  []Evaluation `toml:"evaluation"`
	Limits      Limits       `toml:"limits"`
	Levels      Levels       `toml:"levels"`
	Sensitive   Sensitive    `toml:"sensitive"`
}

// Document is a standard text behind the edition.
type Document struct {
	Number     string     `toml:"number"`
	Title      string     `toml:"title"`
	Covers     string     `toml:"covers"`
	CoversEN   string     `toml:"covers_en"`
	Confidence Confidence `toml:"confidence"`
	SHA256     string     `toml:"sha256"`
}

// Numbers lists the document numbers.
func (e *Edition) Numbers() (out []string) {
	for _, d := range e.Documents {
		out = append(out, d.Number)
	}
	return out
}

// Confidence is 'A', 'B' or 'C'; 0 when a row has no mark of its own and its table's holds.
type Confidence byte

func (c Confidence) String() string {
	if c == 0 {
		return ""
	}
	return string(rune(c))
}

// UnmarshalText accepts A, B and C only.
func (c *Confidence) UnmarshalText(b []byte) error {
	if s := string(b); s != "A" && s != "B" && s != "C" {
		return fmt.Errorf("confidence %q: want A, B or C", s)
	}
	*c = Confidence(b[0])
	return nil
}

// Report is the kind of AQI report.
type Report uint8

// The reports of HJ 633.
const (
	Hourly Report = iota // 实时报
	Daily                // 日报
)

func (r Report) String() string { return [...]string{"hourly", "daily"}[r] }

// UnmarshalText reads hourly or daily.
func (r *Report) UnmarshalText(b []byte) error {
	switch string(b) {
	case "hourly":
		*r = Hourly
	case "daily":
		*r = Daily
	default:
		return fmt.Errorf("report %q: want hourly or daily", b)
	}
	return nil
}

// Breakpoints is the table concentration → IAQI. Concentrations are in µg/m³, CO in mg/m³.
type Breakpoints struct {
	IAQI       Integers        `toml:"iaqi"`
	Clause     string          `toml:"clause"`
	ClauseEN   string          `toml:"clause_en"`
	Confidence Confidence      `toml:"confidence"`
	Rows       []BreakpointRow `toml:"row"`
}

// BreakpointRow is one pollutant's row; it may end before the IAQI row does.
type BreakpointRow struct {
	Report        Report      `toml:"report"`
	Item          Pollutant   `toml:"item"`
	Concentration DecimalList `toml:"concentration"`
	Above         AboveTable  `toml:"above"`
	Confidence    Confidence  `toml:"confidence"`
	Note          string      `toml:"note"`
}

// Row finds the row of a pollutant in a report.
func (b *Breakpoints) Row(r Report, p Pollutant) (BreakpointRow, bool) {
	for _, row := range b.Rows {
		if row.Report == r && row.Item == p {
			return row, true
		}
	}
	return BreakpointRow{}, false
}

// AboveTable is the IAQI given beyond the last concentration, or "none": not computed.
type AboveTable struct {
	None bool
	IAQI int
}

// UnmarshalText reads "none" or a number.
func (a *AboveTable) UnmarshalText(b []byte) error {
	if string(b) == "none" {
		*a = AboveTable{None: true}
		return nil
	}
	n, err := parseInt(string(b))
	*a = AboveTable{IAQI: n}
	return err
}

// IndexRounding is how a sub-index becomes an integer.
type IndexRounding num.Mode

// UnmarshalText reads ceil or half-up.
func (r *IndexRounding) UnmarshalText(b []byte) error {
	switch string(b) {
	case "ceil":
		*r = IndexRounding(num.Ceil)
	case "half-up":
		*r = IndexRounding(num.HalfUp)
	default:
		return fmt.Errorf("rounding %q: want ceil or half-up", b)
	}
	return nil
}

// MissingRule says what happens when a required pollutant is missing.
type MissingRule uint8

// The rules.
const (
	Withhold MissingRule = iota // publish only above AQIRules.PublishAbove (HJ 633-2026 §5.3)
	Rest                        // publish from the others
)

// UnmarshalText reads withhold or rest.
func (m *MissingRule) UnmarshalText(b []byte) error {
	switch string(b) {
	case "withhold":
		*m = Withhold
	case "rest":
		*m = Rest
	default:
		return fmt.Errorf("missing rule %q: want withhold or rest", b)
	}
	return nil
}

// AQIRules are the rules around the table.
type AQIRules struct {
	Rounding        IndexRounding `toml:"rounding"`
	Missing         MissingRule   `toml:"missing"`
	PublishAbove    int           `toml:"publish_above"`
	PrimaryAbove    int           `toml:"primary_above"`
	ExceedingAbove  int           `toml:"exceeding_above"`
	ExceedingListed bool          `toml:"exceeding_listed"` // the edition has 超标污染物
	Least           int           `toml:"least"`            // smallest AQI shown
	Hourly          Pollutants    `toml:"hourly"`           // required in the real-time report
	Daily           Pollutants    `toml:"daily"`            // required in the daily report
	DailyOptional   Pollutants    `toml:"daily_optional"`   // takes part in the daily report when given
	Clause          string        `toml:"clause"`
	ClauseEN        string        `toml:"clause_en"`
	Confidence      Confidence    `toml:"confidence"`
}

// Ozone holds the rules of the largest 8-hour mean of a day. A window is named by the hour
// label (1…24) that ends it and reaches back Hours hours, across midnight when needed.
type Ozone struct {
	FirstWindow  int         `toml:"first_window"`
	LastWindow   int         `toml:"last_window"`
	Hours        int         `toml:"hours"`
	LeastHours   int         `toml:"least_hours"`
	LeastWindows int         `toml:"least_windows"`
	OrExceeds    num.Decimal `toml:"or_exceeds"` // with fewer windows the value still counts when above
	Clause       string      `toml:"clause"`
	ClauseEN     string      `toml:"clause_en"`
	Confidence   Confidence  `toml:"confidence"`
}

// DustRule says what becomes of the AQI of a dust day in assessed values.
type DustRule uint8

// The ways found in practice (the rule text is not available): the national monthly reports
// keep the observed AQI for good-day counts and take dust out of concentrations only;
// provincial daily values of 2025 give the AQI of the other pollutants.
const (
	DustKept     DustRule = iota + 1 // the observed AQI stays
	DustExcluded                     // AQI of the remaining pollutants
)

// UnmarshalText reads kept or excluded.
func (d *DustRule) UnmarshalText(b []byte) error {
	switch string(b) {
	case "kept":
		*d = DustKept
	case "excluded":
		*d = DustExcluded
	default:
		return fmt.Errorf("AQI of a dust day %q: want kept or excluded", b)
	}
	return nil
}

// Dust says what assessed values leave out on days under confirmed dust influence.
type Dust struct {
	Items      Pollutants `toml:"items"`
	AQI        DustRule   `toml:"aqi"`
	Clause     string     `toml:"clause"`
	ClauseEN   string     `toml:"clause_en"`
	Confidence Confidence `toml:"confidence"`
}

// Validity holds the minima of GB 3095 table 4 and the station shares of city values.
type Validity struct {
	DayHours          int         `toml:"day_hours"`
	YearDays          int         `toml:"year_days"`
	MonthDays         int         `toml:"month_days"`
	FebruaryDays      int         `toml:"february_days"`
	QuarterDays       int         `toml:"quarter_days"` // 0: no minimum known
	StationShare      num.Decimal `toml:"station_share"`
	FewStations       int         `toml:"few_stations"`
	FewStationShare   num.Decimal `toml:"few_station_share"`
	Clause            string      `toml:"clause"`
	ClauseEN          string      `toml:"clause_en"`
	Confidence        Confidence  `toml:"confidence"`
	StationConfidence Confidence  `toml:"station_confidence"`
}

// Decimals says how many decimals are kept: item × stage.
type Decimals struct {
	Rows           []DecimalRow `toml:"row"`
	SingleIndex    int          `toml:"single_index"`
	Composite      int          `toml:"composite"`
	Ratio          int          `toml:"ratio"`
	Change         int          `toml:"change"`
	ExceedMultiple int          `toml:"exceed_multiple"`
	Clause         string       `toml:"clause"`
	ClauseEN       string       `toml:"clause_en"`
	Confidence     Confidence   `toml:"confidence"`
}

// DecimalRow is one item: decimals of an hour, a day (and of concentrations that enter an
// AQI), and a period statistic.
type DecimalRow struct {
	Item       Pollutant  `toml:"item"`
	Hour       int        `toml:"hour"`
	Day        int        `toml:"day"`
	Period     int        `toml:"period"`
	Confidence Confidence `toml:"confidence"`
}

// Item finds the row of a pollutant; loading guarantees that there is one.
func (d *Decimals) Item(p Pollutant) DecimalRow {
	for _, r := range d.Rows {
		if r.Item == p {
			return r
		}
	}
	return DecimalRow{Item: p}
}

// Index describes the composite index.
type Index struct {
	Clause     string       `toml:"clause"`
	ClauseEN   string       `toml:"clause_en"`
	Confidence Confidence   `toml:"confidence"`
	Items      []IndexItem  `toml:"item"`
	Profiles   []IndexShape `toml:"profile"`
}

// IndexItem is one single index: statistic of the period over a class II limit.
type IndexItem struct {
	Item      Pollutant `toml:"item"`
	Statistic Statistic `toml:"statistic"`
	Against   string    `toml:"against"` // averaging of the limit: year, day, mda8
}

// IndexShape is a way to add single indices. Exactly one profile is the default; an
// unverified one can only be asked for by name.
type IndexShape struct {
	ID          string         `toml:"id"`
	Name        string         `toml:"name"`
	NameEN      string         `toml:"name_en"`
	Default     bool           `toml:"default"`
	Verified    bool           `toml:"verified"`
	Confidence  Confidence     `toml:"confidence"`
	Note        string         `toml:"note"`
	NoteEN      string         `toml:"note_en"`
	SingleIndex *int           `toml:"single_index"` // decimals that differ from [decimals]
	Composite   *int           `toml:"composite"`
	Weights     map[string]int `toml:"weights"` // absent: 1 each
}

// Weight is the weight of a pollutant.
func (s *IndexShape) Weight(p Pollutant) int {
	if s.Weights == nil {
		return 1
	}
	return s.Weights[p.String()]
}

// Profile finds a profile; "" is the default.
func (x *Index) Profile(id string) (IndexShape, bool) {
	for _, p := range x.Profiles {
		if p.ID == id || id == "" && p.Default {
			return p, true
		}
	}
	return IndexShape{}, false
}

// Statistic is the mean (0) or a percentile.
type Statistic int

// Mean is the arithmetic mean of the daily values.
const Mean Statistic = 0

// UnmarshalText reads mean or a percentile 1…100.
func (s *Statistic) UnmarshalText(b []byte) error {
	if string(b) == "mean" {
		*s = Mean
		return nil
	}
	n, err := parseInt(string(b))
	if err != nil || n < 1 || n > 100 {
		return fmt.Errorf("statistic %q: want mean or a percentile", b)
	}
	*s = Statistic(n)
	return nil
}

// Evaluation is the percentile of daily values that the annual evaluation needs beside the mean.
type Evaluation struct {
	Item       Pollutant  `toml:"item"`
	Percentile int        `toml:"percentile"`
	Confidence Confidence `toml:"confidence"`
}

// Limits are the concentration limits of GB 3095 (µg/m³, CO mg/m³).
type Limits struct {
	Clause     string       `toml:"clause"`
	ClauseEN   string       `toml:"clause_en"`
	Confidence Confidence   `toml:"confidence"`
	Rows       []Limit      `toml:"row"`
	Other      []OtherLimit `toml:"other"`
}

// Limit is one limit; averaging is hour, mda8, day or year.
type Limit struct {
	Item      Pollutant   `toml:"item"`
	Averaging string      `toml:"averaging"`
	ClassI    num.Decimal `toml:"class1"`
	ClassII   num.Decimal `toml:"class2"`
}

// OtherLimit is a limit of an item without a sub-index (TSP, NOx, Pb, BaP, …).
type OtherLimit struct {
	Item        string      `toml:"item"`
	Averaging   string      `toml:"averaging"`
	ClassI      num.Decimal `toml:"class1"`
	ClassII     num.Decimal `toml:"class2"`
	Informative bool        `toml:"informative"`
}

// Find returns the limit of an item for an averaging.
func (l *Limits) Find(p Pollutant, averaging string) (Limit, bool) {
	for _, r := range l.Rows {
		if r.Item == p && r.Averaging == averaging {
			return r, true
		}
	}
	return Limit{}, false
}

// Levels are the AQI levels in rising order.
type Levels struct {
	Clause     string     `toml:"clause"`
	ClauseEN   string     `toml:"clause_en"`
	Confidence Confidence `toml:"confidence"`
	Rows       []Level    `toml:"row"`
}

// Level is one AQI level, up to and including UpTo.
type Level struct {
	Level    int    `toml:"level"`
	UpTo     int    `toml:"upto"`
	Numeral  string `toml:"numeral"`
	Category string `toml:"category"`
	English  string `toml:"english"`
	Colour   string `toml:"colour"`
	RGB      string `toml:"rgb"`
}

// Of finds the level of an AQI; anything beyond the last bound is the last level.
func (l *Levels) Of(aqi int) Level {
	for _, r := range l.Rows {
		if aqi <= r.UpTo {
			return r
		}
	}
	return l.Rows[len(l.Rows)-1]
}

// Sensitive lists the people at risk when a pollutant's IAQI is above 100.
type Sensitive struct {
	Clause     string           `toml:"clause"`
	ClauseEN   string           `toml:"clause_en"`
	Confidence Confidence       `toml:"confidence"`
	Rows       []SensitiveGroup `toml:"row"`
}

// SensitiveGroup is one row.
type SensitiveGroup struct {
	Item    Pollutant `toml:"item"`
	Groups  string    `toml:"groups"`
	English string    `toml:"english"`
}

// DecimalList is a row of numbers separated by blanks.
type DecimalList []num.Decimal

// UnmarshalText reads the row.
func (l *DecimalList) UnmarshalText(b []byte) error {
	*l = nil
	for _, f := range strings.Fields(string(b)) {
		d, err := num.Parse(f)
		if err != nil {
			return fmt.Errorf("%q: %w", f, err)
		}
		*l = append(*l, d)
	}
	return nil
}

// Integers is a row of whole numbers separated by blanks.
type Integers []int

// UnmarshalText reads the row.
func (l *Integers) UnmarshalText(b []byte) error {
	*l = nil
	for _, f := range strings.Fields(string(b)) {
		n, err := parseInt(f)
		if err != nil {
			return err
		}
		*l = append(*l, n)
	}
	return nil
}

func parseInt(s string) (int, error) {
	d, err := num.Parse(s)
	if err != nil || d.Places != 0 || d.Units < -1e9 || d.Units > 1e9 {
		return 0, fmt.Errorf("%q is not a whole number", s)
	}
	return int(d.Units), nil
}
