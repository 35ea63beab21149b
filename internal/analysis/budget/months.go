package budget

// monthSums adds up what each member's days left bring by month.
type monthSums struct {
	members int
	month   []uint8 // month (0 to 11) of each day left
	days    [12]int
	sum     [12][Items][]float32
	lost    [12][Causes]int
}

func newMonthSums(rest []int, members int) *monthSums {
	s := &monthSums{members: members, month: make([]uint8, len(rest))}
	for pos, d := range rest {
		s.month[pos] = monthOf[d]
		s.days[monthOf[d]]++
	}
	for m, n := range s.days {
		if n > 0 {
			for i := range Items {
				s.sum[m][i] = make([]float32, members)
			}
		}
	}
	return s
}

func (s *monthSums) add(member, pos int, row *[Items]float64, pm, o3 bool) {
	mo := s.month[pos]
	for i := range Items {
		s.sum[mo][i][member] += float32(row[i])
	}
	if pm || o3 {
		s.lost[mo][causeOf(pm, o3)]++
	}
}

// outlook turns the sums into the months of an Outcome.
func (s *monthSums) outlook(sim *Simulator) []MonthOutlook {
	var expected, year [Items]float64
	for i := range Items {
		year[i] = sim.elapsed.sum[i] / float64(Milli)
		for m := range s.days {
			for _, v := range s.sum[m][i] {
				year[i] += float64(v) / float64(s.members)
			}
		}
	}
	var out []MonthOutlook
	for m, n := range s.days {
		if n == 0 {
			continue
		}
		o := MonthOutlook{Month: m + 1, Days: n}
		for i := range Items {
			expected[i] = 0
			for _, v := range s.sum[m][i] {
				expected[i] += float64(v) / float64(s.members)
			}
			if year[i] > 0 {
				o.Share[i] = expected[i] / year[i]
			}
			b, k := bandOf(s.sum[m][i]), float64(Milli)/float64(n)
			o.Mean[i] = Band{b.P10 * k, b.P50 * k, b.P90 * k}
		}
		for c, k := range s.lost[m] {
			o.Lost[c] = float64(k) / float64(s.members)
		}
		out = append(out, o)
	}
	return out
}
