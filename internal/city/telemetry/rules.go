package telemetry

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/pelletier/go-toml/v2"

	"qingshan/internal/rules/calendar"
)

//go:embed rules.toml
var builtinRules []byte

// Rules say what is plausible; read-only after loading.
type Rules struct {
	Future struct {
		Minutes    int64  `toml:"minutes"`
		Confidence string `toml:"confidence"`
		Source     string `toml:"source"`
	} `toml:"future"`
	Neighbours struct {
		Ratio      int64  `toml:"ratio"`
		Least      int    `toml:"least"`
		Confidence string `toml:"confidence"`
		Source     string `toml:"source"`
	} `toml:"neighbours"`
	Ranges   []Range       `toml:"range"`
	Suspects []SuspectRule `toml:"suspect"`
	Streams  []StreamRule  `toml:"stream"`
}

// SuspectRule is what the statistics do with a suspect value, from a day on.
type SuspectRule struct {
	From       calendar.Day `toml:"from"`
	Statistics string       `toml:"statistics"` // "count" or "leave_out"
	Confidence string       `toml:"confidence"`
	Source     string       `toml:"source"`
}

// Range is what an instrument can measure, from a day on.
type Range struct {
	Factor     string       `toml:"factor"`
	From       calendar.Day `toml:"from"`
	Max        int64        `toml:"max"`     // in the factor's unit
	Suspect    int64        `toml:"suspect"` // in the factor's unit, 0: never compared
	Confidence string       `toml:"confidence"`
	Source     string       `toml:"source"`
}

// StreamRule is how a kind of stream is judged.
type StreamRule struct {
	Kind          StreamKind `toml:"kind"`
	LateMinutes   int64      `toml:"late_minutes"`
	SilentMinutes int64      `toml:"silent_minutes"`
	Confidence    string     `toml:"confidence"`
	Source        string     `toml:"source"`
}

// BuiltinRules are the rules the program carries.
var BuiltinRules = sync.OnceValues(func() (*Rules, error) { return LoadRules("rules.toml", builtinRules) })

// LoadRules reads a file of rules. Unknown keys, missing sources and ranges that do not
// make sense are errors with the file's name.
func LoadRules(name string, data []byte) (*Rules, error) {
	var r Rules
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&r); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			line, _ := at.Position()
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if r.Future.Minutes < 0 || r.Neighbours.Ratio < 2 || r.Neighbours.Least < 1 {
		return nil, fmt.Errorf("%s: future.minutes must not be negative, neighbours.ratio at least 2, neighbours.least at least 1", name)
	}
	for i, g := range r.Ranges {
		if g.Factor == "" || g.Max <= 0 || g.Suspect < 0 || g.Suspect > g.Max || g.Source == "" || g.Confidence == "" {
			return nil, fmt.Errorf("%s: range %d (%s): wants a factor, max > 0, 0 <= suspect <= max, source and confidence", name, i+1, g.Factor)
		}
	}
	for i, x := range r.Suspects {
		if x.Statistics != "count" && x.Statistics != "leave_out" || x.Source == "" || x.Confidence == "" {
			return nil, fmt.Errorf("%s: suspect %d: wants statistics count or leave_out, source and confidence", name, i+1)
		}
	}
	for _, k := range streamKinds {
		if s := r.stream(k); s.Source == "" || s.LateMinutes < 0 || s.SilentMinutes < 0 {
			return nil, fmt.Errorf("%s: stream %s: wants minutes that are not negative, and a source", name, k)
		}
	}
	return &r, nil
}

// bounds gives the rule for a factor at a time, and the times for which it holds: after <
// label <= until. A rule begins with the first label of its day.
func (r *Rules) bounds(factor string, t int64) (g Range, after, until int64) {
	after, until = math.MinInt64, math.MaxInt64
	for _, x := range r.Ranges {
		if x.Factor != factor {
			continue
		}
		switch begin := x.From.Start(); {
		case begin < t && begin >= after:
			g, after = x, begin
		case begin >= t:
			until = min(until, begin)
		}
	}
	return g, after, until
}

// SuspectCounts tells whether a suspect value with the label t (ms) takes part in statistics.
// Without a rule it does: a mark set by a machine makes no value invalid.
func (r *Rules) SuspectCounts(t int64) bool {
	counts, since := true, int64(math.MinInt64)
	for _, x := range r.Suspects {
		if begin := x.From.Start(); begin < t && begin >= since {
			counts, since = x.Statistics == "count", begin
		}
	}
	return counts
}

// LeavesOut tells whether suspect values of any time are left out of statistics.
func (r *Rules) LeavesOut() bool {
	return slices.ContainsFunc(r.Suspects, func(x SuspectRule) bool { return x.Statistics == "leave_out" })
}

func (r *Rules) stream(k StreamKind) StreamRule {
	for _, s := range r.Streams {
		if s.Kind == k {
			return s
		}
	}
	return StreamRule{}
}
