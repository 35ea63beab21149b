package budget

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// draws are the blocks of days of all members. A block is a run of days left
// that follow each other in the reference year; it is answered by a run of the
// same length from one past year.
type draws struct {
	members int
	lens    []int   // length of each block
	from    []int32 // member × block: first day in the levelled history
}

// maxExhaustive bounds the enumeration of all combinations of blocks.
const maxExhaustive = 1 << 18

// drawBlocks cuts the days left into blocks and draws, for every member and
// block, a past year and a shift. A block never leaves its year.
func drawBlocks(years, n int, rest []int, opt Options) (draws, error) {
	d := draws{members: opt.Members}
	var starts []int
	for p := 0; p < n; p += opt.BlockDays {
		d.lens = append(d.lens, min(opt.BlockDays, n-p))
		starts = append(starts, rest[p])
	}
	choices := years * (2*opt.Jitter + 1)
	if opt.Exhaustive {
		d.members = 1
		for range starts {
			if d.members *= choices; d.members > maxExhaustive {
				return draws{}, fmt.Errorf("more than %d combinations to enumerate", maxExhaustive)
			}
		}
	}
	d.from = make([]int32, d.members*len(starts))
	rng := rand.New(rand.NewPCG(opt.Seed, 0x9e3779b97f4a7c15))
	for m := range d.members {
		left := m
		for b, at := range starts {
			pick := left % choices
			left /= choices
			if !opt.Exhaustive {
				pick = rng.IntN(choices)
			}
			shift := pick%(2*opt.Jitter+1) - opt.Jitter
			first := min(max(at+shift, 0), RefDays-d.lens[b])
			d.from[m*len(starts)+b] = int32(pick/(2*opt.Jitter+1)*RefDays + first)
		}
	}
	return d, nil
}

// shocks are two independent standard normal samples of m members, one for
// particulates and primary gases and one for ozone. Each is stratified: its m
// values are the normal quantiles of m equal parts in random order, so that the
// spread of the members does not depend on luck.
func (s *Simulator) shocks(m int) [2][]float64 {
	var out [2][]float64
	rng := rand.New(rand.NewPCG(s.opt.Seed, 0xda942042e4dd58b5))
	for g := range out {
		out[g] = make([]float64, m)
		for k, p := range rng.Perm(m) {
			out[g][k] = normalQuantile((float64(p) + 0.5) / float64(m))
		}
	}
	return out
}

func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

// unit is a fixed uniform number in [0, 1) for a member and a day, the same for
// every scenario.
func unit(member, pos int) float64 {
	z := uint64(member)*0x9e3779b97f4a7c15 + uint64(pos)*0xbf58476d1ce4e5b9 + 0x94d049bb133111eb
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) / (1 << 53)
}
