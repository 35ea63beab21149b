package budget

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"qingshan/internal/rules/calendar"
)

// Input is everything the chance of a target depends on.
type Input struct {
	// Elapsed holds the target year's days so far, one column per item in
	// printed units, NaN where missing. All columns have the same length.
	Elapsed [Items][]float64
	// ElapsedRef is the number of reference days used up (29 February apart).
	ElapsedRef int
	// Rest gives, for each day left, its place in the reference year.
	Rest []int
	// History are the past years of the city, at least one.
	History []Year
	// TargetYear tells how old the history is.
	TargetYear int
	// Levels are the level laws as of ElapsedRef.
	Levels Levels
	// Limits are the daily limits in printed units; a day above one is lost.
	Limits [Items]float64
}

// NewInput prepares an input from a city's series: the year of asOf up to asOf
// is the elapsed part, the years before it that are full enough are the
// history.
func NewInput(s *Series, asOf calendar.Day, limits Limits) (Input, error) {
	in := Input{TargetYear: asOf.Year()}
	w := calendar.YearWindow(in.TargetYear)
	for d := w.From; d <= w.To; d++ {
		if d > asOf {
			in.Rest = append(in.Rest, RefIndex(d))
			continue
		}
		if !isLeapDay(d) {
			in.ElapsedRef++
		}
		for i := range Items {
			v := math.NaN()
			if x := s.At(Item(i), d); x != Missing {
				v = float64(x) / float64(Milli)
			}
			in.Elapsed[i] = append(in.Elapsed[i], v)
		}
	}
	for i, l := range limits {
		in.Limits[i] = float64(l) / float64(Milli)
	}
	for _, y := range s.Years(MaxGap) {
		if y.Year < in.TargetYear && y.Usable() {
			in.History = append(in.History, y)
		}
	}
	if len(in.History) == 0 {
		return in, ErrNoHistory
	}
	return in, nil
}

// ErrNoHistory says that there is no past year to draw the rest from.
var ErrNoHistory = errors.New("no past year with enough days: the chance of the target is not known")

// minYearDays is the number of measured days that a year must have to serve as
// history.
const minYearDays = 300

// Usable reports whether the year has enough measured days of PM2.5, PM10 and
// O3 to serve as history.
func (y *Year) Usable() bool {
	return y.Valid[PM25] >= minYearDays && y.Valid[PM10] >= minYearDays && y.Valid[O3] >= minYearDays
}

// LevelMode says how the level of the rest of the year is drawn.
type LevelMode uint8

// The modes. Only LevelPanel gives honest intervals; the others serve tests and
// comparison.
const (
	LevelPanel LevelMode = iota // exp(A + B·x + S·z), one z for PM and gases, one for O3
	LevelRatio                  // the ratio of the year so far, no shock
	LevelNone                   // the history as it is
)

// Options steer a Simulator; DefaultOptions gives the shipped ones.
type Options struct {
	Members    int
	BlockDays  int
	Jitter     int // a block moves by up to this many days either way
	YearShock  float64
	Mode       LevelMode
	Seed       uint64
	Exhaustive bool // every combination of blocks once instead of Members draws
}

// DefaultOptions are 2,000 members of 10-day blocks moved by up to 15 days. The year shock
// belongs to the table of level laws: PriorTable.Options.
func DefaultOptions() Options {
	return Options{Members: 2000, BlockDays: 10, Jitter: 15, Seed: 1}
}

// Simulator holds the members of one city as of one day. Run may be called many
// times, with other scenarios and targets, and always uses the same members, so
// that two answers differ by the scenario alone. It is safe for use by several
// goroutines.
type Simulator struct {
	in      Input
	opt     Options
	days    [][Items]float64 // (year, reference day), levelled history
	upTo    [][Items]float64 // running sums of days, one row more
	draws   draws
	factor  [Items][]float64 // level of the rest, one per member
	keep    [][Items]float64 // per block: brings the mean of a block's draws back to its own days
	elapsed elapsedPart
	years   []int
}

type elapsedPart struct {
	sum   [Items]float64 // of valid days, thousandths
	n     [Items]int
	good  int
	lost  int
	valid int
}

// NewSimulator draws the members.
func NewSimulator(in Input, opt Options) (*Simulator, error) {
	if err := check(in, opt); err != nil {
		return nil, err
	}
	s := &Simulator{in: in, opt: opt}
	ref := newReference(in)
	s.days, s.years = ref.days, ref.years
	s.upTo = runningSums(s.days)
	s.elapsed = sumElapsed(in)
	if len(in.Rest) == 0 {
		s.draws = draws{members: 1}
		s.setFactors(1)
		return s, nil
	}
	var err error
	if s.draws, err = drawBlocks(len(in.History), len(in.Rest), in.Rest, opt); err != nil {
		return nil, err
	}
	s.level(ref)
	return s, nil
}

func check(in Input, opt Options) error {
	if len(in.History) == 0 {
		return ErrNoHistory
	}
	for _, c := range in.Elapsed[1:] {
		if len(c) != len(in.Elapsed[0]) {
			return errors.New("the columns of the year so far differ in length")
		}
	}
	for _, d := range in.Rest {
		if d < 0 || d >= RefDays {
			return fmt.Errorf("day %d left is not in the reference year", d)
		}
	}
	if opt.BlockDays <= 0 || opt.Jitter < 0 || opt.Members <= 0 && !opt.Exhaustive {
		return fmt.Errorf("%d members of blocks of %d days moved by %d", opt.Members, opt.BlockDays, opt.Jitter)
	}
	return nil
}

func sumElapsed(in Input) elapsedPart {
	var e elapsedPart
	for d := range in.Elapsed[0] {
		lost, missing := false, false
		for i := range Items {
			v := in.Elapsed[i][d]
			if math.IsNaN(v) {
				missing = true
				continue
			}
			e.sum[i] += math.Round(v * float64(Milli))
			e.n[i]++
			lost = lost || v > in.Limits[i]
		}
		switch {
		case lost:
			e.lost++
		case !missing:
			e.good++
		}
	}
	e.valid = e.good + e.lost
	return e
}

// level draws the level of the rest of the year for every member.
func (s *Simulator) level(ref reference) {
	m := s.draws.members
	s.setFactors(m)
	s.keep = slices.Repeat([][Items]float64{{1, 1, 1, 1, 1, 1}}, len(s.draws.lens))
	if s.opt.Mode == LevelNone {
		return
	}
	s.keepBlocks(ref)
	shock := s.shocks(m)
	for i := range Items {
		logVar := logVariance(s.restMeans(Item(i)))
		x := ref.logRatio(s.in, Item(i))
		l := s.in.Levels[i]
		spread := math.Sqrt(max(0, l.S*l.S+s.opt.YearShock*s.opt.YearShock-logVar))
		z := shock[0]
		if Item(i) == O3 {
			z = shock[1]
		}
		for k := range m {
			if s.opt.Mode == LevelRatio {
				s.factor[i][k] = math.Exp(x)
			} else {
				s.factor[i][k] = math.Exp(l.A*ref.age[i] + l.B*x + spread*z[k])
			}
		}
	}
}

func (s *Simulator) setFactors(m int) {
	for i := range Items {
		s.factor[i] = make([]float64, m)
		for k := range s.factor[i] {
			s.factor[i][k] = 1
		}
	}
}

// keepBlocks compares, block by block, the mean of what was drawn with the mean
// of the reference's own days there. A block near the end of December can only
// be moved towards November; without this the draws would blunt the season.
func (s *Simulator) keepBlocks(ref reference) {
	blocks := len(s.draws.lens)
	sums := make([][Items]float64, blocks)
	for m := range s.draws.members {
		for b, n := range s.draws.lens {
			from := int(s.draws.from[m*blocks+b])
			lo, hi := &s.upTo[from], &s.upTo[from+n]
			for i := range Items {
				sums[b][i] += hi[i] - lo[i]
			}
		}
	}
	pos := 0
	for b, n := range s.draws.lens {
		for i := range Items {
			plain := 0.0
			for _, d := range s.in.Rest[pos : pos+n] {
				plain += ref.mean(d, Item(i))
			}
			if drawn := sums[b][i] / float64(s.draws.members); drawn > 0 && plain > 0 {
				s.keep[b][i] = plain / drawn
			}
		}
		pos += n
	}
}

// restMeans is each member's mean of an item over the days left, before the
// level.
func (s *Simulator) restMeans(i Item) []float64 {
	out := make([]float64, s.draws.members)
	blocks := len(s.draws.lens)
	for m := range out {
		sum := 0.0
		for b, n := range s.draws.lens {
			from := int(s.draws.from[m*blocks+b])
			sum += (s.upTo[from+n][i] - s.upTo[from][i]) * s.keep[b][i]
		}
		out[m] = sum / float64(len(s.in.Rest))
	}
	return out
}

// logVariance is the variance of the logarithms.
func logVariance(v []float64) float64 {
	var sum, sum2 float64
	n := float64(len(v))
	for _, x := range v {
		l := math.Log(max(x, 1e-9))
		sum, sum2 = sum+l, sum2+l*l
	}
	return max(0, sum2/n-sum/n*sum/n)
}

func runningSums(days [][Items]float64) [][Items]float64 {
	out := make([][Items]float64, len(days)+1)
	for d, row := range days {
		for i, v := range row {
			out[d+1][i] = out[d][i] + v
		}
	}
	return out
}

// Years are the past years the members are drawn from.
func (s *Simulator) Years() []int { return append([]int(nil), s.years...) }

// Members is the number of members.
func (s *Simulator) Members() int { return s.draws.members }
